"""A password of staff is changed by its owner, or set anew by a link: once, in time, and everywhere it counts."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mall import clock
from mall.errors import TooMany
from mall.malls.models import Mall
from mall.staff.errors import LinkSpent, NoSuchHelp, SamePassword, ServesOtherMalls, WeakPassword, WrongOldPassword
from mall.staff.logins import log_in
from mall.staff.models import AuditRecord, Role, StaffMember, User
from mall.staff.passwords import change_password, make_link, make_link_for_owner, member_behind, set_by_link
from mall.staff.services import add_staff, deactivate
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.http import api_as_staff
from tests.factories.mall import PASSWORD, host_of, make_mall, make_operator, make_staff, owner_of

pytestmark = pytest.mark.django_db

NEW = "Other-words-88"


@pytest.fixture
def mall() -> Mall:
    return make_mall()


def acts(mall: Mall, action: str) -> list[AuditRecord]:
    with mall_scope(mall.pk):
        return list(AuditRecord.objects.filter(action=action).order_by("id"))


def works_in(mall: Mall, member: StaffMember) -> StaffMember:
    """The same log-in as staff of another mall."""
    with mall_scope(mall.pk):
        return add_staff(email=member.user.email, password=PASSWORD, role=Role.SERVICE)


def token_of(link: Any) -> str:
    return link.address.partition("?t=")[2]


def browser(mall: Mall, member: StaffMember | None = None) -> Client:
    client = Client(headers={"host": host_of(mall)})
    if member is not None:
        client.force_login(member.user)
    return client


def has(user: User, password: str) -> bool:
    return User.objects.get(pk=user.pk).check_password(password)


# --- One's own ------------------------------------------------------------------------


def test_a_new_password_ends_every_token_in_every_mall_and_is_written_down_there(mall: Mall) -> None:
    member, other = make_staff(mall), make_mall()
    there = works_in(other, member)
    bystander = make_staff(mall)
    apis = [api_as_staff(member), api_as_staff(there), api_as_staff(bystander)]
    with mall_scope(mall.pk):
        change_password(member=member, old=PASSWORD, new=NEW, network="")
    assert [api.get("merchant/orders").status_code for api in apis] == [401, 401, 200]
    assert has(member.user, NEW)
    for one, subject in ((mall, member), (other, there)):
        records = acts(one, "staff.password_changed")
        assert [(record.actor_id, record.subject_id, record.detail) for record in records] == [
            (member.user_id, subject.pk, {})
        ]


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ("Wrong-one-1", NEW, WrongOldPassword),
        ("", NEW, WrongOldPassword),
        (None, NEW, WrongOldPassword),
        (PASSWORD, "short", WeakPassword),
        (PASSWORD, "1357924680", WeakPassword),
        (PASSWORD, "x" * 129, WeakPassword),
        (PASSWORD, None, WeakPassword),
        (PASSWORD, PASSWORD, SamePassword),
    ],
)
def test_what_cannot_stand_changes_nothing(mall: Mall, old: Any, new: Any, refusal: type) -> None:
    member = make_staff(mall)
    api = api_as_staff(member)
    with mall_scope(mall.pk), pytest.raises(refusal):
        change_password(member=member, old=old, new=new, network="")
    assert has(member.user, PASSWORD)
    assert api.get("merchant/orders").status_code == 200
    assert acts(mall, "staff.password_changed") == []


def test_guessing_the_old_password_locks_the_log_in(mall: Mall) -> None:
    member = make_staff(mall)
    with mall_scope(mall.pk):
        for _ in range(10):
            with pytest.raises(WrongOldPassword):
                change_password(member=member, old="Wrong-one-1", new=NEW, network="")
        with pytest.raises(TooMany):
            change_password(member=member, old=PASSWORD, new=NEW, network="")
        with pytest.raises(TooMany):
            log_in(email=member.user.email, password=PASSWORD, network="")
    assert has(member.user, PASSWORD)


def test_on_the_page_this_session_goes_on_and_the_others_end(mall: Mall) -> None:
    member = make_staff(mall)
    here, elsewhere = browser(mall, member), browser(mall, member)
    sent = {"old_password": PASSWORD, "password": NEW, "again": NEW}
    assert here.post("/dashboard/password", sent)["Location"] == "/dashboard/"
    assert here.get("/dashboard/").status_code == 200
    assert elsewhere.get("/dashboard/")["Location"].startswith("/dashboard/login")


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"again": "else"}, "again"), ({"old_password": "Wrong-one-1"}, "old_password"), ({"password": ""}, "password"),
     ({"password": "12345678", "again": "12345678"}, "password")],
)  # fmt: skip
def test_the_page_says_beside_the_field_what_is_wrong_and_shows_no_password_again(mall, changes, field) -> None:
    member = make_staff(mall)
    sent = {"old_password": PASSWORD, "password": NEW, "again": NEW} | changes
    answer = browser(mall, member).post("/dashboard/password", sent)
    assert list(answer.context["form"].errors) == [field]
    assert NEW not in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    assert has(member.user, PASSWORD)


def test_by_the_api_the_caller_gets_a_token_anew_and_the_old_one_ends(mall: Mall) -> None:
    api = api_as_staff(make_staff(mall))
    answer = api.post("merchant/password", {"old_password": PASSWORD, "password": NEW})
    assert (answer.status_code, sorted(answer.json())) == (200, ["expires_at", "token"])
    assert api.get("merchant/orders").status_code == 401
    api.headers["HTTP_AUTHORIZATION"] = f"Bearer {answer.json()['token']}"
    assert api.get("merchant/orders").status_code == 200
    wrong = api.post("merchant/password", {"old_password": PASSWORD, "password": "Third-words-99"})
    assert (wrong.status_code, wrong.json()["errors"][0]["attr"]) == (400, "old_password")


# --- A link for somebody else ----------------------------------------------------------


def test_the_link_sets_a_password_once_and_ends_what_was_open(mall: Mall) -> None:
    owner, member = owner_of(mall), make_staff(mall)
    session, api = browser(mall, member), api_as_staff(member)
    with mall_scope(mall.pk):
        link = make_link(member=member, actor=owner)
    assert link.address.startswith(f"http://{host_of(mall)}:8000/dashboard/password/new?t=")
    # Until it is used, nothing has changed.
    assert session.get("/dashboard/").status_code == 200
    stranger, place = browser(mall), "/dashboard/password/new?t=" + token_of(link)
    assert member.user.email in stranger.get(place).content.decode()
    assert stranger.post(place, {"password": NEW, "again": NEW})["Location"] == "/dashboard/login"
    assert has(member.user, NEW)
    assert session.get("/dashboard/").status_code == 302
    assert api.get("merchant/orders").status_code == 401
    assert stranger.get(place).status_code == 404
    assert stranger.post(place, {"password": "Third-words-99", "again": "Third-words-99"}).status_code == 404
    assert has(member.user, NEW)
    assert [record.actor_id for record in acts(mall, "staff.password_link")] == [owner.user_id]
    assert [record.actor_id for record in acts(mall, "staff.password_set")] == [member.user_id]


def test_a_link_is_good_for_a_day_in_its_mall_and_while_the_person_works_there(mall: Mall) -> None:
    owner, member, other = owner_of(mall), make_staff(mall), make_mall()
    with mall_scope(mall.pk):
        token = token_of(make_link(member=member, actor=owner))
        assert member_behind(token) == member
        for forged in ("", "x", token[:-1], token + "a", None, 5, "a" * 900):
            with pytest.raises(LinkSpent):
                member_behind(forged)
    with mall_scope(other.pk), pytest.raises(LinkSpent):
        set_by_link(link=token, new=NEW)
    with mall_scope(mall.pk):
        deactivate(member=member, actor=owner)
        with pytest.raises(LinkSpent):
            set_by_link(link=token, new=NEW)
    assert has(member.user, PASSWORD)


def test_a_link_ends_after_a_day(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    member = make_staff(mall)
    with mall_scope(mall.pk):
        token = token_of(make_link(member=member, actor=owner_of(mall)))
        monkeypatch.setattr("mall.staff.passwords.LINK_SECONDS", -1)
        with pytest.raises(LinkSpent):
            member_behind(token)


def test_an_old_link_ends_with_a_password_changed_otherwise(mall: Mall) -> None:
    member = make_staff(mall)
    with mall_scope(mall.pk):
        token = token_of(make_link(member=member, actor=owner_of(mall)))
        change_password(member=member, old=PASSWORD, new=NEW, network="")
        with pytest.raises(LinkSpent):
            set_by_link(link=token, new="Third-words-99")


def test_a_weak_password_leaves_the_link_good(mall: Mall) -> None:
    member = make_staff(mall)
    with mall_scope(mall.pk):
        token = token_of(make_link(member=member, actor=owner_of(mall)))
        with pytest.raises(WeakPassword):
            set_by_link(link=token, new="12345678")
        assert set_by_link(link=token, new=NEW) == member


def test_who_locked_himself_out_gets_in_with_the_new_password(mall: Mall) -> None:
    member = make_staff(mall)
    with mall_scope(mall.pk):
        for _ in range(10):
            with pytest.raises(WrongOldPassword):
                change_password(member=member, old="Wrong-one-1", new=NEW, network="")
        set_by_link(link=token_of(make_link(member=member, actor=owner_of(mall))), new=NEW)
        assert log_in(email=member.user.email, password=NEW, network="") == member


def test_nobody_gets_into_another_mall_by_a_link_of_this_one(mall: Mall) -> None:
    owner, member = owner_of(mall), make_staff(mall)
    works_in(make_mall(), member)
    with mall_scope(mall.pk):
        with pytest.raises(ServesOtherMalls):
            make_link(member=member, actor=owner)
        assert not AuditRecord.objects.filter(action="staff.password_link").exists()


def test_a_link_is_for_other_people_who_work_here(mall: Mall) -> None:
    owner, gone = owner_of(mall), make_staff(mall)
    with mall_scope(mall.pk):
        deactivate(member=gone, actor=owner)
        operator = StaffMember.objects.create(
            user=make_operator(), role=Role.OPERATOR, reason="查账", expires_at=clock.now()
        )
        for member in (owner, gone, operator):
            with pytest.raises(NoSuchHelp):
                make_link(member=member, actor=owner)


def test_only_the_owner_makes_links_and_the_page_shows_one_once(mall: Mall) -> None:
    member, manager = make_staff(mall, Role.SERVICE), make_staff(mall)
    place = reverse("dashboard:staff-password", args=[member.pk])
    assert browser(mall, manager).post(place).status_code == 403
    desk = browser(mall, owner_of(mall))
    assert "?t=" not in desk.get(place).content.decode()
    assert acts(mall, "staff.password_link") == []
    assert "/dashboard/password/new?t=" in desk.post(place).content.decode()
    assert len(acts(mall, "staff.password_link")) == 1
    refused = desk.post(reverse("dashboard:staff-password", args=[owner_of(mall).pk]))
    assert "不能为此人生成" in refused.content.decode()


# --- An operator for an owner ------------------------------------------------------------


def test_an_operators_link_is_written_down_in_every_mall_it_opens(mall: Mall) -> None:
    owner, other, operator = owner_of(mall), make_mall(), make_operator()
    there = works_in(other, owner)
    with mall_scope(mall.pk):
        link = make_link_for_owner(member=owner, operator=operator, reason="店主来电，忘记密码")
        set_by_link(link=token_of(link), new=NEW)
    for one, subject in ((mall, owner), (other, there)):
        records = acts(one, "operator.password_link")
        assert [(record.actor_id, record.subject_id, record.detail) for record in records] == [
            (operator.pk, subject.pk, {"reason": "店主来电，忘记密码"})
        ]
        assert len(acts(one, "staff.password_set")) == 1


def test_an_operator_helps_owners_only(mall: Mall) -> None:
    with mall_scope(mall.pk), pytest.raises(NoSuchHelp):
        make_link_for_owner(member=make_staff(mall), operator=make_operator(), reason="忘记密码")


# --- At once ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_many_who_follow_one_link_one_sets_the_password() -> None:
    mall = make_mall()
    member = make_staff(mall)
    with mall_scope(mall.pk):
        token = token_of(make_link(member=member, actor=owner_of(mall)))

    def follow(number: int) -> str:
        try:
            with mall_scope(mall.pk):
                set_by_link(link=token, new=f"Words-of-mine-{number}{number}")
        except LinkSpent:
            return ""
        return f"Words-of-mine-{number}{number}"

    (won,) = [password for password in together([lambda n=n: follow(n) for n in range(6)]) if password]
    assert has(member.user, won)
    assert len(acts(mall, "staff.password_set")) == 1
