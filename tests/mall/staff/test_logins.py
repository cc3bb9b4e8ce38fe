"""Staff logging in by token: who gets one, what it opens, and who is locked out."""

from __future__ import annotations

from datetime import datetime

import pytest

from mall import clock
from mall.staff.models import Role, StaffMember, StaffToken
from mall.staff.services import add_staff, deactivate
from mall.tenancy.context import mall_scope
from tests.factories.http import Api, api_as_staff, errors_of
from tests.factories.mall import PASSWORD, make_mall, make_staff, owner_of

pytestmark = pytest.mark.django_db

TOKENS = "merchant/tokens"


def test_staff_get_a_token_of_twelve_hours() -> None:
    mall = make_mall()
    member = make_staff(mall)
    answer = Api(mall).post(TOKENS, {"email": member.user.email.upper(), "password": PASSWORD})
    assert answer.status_code == 201
    assert sorted(answer.json()) == ["expires_at", "token"]
    life = datetime.fromisoformat(answer.json()["expires_at"]) - clock.now()
    assert 12 * 3600 - 5 < life.total_seconds() <= 12 * 3600
    with mall_scope(mall.pk):
        assert answer.json()["token"] not in StaffToken.objects.get().digest


def test_unknown_wrong_dismissed_and_foreign_staff_read_alike() -> None:
    mall = make_mall()
    member, dismissed, foreign = make_staff(mall), make_staff(mall), make_staff(make_mall())
    with mall_scope(mall.pk):
        deactivate(member=dismissed, actor=owner_of(mall))
    answers = [
        Api(mall).post(TOKENS, body)
        for body in (
            {"email": "nobody@x.example", "password": PASSWORD},
            {"email": member.user.email, "password": "Wrong-one-1"},
            {"email": dismissed.user.email, "password": PASSWORD},
            {"email": foreign.user.email, "password": PASSWORD},
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    with mall_scope(mall.pk):
        assert not StaffToken.objects.exists()


@pytest.mark.parametrize(
    ("body", "attrs"),
    [
        ({}, {"email", "password"}),
        ({"email": "a@x.example"}, {"password"}),
        ({"email": 5, "password": 5}, {"email", "password"}),
        ({"email": "", "password": ""}, {"email", "password"}),
        ({"email": "x" * 255, "password": "x" * 129}, {"email", "password"}),
        ({"email": "a\nb", "password": PASSWORD}, {"email"}),
    ],
)
def test_a_bad_log_in_names_its_fields(body: dict, attrs: set[str]) -> None:
    answer = Api(make_mall()).post(TOKENS, body)
    assert answer.status_code == 400
    assert {attr for _, attr in errors_of(answer)} == attrs


def test_ten_wrong_passwords_lock_the_log_in_in_every_mall() -> None:
    mall, other = make_mall(), make_mall()
    member = make_staff(mall)
    with mall_scope(other.pk):
        add_staff(email=member.user.email, password=PASSWORD, role=Role.SERVICE)
    body = {"email": member.user.email, "password": "Wrong-one-1"}
    tried = [Api(one).post(TOKENS, body).status_code for one in (mall, other) * 5]
    assert tried == [401] * 10
    for one in (mall, other):
        locked = Api(one).post(TOKENS, body | {"password": PASSWORD})
        assert (locked.status_code, errors_of(locked)) == (429, [("throttled", None)])
        assert locked["Retry-After"] == "900"
    assert Api(mall).post(TOKENS, {"email": owner_of(mall).user.email, "password": PASSWORD}).status_code == 201


def test_fifty_wrong_passwords_lock_a_network_out_but_not_the_others() -> None:
    mall = make_mall()
    api = Api(mall)
    tried = [
        api.post(TOKENS, {"email": f"a{number}@x.example", "password": "Wrong-one-1"}).status_code
        for number in range(51)
    ]
    assert tried == [401] * 50 + [429]
    right = {"email": owner_of(mall).user.email, "password": PASSWORD}
    assert api.post(TOKENS, right).status_code == 429
    assert Api(mall).post(TOKENS, right).status_code == 201


def test_a_forged_proxy_header_does_not_shake_off_the_lock(settings) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    mall = make_mall()
    api = Api(mall)
    tried = [
        api.post(
            TOKENS,
            {"email": f"b{number}@x.example", "password": "Wrong-one-1"},
            HTTP_X_FORWARDED_FOR=f"203.0.113.{number}",
        ).status_code
        for number in range(51)
    ]
    assert tried[-1] == 429


def test_who_is_dismissed_after_logging_in_is_out() -> None:
    mall = make_mall()
    member = make_staff(mall)
    api = api_as_staff(member)
    with mall_scope(mall.pk):
        StaffMember.objects.filter(pk=member.pk).update(is_active=False)
    assert api.delete("merchant/tokens/current").status_code == 401


def test_a_token_runs_out_and_can_be_given_back() -> None:
    mall = make_mall()
    api = api_as_staff(make_staff(mall))
    with clock.unmoved():
        clock.advance(hours=12, seconds=1)
        assert api.delete("merchant/tokens/current").status_code == 401
    assert api.delete("merchant/tokens/current").status_code == 204
    assert api.delete("merchant/tokens/current").status_code == 401
