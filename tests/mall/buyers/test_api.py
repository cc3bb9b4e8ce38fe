"""Phone codes, logging out and new passwords over the API."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mall.buyers.models import BuyerToken, PhoneCode
from mall.buyers.services import issue_token
from mall.limits import policy
from mall.tenancy.context import mall_scope
from tests.factories.http import Api, api_as, errors_of
from tests.factories.mall import PASSWORD, make_mall
from tests.factories.members import make_member, new_phone

pytestmark = pytest.mark.django_db


def test_known_and_unknown_phones_get_the_same_answer() -> None:
    mall = make_mall()
    known = new_phone()
    make_member(mall, phone=known)
    answers = [Api(mall).post("phone-codes", {"phone": one, "purpose": "login"}) for one in (known, new_phone())]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert {tuple(sorted(answer.json())) for answer in answers} == {("demo_code", "expires_at")}
    assert answers[0].json()["expires_at"].endswith("+08:00")


def test_outside_of_a_sandbox_the_code_goes_to_the_phone_only(settings) -> None:
    settings.SANDBOX_ALLOWED = False
    settings.PORTS = {"mall.buyers.ports.send_sms": "tests.factories.sms.keep_sms"}
    answer = Api(make_mall()).post("phone-codes", {"phone": new_phone(), "purpose": "register"})
    assert (answer.status_code, list(answer.json())) == (202, ["expires_at"])


def test_without_a_sender_the_caller_is_told_to_come_back(settings) -> None:
    settings.SANDBOX_ALLOWED = False
    answer = Api(make_mall()).post("phone-codes", {"phone": new_phone(), "purpose": "register"})
    assert (answer.status_code, errors_of(answer)) == (503, [("sms_unavailable", None)])


def test_a_phone_is_not_flooded() -> None:
    mall, phone = make_mall(), new_phone()
    asked = [Api(mall).post("phone-codes", {"phone": phone, "purpose": "login"}) for _ in range(6)]
    assert [answer.status_code for answer in asked] == [202] * 5 + [429]
    assert errors_of(asked[-1]) == [("throttled", None)]
    assert int(asked[-1]["Retry-After"]) > 0
    # The same person in another way to write him is the same person; another mall counts for itself.
    assert Api(mall).post("phone-codes", {"phone": f"+86{phone}", "purpose": "reset"}).status_code == 429
    assert Api(make_mall()).post("phone-codes", {"phone": phone, "purpose": "login"}).status_code == 202


def test_a_network_is_limited(settings, monkeypatch) -> None:
    monkeypatch.setattr(policy, "CODES_PER_NETWORK", replace(policy.CODES_PER_NETWORK, most=7))
    settings.SANDBOX_ALLOWED = False
    settings.PORTS = {"mall.buyers.ports.send_sms": "tests.factories.sms.keep_sms"}
    api = Api(make_mall())
    answers = [api.post("phone-codes", {"phone": new_phone(), "purpose": "login"}).status_code for _ in range(8)]
    assert answers == [202] * 7 + [429]


@pytest.mark.parametrize(
    ("body", "attrs"),
    [
        ({}, {"phone", "purpose"}),
        ({"phone": "13800138000"}, {"purpose"}),
        ({"phone": "138", "purpose": "login"}, {"phone"}),
        ({"phone": 13800138000, "purpose": "login"}, {"phone"}),
        ({"phone": None, "purpose": None}, {"phone", "purpose"}),
        ({"phone": "13800138000", "purpose": "steal"}, {"purpose"}),
        ({"phone": "13800138000", "purpose": 1}, {"purpose"}),
        ({"phone": "13800138000" * 10, "purpose": "login"}, {"phone"}),
        ({"phone": "138\n00138000", "purpose": "login"}, {"phone"}),
        ({"phone": ["13800138000"], "purpose": ["login"]}, {"phone", "purpose"}),
        ([], {"non_field_errors"}),
    ],
)
def test_a_bad_question_names_its_fields(body: object, attrs: set[str]) -> None:
    answer = Api(make_mall()).post("phone-codes", body)
    assert answer.status_code == 400
    assert {attr for _, attr in errors_of(answer)} == attrs


def test_wrong_guesses_stay_counted_when_the_request_fails() -> None:
    mall, phone = make_mall(), new_phone()
    make_member(mall, phone=phone)
    code = Api(mall).post("phone-codes", {"phone": phone, "purpose": "login"}).json()["demo_code"]
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        answer = Api(mall).post("tokens", {"phone": phone, "code": wrong})
        assert (answer.status_code, errors_of(answer)) == (400, [("invalid_code", "code")])
    assert Api(mall).post("tokens", {"phone": phone, "code": code}).status_code == 400
    with mall_scope(mall.pk):
        assert PhoneCode.objects.get(purpose="login").attempts == 5


def test_logging_out_ends_this_token_and_no_other() -> None:
    mall = make_mall()
    member = make_member(mall)
    first, second = api_as(member), api_as(member)
    assert first.delete("tokens/current").status_code == 204
    assert first.get("me").status_code == 401
    assert second.get("me").status_code == 200
    assert Api(mall).delete("tokens/current").status_code == 401


def test_a_forgotten_password_is_replaced_and_old_tokens_end() -> None:
    mall, phone = make_mall(), new_phone()
    member = make_member(mall, phone=phone, password=PASSWORD)
    logged_in = api_as(member)
    code = Api(mall).post("phone-codes", {"phone": phone, "purpose": "reset"}).json()["demo_code"]
    body = {"phone": phone, "code": code, "password": "Brand-new-77"}
    assert errors_of(Api(mall).post("password-resets", body | {"password": "short"})) == [("weak_password", "password")]
    assert Api(mall).post("password-resets", body).status_code == 204
    assert logged_in.get("me").status_code == 401
    assert Api(mall).post("tokens", {"phone": phone, "password": PASSWORD}).status_code == 401
    assert Api(mall).post("tokens", {"phone": phone, "password": "Brand-new-77"}).status_code == 201
    assert errors_of(Api(mall).post("password-resets", body)) == [("invalid_code", "code")]


def test_resetting_tells_nothing_about_an_unknown_phone() -> None:
    mall, phone = make_mall(), new_phone()
    code = Api(mall).post("phone-codes", {"phone": phone, "purpose": "reset"}).json()["demo_code"]
    answer = Api(mall).post("password-resets", {"phone": phone, "code": code, "password": PASSWORD})
    assert (answer.status_code, errors_of(answer)) == (400, [("invalid_code", "code")])


def test_a_token_of_one_mall_is_nothing_on_another_host() -> None:
    mall, other = make_mall(), make_mall()
    member = make_member(mall)
    api = api_as(member)
    assert api.get("me").status_code == 200
    assert api.get("me", HTTP_HOST=f"{other.slug}.localhost").status_code == 401
    # No header names the mall: the host alone decides.
    assert api.get("me", HTTP_HOST=f"{other.slug}.localhost", HTTP_X_MALL=mall.slug).status_code == 401
    with mall_scope(mall.pk):
        assert BuyerToken.objects.filter(revoked_at__isnull=True).count() == 1


def test_a_cookie_of_the_pages_is_no_token_of_the_api() -> None:
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        cookie = issue_token(buyer=member.buyer, kind="session")[0]
    assert Api(mall, token=cookie).get("me").status_code == 401
