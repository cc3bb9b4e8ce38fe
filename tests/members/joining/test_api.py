"""Registering and logging in by the contract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mall.limits import policy
from mall.tenancy.context import mall_scope
from members.joining.ports import ReferrerFound
from members.models import Binding, Member
from tests.factories.http import Api, api_as, errors_of
from tests.factories.mall import PASSWORD, make_mall
from tests.factories.members import bind_by_id, make_member, new_phone

pytestmark = pytest.mark.django_db

heard: list[tuple[str | None, str]] = []


def demo_code(mall, phone: str, purpose: str = "register") -> str:
    return Api(mall).post("phone-codes", {"phone": phone, "purpose": purpose}).json()["demo_code"]


def test_a_stranger_registers_with_a_code_and_is_bound_when_it_answers() -> None:
    mall = make_mall()
    above, phone = make_member(mall), new_phone()
    body = {"phone": phone, "code": demo_code(mall, phone), "nickname": "小丽", "ref": f"member:{above.pk}"}
    with bind_by_id():
        answer = Api(mall).post("members", body)
    assert answer.status_code == 201
    assert sorted(answer.json()) == ["expires_at", "member", "token"]
    me = Api(mall, token=answer.json()["token"]).get("me").json()
    assert me == {
        "id": answer.json()["member"],
        "nickname": "小丽",
        "joined_at": me["joined_at"],
        "referrer": {"id": str(above.public_id), "nickname": above.buyer.nickname},
        "is_promoter": True,
    }
    assert me["joined_at"].endswith("+08:00")


def test_a_phone_is_registered_once_per_mall() -> None:
    mall, phone = make_mall(), new_phone()
    body = {"phone": phone, "code": demo_code(mall, phone), "password": PASSWORD}
    assert Api(mall).post("members", body).status_code == 201
    # The same body again, and with a fresh code.
    for code in (body["code"], None):
        answer = Api(mall).post("members", body | {"code": code or demo_code(mall, phone)})
        assert (answer.status_code, errors_of(answer)) == (409, [("phone_taken", "phone")])
    other = make_mall()
    answer = Api(other).post("members", body | {"code": demo_code(other, phone)})
    assert answer.status_code == 201
    with mall_scope(mall.pk):
        assert Member.objects.count() == 1


def test_a_refused_registration_leaves_its_code_usable() -> None:
    mall, phone = make_mall(), new_phone()
    body = {"phone": phone, "code": demo_code(mall, phone), "password": "short"}
    assert errors_of(Api(mall).post("members", body)) == [("weak_password", "password")]
    assert Api(mall).post("members", body | {"password": PASSWORD}).status_code == 201


def test_where_no_proof_is_asked_a_password_will_do() -> None:
    mall = make_mall(phone_proof_required=False)
    assert Api(mall).post("members", {"phone": new_phone(), "password": PASSWORD}).status_code == 201
    assert errors_of(Api(mall).post("members", {"phone": new_phone()})) == [("required", "password")]
    strict = make_mall()
    assert errors_of(Api(strict).post("members", {"phone": new_phone(), "password": PASSWORD})) == [
        ("required", "code")
    ]


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({"phone": None}, "phone"),
        ({"phone": 13800138000}, "phone"),
        ({"phone": "12"}, "phone"),
        ({"phone": "x" * 5000}, "phone"),
        ({"code": 123456}, "code"),
        ({"code": "000000"}, "code"),
        ({"code": "x" * 17}, "code"),
        ({"code": None}, "code"),
        ({"password": 12345678}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"password": None}, "password"),
        ({"nickname": "x" * 41}, "nickname"),
        ({"nickname": "a\nb"}, "nickname"),
        ({"nickname": ["a"]}, "nickname"),
        ({"ref": 5}, "ref"),
        ({"ref": "x" * 201}, "ref"),
        ({"ref": "a\nb"}, "ref"),
        ({"visitor": 5}, "visitor"),
        ({"visitor": "x" * 401}, "visitor"),
        ({"visitor": "forged"}, "visitor"),
    ],
)
def test_a_bad_registration_names_its_field_and_makes_nobody(body: dict, attr: str) -> None:
    mall, phone = make_mall(), new_phone()
    answer = Api(mall).post("members", {"phone": phone, "code": demo_code(mall, phone), "password": PASSWORD} | body)
    assert answer.status_code == 400
    assert [found for _, found in errors_of(answer)] == [attr]
    with mall_scope(mall.pk):
        assert not Member.objects.exists()


@pytest.mark.parametrize("ref", ["", None, "nobody", "中文", "' OR 1=1 --", "x" * 200])
def test_a_ref_that_means_nobody_is_no_error(ref: str | None) -> None:
    mall, phone = make_mall(), new_phone()
    answer = Api(mall).post("members", {"phone": phone, "code": demo_code(mall, phone), "ref": ref})
    assert answer.status_code == 201
    with mall_scope(mall.pk):
        binding = Binding.objects.get()
        assert (binding.referrer_id, binding.source) == (None, "refused:unknown_code" if ref else "none")


def hear_referrer(code: str | None, visitor_key: str) -> ReferrerFound:
    heard.append((code, visitor_key))
    return ReferrerFound()


def one_visitor(_of) -> str:
    return "visitor-7"


def test_the_visitor_of_the_browser_or_of_the_app_is_handed_to_who_knows_the_referrer(monkeypatch) -> None:
    from members.joining import api, services

    monkeypatch.setattr(services, "referrer_behind", hear_referrer)
    monkeypatch.setattr(api, "visitor_of_request", lambda _request: "by-cookie")
    monkeypatch.setattr(api, "visitor_of_token", lambda signed: f"by-token:{signed}")
    mall = make_mall()
    heard.clear()
    for more in ({}, {"visitor": "signed"}, {"ref": "abc"}):
        phone = new_phone()
        assert Api(mall).post("members", {"phone": phone, "code": demo_code(mall, phone)} | more).status_code == 201
    assert heard == [(None, "by-cookie"), (None, "by-token:signed"), ("abc", "by-cookie")]


def test_registrations_of_one_network_are_limited(settings, monkeypatch) -> None:
    few = replace(policy.REGISTRATIONS_PER_NETWORK, most=7)
    monkeypatch.setattr(policy, "REGISTRATIONS_PER_NETWORK", few)
    settings.SANDBOX_ALLOWED = False
    api = Api(make_mall(phone_proof_required=False))
    answers = [api.post("members", {"phone": new_phone(), "password": PASSWORD}).status_code for _ in range(8)]
    assert answers == [201] * 7 + [429]


def test_logging_in_by_password_or_by_code() -> None:
    mall, phone = make_mall(), new_phone()
    member = make_member(mall, phone=phone, password=PASSWORD)
    for proof in ({"password": PASSWORD}, {"code": demo_code(mall, phone, "login")}):
        answer = Api(mall).post("tokens", {"phone": phone} | proof)
        assert answer.status_code == 201
        assert sorted(answer.json()) == ["expires_at", "member", "token"]
        assert answer.json()["member"] == str(member.public_id)
        assert Api(mall, token=answer.json()["token"]).get("me").status_code == 200


def test_a_bad_log_in_is_unauthenticated_and_says_the_same_for_all() -> None:
    mall, phone = make_mall(), new_phone()
    make_member(mall, phone=phone, password=PASSWORD)
    answers = [
        Api(mall).post("tokens", {"phone": phone, "password": "Wrong-one-1"}),
        Api(mall).post("tokens", {"phone": new_phone(), "password": PASSWORD}),
        Api(make_mall()).post("tokens", {"phone": phone, "password": PASSWORD}),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0]["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "body",
    [{}, {"phone": "13800138000"}, {"phone": "13800138000", "password": "a", "code": "b"},
     {"phone": 1, "password": "a"}, {"phone": "13800138000", "password": 5},
     {"phone": "13800138000", "code": 123456}, [], None],
)  # fmt: skip
def test_a_log_in_that_says_too_little_or_too_much_is_bad_input(body: object) -> None:
    assert Api(make_mall()).post("tokens", body).status_code == 400


def test_an_old_token_in_the_header_does_not_stop_anybody_from_logging_in() -> None:
    mall, phone = make_mall(), new_phone()
    make_member(mall, phone=phone, password=PASSWORD)
    answer = Api(mall, token="by_expired").post("tokens", {"phone": phone, "password": PASSWORD})
    assert answer.status_code == 201


def test_a_profile_shows_a_nickname_and_changes_it() -> None:
    mall = make_mall()
    api = api_as(make_member(mall, nickname="旧名"))
    assert api.patch("me", {"nickname": " 新名 "}).json()["nickname"] == "新名"
    assert api.get("me").json()["nickname"] == "新名"
    for bad in ("", "x" * 41, 5, None, "a\tb"):
        assert errors_of(api.patch("me", {"nickname": bad}))[0][1] == "nickname"


def test_nobody_and_guests_have_no_profile() -> None:
    from mall.buyers.services import create_guest, issue_token

    mall = make_mall()
    assert Api(mall).get("me").status_code == 401
    with mall_scope(mall.pk):
        token = issue_token(buyer=create_guest())[0]
    assert Api(mall, token=token).get("me").status_code == 403
