"""Visitors: signed, of one mall only, and who was ever logged in as one."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse

from mall.buyers.services import create_guest
from mall.tenancy.context import mall_scope
from referrals.clicks.models import VisitorMember
from referrals.clicks.visitors import (
    BadVisitor,
    key_of_request,
    key_of_token,
    new_key,
    remember,
    remember_buyer,
    set_cookie,
    signed,
    verified,
)
from tests.factories.mall import make_mall
from tests.factories.members import make_member

KEY = "AAAAAAAAAAAAAAAAAAAAAA"

FORGED = [
    None, 5, True, b"x", [], "", "x", KEY, f"{KEY}.", f".{KEY}", f"{KEY}.{KEY}", f"{KEY}.{KEY}.{KEY}", "a" * 10_000,
    f"{KEY}.{'码' * 22}", f"{KEY}\x00.{KEY}", "%00", "\ud800" * 45, "' OR 1=1 --", '{"a":1}',
]  # fmt: skip


def request_with(cookie: str | None, mall_id: int | None = 1) -> HttpRequest:
    request = HttpRequest()
    request.mall_id = mall_id
    if cookie is not None:
        request.COOKIES["fy_visitor"] = cookie
    return request


def test_a_key_is_128_random_bits() -> None:
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert {len(key) for key in keys} == {22}


def test_what_the_server_signed_is_read_back() -> None:
    key = new_key()
    assert verified(7, signed(7, key)) == key
    assert key_of_request(request_with(signed(1, key))) == key


@pytest.mark.parametrize("token", FORGED, ids=repr)
def test_what_it_did_not_sign_is_nobody(token: object) -> None:
    assert verified(1, token) is None
    if isinstance(token, str):
        assert key_of_request(request_with(token)) == ""


def test_every_flipped_character_breaks_the_signature() -> None:
    token = signed(1, new_key())
    for at, character in enumerate(token):
        other = "A" if character != "A" else "B"
        # The last character of each half carries bits that base64 ignores; it is refused all the same.
        assert verified(1, token[:at] + other + token[at + 1 :]) is None


def test_another_malls_visitor_is_nobody_here() -> None:
    assert verified(2, signed(1, KEY)) is None
    assert key_of_request(request_with(signed(1, KEY), mall_id=2)) == ""
    assert key_of_request(request_with(signed(1, KEY), mall_id=None)) == ""


def test_a_changed_secret_keeps_visitors_while_the_old_one_is_named(settings) -> None:
    token = signed(1, KEY)
    old = settings.SECRET_KEY
    settings.SECRET_KEY = "another-secret"
    assert verified(1, token) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert verified(1, token) == KEY


def test_the_cookie_is_first_party_and_out_of_scripts_reach(settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    response = HttpResponse()
    set_cookie(response, 1, KEY)
    cookie = response.cookies["fy_visitor"]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"], cookie["path"]) == (True, "Lax", True, "/")
    assert cookie["max-age"] == 400 * 86_400
    assert cookie["domain"] == ""


@pytest.mark.django_db
def test_an_app_is_told_that_its_visitor_is_not_this_malls() -> None:
    mall, other = make_mall(), make_mall()
    with mall_scope(mall.pk):
        assert key_of_token(signed(mall.pk, KEY)) == KEY
        for token in (signed(other.pk, KEY), "nonsense", ""):
            with pytest.raises(BadVisitor):
                key_of_token(token)


@pytest.mark.django_db
def test_a_visitor_keeps_everybody_who_was_logged_in_as_him_once() -> None:
    mall = make_mall()
    first, second = make_member(mall), make_member(mall)
    with mall_scope(mall.pk):
        for member in (first, second, first):
            remember(KEY, buyer_id=member.buyer_id)
        assert sorted(VisitorMember.objects.values_list("visitor_key", "member_id")) == [
            (KEY, first.pk),
            (KEY, second.pk),
        ]


@pytest.mark.django_db
def test_guests_forged_cookies_and_other_malls_visitors_are_not_remembered() -> None:
    mall, other = make_mall(), make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        remember_buyer(request_with(signed(mall.pk, KEY), mall.pk), create_guest().pk)
        remember_buyer(request_with(signed(other.pk, KEY), mall.pk), member.buyer_id)
        remember_buyer(request_with("forged", mall.pk), member.buyer_id)
        remember_buyer(request_with(None, mall.pk), member.buyer_id)
        assert not VisitorMember.objects.exists()
        remember_buyer(request_with(signed(mall.pk, KEY), mall.pk), member.buyer_id)
        assert VisitorMember.objects.get().member_id == member.pk


@pytest.mark.django_db
def test_an_app_is_remembered_by_the_visitor_it_sends() -> None:
    mall = make_mall()
    member = make_member(mall)
    request = request_with(None, mall.pk)
    with mall_scope(mall.pk):
        for body in ({"visitor": "forged"}, {"visitor": 5}, ["visitor"], {}, None):
            request.data = body
            remember_buyer(request, member.buyer_id)
        assert not VisitorMember.objects.exists()
        request.data = {"visitor": signed(mall.pk, KEY)}
        remember_buyer(request, member.buyer_id)
        assert VisitorMember.objects.get().visitor_key == KEY
