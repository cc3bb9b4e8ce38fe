"""Buyers' passwords, tokens and sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from mall import clock
from mall.api.authentication import token_digest
from mall.buyers.errors import BadNickname, BadPhone, PhoneTaken, WeakPassword, WrongCode, WrongLogin
from mall.buyers.holding import log_in_with_code
from mall.buyers.models import Buyer, BuyerToken, PhoneCode
from mall.buyers.services import (
    change_nickname,
    check_password,
    create_guest,
    issue_token,
    log_in_with_password,
    register_buyer,
    reset_password,
    revoke_token,
    send_phone_code,
)
from mall.buyers.sessions import COOKIE, buyer_of_request, log_in, log_out
from mall.buyers.tasks import forget_spent_secrets_everywhere
from mall.errors import TooMany
from mall.limits import policy
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from tests.factories.mall import PASSWORD, make_mall, unique
from tests.factories.members import new_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall() -> Mall:
    return make_mall()


@pytest.fixture
def scope(mall: Mall):
    with mall_scope(mall.pk):
        yield mall


def network() -> str:
    return unique("net")


def test_the_password_lets_in_and_nothing_else_does(scope) -> None:
    phone = new_phone()
    buyer = register_buyer(phone=phone, password=PASSWORD)
    assert buyer.password != PASSWORD
    assert log_in_with_password(phone=f"0086{phone}", password=PASSWORD, network=network()) == buyer
    for given in (PASSWORD + " ", PASSWORD.upper(), "", None, 5, "x" * 129, "\x00"):
        with pytest.raises(WrongLogin):
            log_in_with_password(phone=phone, password=given, network=network())
    with pytest.raises(BadPhone):
        log_in_with_password(phone="1", password=PASSWORD, network=network())


def test_unknown_phones_and_buyers_without_a_password_read_alike(scope) -> None:
    without = new_phone()
    register_buyer(phone=without)
    messages = set()
    for phone in (new_phone(), without):
        with pytest.raises(WrongLogin) as refused:
            log_in_with_password(phone=phone, password=PASSWORD, network=network())
        messages.add(str(refused.value))
    assert len(messages) == 1
    assert check_password(None, PASSWORD) is False


def test_ten_wrong_passwords_lock_the_log_in_also_for_the_right_one(scope) -> None:
    phone, other = new_phone(), new_phone()
    for one in (phone, other):
        register_buyer(phone=one, password=PASSWORD)
    for _ in range(10):
        with pytest.raises(WrongLogin):
            log_in_with_password(phone=phone, password="Wrong-one-1", network=network())
    with pytest.raises(TooMany):
        log_in_with_password(phone=phone, password=PASSWORD, network=network())
    # The holder of the phone, and everybody else, still gets in.
    assert log_in_with_code(phone=phone, code=send_phone_code(phone=phone, purpose="login")[1], network=network())
    assert log_in_with_password(phone=other, password=PASSWORD, network=network())


def test_one_network_cannot_try_one_password_on_everybody(scope, settings, monkeypatch) -> None:
    monkeypatch.setattr(policy, "BUYER_GUESSES_PER_NETWORK", replace(policy.BUYER_GUESSES_PER_NETWORK, most=7))
    settings.SANDBOX_ALLOWED = False
    here = network()
    for _ in range(7):
        with pytest.raises(WrongLogin):
            log_in_with_password(phone=new_phone(), password="Spring-2026", network=here)
    with pytest.raises(TooMany):
        log_in_with_password(phone=new_phone(), password="Spring-2026", network=here)


def test_a_code_lets_in_who_is_registered(scope) -> None:
    known, unknown = new_phone(), new_phone()
    buyer = register_buyer(phone=known)
    code = send_phone_code(phone=known, purpose="login")[1]
    assert log_in_with_code(phone=known, code=code, network=network()) == buyer
    code = send_phone_code(phone=unknown, purpose="login")[1]
    with pytest.raises(WrongCode):
        log_in_with_code(phone=unknown, code=code, network=network())


def test_a_new_password_ends_every_log_in(scope) -> None:
    phone = new_phone()
    buyer = register_buyer(phone=phone, password=PASSWORD)
    issue_token(buyer=buyer)
    issue_token(buyer=buyer, kind="session")
    code = send_phone_code(phone=phone, purpose="reset")[1]
    with pytest.raises(WeakPassword):
        reset_password(phone=phone, code=code, password="12345678", network=network())
    reset_password(phone=phone, code=code, password="Quite-new-55", network=network())
    assert not BuyerToken.objects.filter(revoked_at__isnull=True).exists()
    assert log_in_with_password(phone=phone, password="Quite-new-55", network=network()) == buyer
    with pytest.raises(WrongLogin):
        log_in_with_password(phone=phone, password=PASSWORD, network=network())


def test_the_same_phone_registers_once_and_guests_have_none(scope) -> None:
    phone = new_phone()
    register_buyer(phone=phone)
    with pytest.raises(PhoneTaken):
        register_buyer(phone=phone)
    first, second = create_guest(), create_guest()
    assert first.pk != second.pk
    assert Buyer.objects.filter(is_guest=True, phone__isnull=True).count() == 2


def test_a_nickname_is_made_up_without_the_phone(scope) -> None:
    phone = new_phone()
    buyer = register_buyer(phone=phone)
    assert buyer.nickname.startswith("会员")
    assert phone[-4:] not in buyer.nickname or len(buyer.nickname) == 8
    assert change_nickname(buyer=buyer, nickname=" 阿强 ").nickname == "阿强"
    for bad in ("", "  ", "x" * 41, "a\tb"):
        with pytest.raises(BadNickname):
            change_nickname(buyer=buyer, nickname=bad)


def test_tokens_are_hashed_and_live_as_long_as_their_kind(scope) -> None:
    buyer = register_buyer(phone=new_phone())
    for kind, days in (("api", 90), ("session", 30)):
        token, expires_at = issue_token(buyer=buyer, kind=kind)
        assert abs(expires_at - clock.now() - timedelta(days=days)) < timedelta(seconds=5)
        kept = BuyerToken.objects.get(kind=kind)
        assert kept.digest == token_digest(token)
        assert token not in str(kept.__dict__)


def test_a_session_of_the_pages_is_a_cookie_of_its_own(scope) -> None:
    buyer = register_buyer(phone=new_phone())
    request, response = page_request(scope), HttpResponse()
    assert buyer_of_request(request) is None
    log_in(request, response, buyer)
    morsel = response.cookies[COOKIE]
    assert (morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, "Lax", "/")
    assert morsel["max-age"] in range(30 * 86_400 - 5, 30 * 86_400 + 1)
    assert buyer_of_request(request) == buyer
    later = page_request(scope, morsel.value)
    assert buyer_of_request(later) == buyer
    log_out(later, HttpResponse())
    assert buyer_of_request(later) is None
    assert buyer_of_request(page_request(scope, morsel.value)) is None


def test_a_second_log_in_ends_the_first_of_the_same_browser(scope) -> None:
    first, second = register_buyer(phone=new_phone()), register_buyer(phone=new_phone())
    response = HttpResponse()
    log_in(page_request(scope), response, first)
    old = response.cookies[COOKIE].value
    log_in(page_request(scope, old), HttpResponse(), second)
    assert buyer_of_request(page_request(scope, old)) is None


def test_a_session_is_no_api_token_and_the_reverse(scope) -> None:
    buyer = register_buyer(phone=new_phone())
    api = issue_token(buyer=buyer)[0]
    assert buyer_of_request(page_request(scope, api)) is None


@pytest.mark.parametrize("cookie", ["", "by_", "by_x", "st_x", "x" * 10_000, "by_\ud800", "by_" + "x" * 500])
def test_a_cookie_nobody_issued_is_nobody(scope, cookie: str) -> None:
    assert buyer_of_request(page_request(scope, cookie)) is None


def test_a_session_of_one_mall_is_nobody_in_another(scope) -> None:
    token = issue_token(buyer=register_buyer(phone=new_phone()), kind="session")[0]
    other = make_mall()
    with mall_scope(other.pk):
        assert buyer_of_request(page_request(other, token)) is None


def test_a_session_runs_out(scope) -> None:
    token = issue_token(buyer=register_buyer(phone=new_phone()), kind="session")[0]
    with clock.unmoved():
        clock.advance(days=30, seconds=1)
        assert buyer_of_request(page_request(scope, token)) is None


def test_revoking_an_unknown_token_does_nothing(scope) -> None:
    revoke_token(token="by_nothing")


def page_request(mall: Mall, cookie: str | None = None):
    request = RequestFactory().get("/")
    request.mall_id = mall.pk
    if cookie is not None:
        request.COOKIES[COOKIE] = cookie
    return request


def test_codes_and_log_ins_long_ended_are_forgotten_and_living_ones_stay(scope) -> None:
    buyer = register_buyer(phone=new_phone())
    for kind in ("api", "session"):
        issue_token(buyer=buyer, kind=kind)
    send_phone_code(phone=new_phone(), purpose="register")
    with clock.unmoved():
        clock.advance(hours=23)
        forget_spent_secrets_everywhere()
        assert (PhoneCode.objects.count(), BuyerToken.objects.count()) == (1, 2)
        clock.advance(hours=2)
        forget_spent_secrets_everywhere()
        assert (PhoneCode.objects.count(), BuyerToken.objects.count()) == (0, 2)
        clock.advance(days=62)
        forget_spent_secrets_everywhere()
        assert list(BuyerToken.objects.values_list("kind", flat=True)) == ["api"]
