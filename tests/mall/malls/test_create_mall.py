"""Making a mall: what is there afterwards, and what is refused."""

from __future__ import annotations

import pytest
from django.db import connection

from mall.malls.errors import BadHost, BadSetting, BadSlug, HostTaken, SlugTaken
from mall.malls.models import Mall, MallHost
from mall.malls.selectors import all_malls, base_url, primary_host
from mall.malls.services import add_host, create_mall, update_settings
from mall.staff.errors import EmailTaken, WeakPassword
from mall.staff.models import AuditRecord, Role, StaffMember
from mall.tenancy.context import mall_scope
from tests.factories.mall import PASSWORD, make_mall, make_operator, owner_of, unique

pytestmark = pytest.mark.django_db


def test_a_new_mall_has_its_host_its_owner_and_a_record_of_who_made_it() -> None:
    operator, slug = make_operator(), unique("shop")
    mall = create_mall(
        slug=slug, name="山货铺", owner_email=f"A@{slug}.example", owner_password=PASSWORD, operator=operator
    )
    with mall_scope(mall.pk):
        assert list(MallHost.objects.values_list("host", "is_primary")) == [(f"{slug}.localhost", True)]
        owner = StaffMember.objects.select_related("user").get()
        assert (owner.role, owner.user.email) == (Role.OWNER, f"a@{slug}.example")
        assert owner.user.check_password(PASSWORD)
        made = AuditRecord.objects.get(action="mall.created")
        assert (made.actor_id, made.subject_id) == (operator.pk, mall.pk)
        assert primary_host() == f"{slug}.localhost"
    assert base_url("a.localhost") == "http://a.localhost:8000"


def test_an_own_host_is_primary_and_the_given_one_still_leads_there() -> None:
    slug = unique("shop")
    mall = create_mall(
        slug=slug, name="甲", owner_email=f"o@{slug}.example", owner_password=PASSWORD, host=f"{slug}.Example.com."
    )
    with mall_scope(mall.pk):
        assert set(MallHost.objects.values_list("host", "is_primary")) == {
            (f"{slug}.example.com", True),
            (f"{slug}.localhost", False),
        }


def test_a_mall_is_made_from_inside_another_without_leaving_it() -> None:
    first = make_mall()
    with mall_scope(first.pk):
        second = make_mall()
        assert Mall.objects.get().pk == first.pk
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('app.mall_id')")
            assert cursor.fetchone() == (str(first.pk),)
    assert {first.pk, second.pk} <= {row.id for row in all_malls()}


@pytest.mark.parametrize("slug", ["", "a", "-ab", "ab-", "Ab", "a b", "a.b", "店", "a" * 41, None, 5, "ab\x00"])
def test_a_slug_that_makes_no_host_name_is_refused(slug: object) -> None:
    with pytest.raises(BadSlug):
        create_mall(slug=slug, name="甲", owner_email="o@x.example", owner_password=PASSWORD)


@pytest.mark.parametrize("host", ["http://a.example", "a.example:80", "a_b.example", "a..b", "-a.example", "a" * 300])
def test_a_host_with_more_than_a_name_is_refused(host: str) -> None:
    with pytest.raises(BadHost):
        create_mall(slug=unique("m"), name="甲", owner_email="o@x.example", owner_password=PASSWORD, host=host)


def test_a_taken_slug_or_host_is_refused_and_nothing_is_left_behind() -> None:
    first = make_mall()
    before = len(all_malls())
    with pytest.raises(SlugTaken):
        make_mall(slug=first.slug)
    with pytest.raises(HostTaken):
        create_mall(
            slug=unique("m"),
            name="乙",
            owner_email="o@y.example",
            owner_password=PASSWORD,
            host=f"{first.slug}.localhost",
        )
    with pytest.raises(WeakPassword):
        create_mall(slug=unique("m"), name="乙", owner_email="o@y.example", owner_password="short")
    assert len(all_malls()) == before


def test_the_installations_own_host_never_becomes_a_mall() -> None:
    with mall_scope(make_mall().pk), pytest.raises(HostTaken):
        add_host(host="LOCALHOST")


def test_a_log_in_that_exists_is_taken_on_only_with_its_own_password() -> None:
    """Else a merchant could make a log-in for a stranger's address and wait to be let in elsewhere."""
    first = owner_of(make_mall())
    with pytest.raises(EmailTaken):
        create_mall(slug=unique("m"), name="乙", owner_email=first.user.email, owner_password="Another-one-88")
    second = create_mall(slug=unique("m"), name="乙", owner_email=first.user.email, owner_password=PASSWORD)
    assert owner_of(second).user == first.user


def test_settings_change_and_the_change_is_recorded() -> None:
    mall = make_mall()
    owner = owner_of(mall)
    with mall_scope(mall.pk):
        changed = update_settings(
            actor=owner.user, changes={"notice": " 满减 ", "payout_min_fen": 1, "name": mall.name}
        )
        assert (changed.notice, changed.payout_min_fen) == ("满减", 1)
        record = AuditRecord.objects.get(action="mall.settings_changed")
        assert (record.actor_id, record.detail) == (owner.user_id, {"notice": "满减", "payout_min_fen": 1})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 61),
        ("name", "a\nb"),
        ("name", None),
        ("payout_min_fen", 0),
        ("payout_min_fen", 2**63),
        ("payout_min_fen", True),
        ("payout_min_fen", "1"),
        ("four_eyes_payouts", 1),
        ("brand_color", "red"),
        ("timezone", "Mars/Base"),
        ("timezone", ["x"]),
        ("bank_instructions", "一行"),
        ("slug", "other"),
        ("id", 7),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused_by_name(field: str, value: object) -> None:
    mall = make_mall()
    with mall_scope(mall.pk), pytest.raises(BadSetting) as refused:
        update_settings(actor=None, changes={field: value})
    assert refused.value.field == field
    with mall_scope(mall.pk):
        assert not AuditRecord.objects.filter(action="mall.settings_changed").exists()
