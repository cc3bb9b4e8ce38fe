"""Phone codes: five minutes, five guesses, the newest only, once."""

from __future__ import annotations

from functools import partial

import pytest

from mall import clock
from mall.buyers.codes import send_phone_code, use_phone_code
from mall.buyers.errors import CodeUsed, SmsUnavailable, WrongCode
from mall.buyers.models import PhoneCode
from mall.buyers.ports import SEND_SMS
from mall.errors import DomainError
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import make_mall
from tests.factories.members import new_phone
from tests.factories.sms import sent


@pytest.fixture
def mall(db) -> Mall:
    return make_mall()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_code_has_six_digits_and_is_kept_only_as_a_hash(mall: Mall) -> None:
    phone = new_phone()
    with mall_scope(mall.pk):
        expires_at, code = send_phone_code(phone=phone, purpose="login")
        assert len(code) == 6
        assert code.isdigit()
        kept = PhoneCode.objects.get()
        assert code not in kept.digest
        assert (kept.phone, kept.expires_at) == (f"+86{phone}", expires_at)
        assert abs((expires_at - clock.now()).total_seconds() - 300) < 5


def test_a_code_opens_once(mall: Mall) -> None:
    phone = new_phone()
    with mall_scope(mall.pk):
        code = send_phone_code(phone=phone, purpose="login")[1]
        use_phone_code(phone=f"+86 {phone}", purpose="login", code=code)
        with pytest.raises(CodeUsed):
            use_phone_code(phone=phone, purpose="login", code=code)


def test_five_wrong_guesses_spoil_it_and_a_fresh_one_opens(mall: Mall) -> None:
    phone = new_phone()
    with mall_scope(mall.pk):
        code = send_phone_code(phone=phone, purpose="login")[1]
        for _ in range(5):
            with pytest.raises(WrongCode):
                use_phone_code(phone=phone, purpose="login", code=wrong(code))
        with pytest.raises(WrongCode) as refused:
            use_phone_code(phone=phone, purpose="login", code=code)
        assert type(refused.value) is WrongCode
        assert PhoneCode.objects.get().used_at is None
        use_phone_code(phone=phone, purpose="login", code=send_phone_code(phone=phone, purpose="login")[1])


def test_only_the_newest_opens_and_only_for_its_purpose_phone_and_mall(mall: Mall) -> None:
    phone, other = new_phone(), make_mall()
    with mall_scope(mall.pk):
        old = send_phone_code(phone=phone, purpose="login")[1]
        new = send_phone_code(phone=phone, purpose="login")[1]
        if old != new:
            with pytest.raises(WrongCode):
                use_phone_code(phone=phone, purpose="login", code=old)
        for given in ({"purpose": "reset"}, {"phone": new_phone()}):
            with pytest.raises(WrongCode):
                use_phone_code(**{"phone": phone, "purpose": "login", "code": new} | given)
    with mall_scope(other.pk), pytest.raises(WrongCode):
        use_phone_code(phone=phone, purpose="login", code=new)
    with mall_scope(mall.pk):
        use_phone_code(phone=phone, purpose="login", code=new)


def test_after_five_minutes_it_opens_nothing(mall: Mall) -> None:
    phone = new_phone()
    with mall_scope(mall.pk), clock.unmoved():
        code = send_phone_code(phone=phone, purpose="login")[1]
        clock.advance(seconds=299)
        late = send_phone_code(phone=new_phone(), purpose="login")[0]
        assert late > clock.now()
        clock.advance(seconds=2)
        with pytest.raises(WrongCode):
            use_phone_code(phone=phone, purpose="login", code=code)


@pytest.mark.parametrize("code", ["", "000", "0" * 1000, None, 123456, "\x00", "\ud800", ["1"], "１２３４５６"])
def test_what_is_no_code_is_a_wrong_one(mall: Mall, code: object) -> None:
    phone = new_phone()
    with mall_scope(mall.pk):
        send_phone_code(phone=phone, purpose="login")
        with pytest.raises(WrongCode):
            use_phone_code(phone=phone, purpose="login", code=code)


@pytest.mark.django_db(transaction=True)
def test_twenty_users_of_one_code_are_one(mall: Mall) -> None:
    phone = new_phone()
    with mall_scope(mall.pk):
        code = send_phone_code(phone=phone, purpose="login")[1]

    def use() -> str:
        try:
            with mall_scope(mall.pk):
                use_phone_code(phone=phone, purpose="login", code=code)
        except DomainError as refused:
            return type(refused).__name__
        return "in"

    assert sorted(together([use] * 20)) == ["CodeUsed"] * 19 + ["in"]


@pytest.mark.django_db(transaction=True)
def test_a_hundred_guesses_at_once_are_five(mall: Mall) -> None:
    """The refusal must not take its own count back when the request's transaction ends."""
    phone = new_phone()
    with mall_scope(mall.pk):
        code = send_phone_code(phone=phone, purpose="login")[1]
    looked = []

    def guess(number: int) -> None:
        try:
            with mall_scope(mall.pk):
                try:
                    use_phone_code(phone=phone, purpose="login", code=f"{(int(code) + 1 + number) % 10**6:06d}")
                except WrongCode:
                    looked.append(number)
        except DomainError:
            pass

    together([partial(guess, number) for number in range(20)])
    with mall_scope(mall.pk):
        assert PhoneCode.objects.get().attempts == 5
    assert len(looked) == 20


def test_without_a_sender_and_without_a_sandbox_nothing_is_sent(mall: Mall, settings, caplog) -> None:
    settings.SANDBOX_ALLOWED = False
    with mall_scope(mall.pk), pytest.raises(SmsUnavailable):
        send_phone_code(phone=new_phone(), purpose="login")
    assert "no sender" in caplog.text


def test_a_plugged_in_sender_gets_the_code_after_the_commit_and_the_answer_does_not(
    mall: Mall, settings, django_capture_on_commit_callbacks
) -> None:
    settings.SANDBOX_ALLOWED = False
    settings.PORTS = {SEND_SMS: "tests.factories.sms.keep_sms"}
    sent.clear()
    phone = new_phone()
    with django_capture_on_commit_callbacks(execute=True), mall_scope(mall.pk):
        assert send_phone_code(phone=phone, purpose="reset")[1] is None
        assert not sent
    [(to, purpose, code)] = sent
    assert (to, purpose) == (f"+86{phone}", "reset")
    with mall_scope(mall.pk):
        use_phone_code(phone=phone, purpose="reset", code=code)
