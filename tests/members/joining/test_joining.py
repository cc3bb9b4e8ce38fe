"""Joining a mall: what is written, who is bound, and what is refused."""

from __future__ import annotations

import pytest

from mall.buyers.closing import close_buyer
from mall.buyers.errors import BadNickname, BadPhone, PhoneTaken, WeakPassword, WrongCode
from mall.buyers.models import Buyer
from mall.buyers.services import check_password, create_guest, send_phone_code
from mall.events.models import Event
from mall.tenancy.context import mall_scope
from members.joining.errors import CodeRequired, PasswordRequired
from members.joining.services import join
from members.models import Binding, Member
from tests.factories.mall import make_mall
from tests.factories.members import bind_by_id, make_member, new_phone

pytestmark = pytest.mark.django_db


def code_for(phone: str) -> str:
    return send_phone_code(phone=phone, purpose="register")[1]


def test_joining_writes_buyer_member_binding_and_event() -> None:
    mall = make_mall()
    above = make_member(mall)
    phone = new_phone()
    with mall_scope(mall.pk), bind_by_id():
        member = join(
            phone=phone, code=code_for(phone), password="Secret-pass-9", nickname=" 小美 ", ref=f"member:{above.pk}"
        )
        assert (member.buyer.phone, member.buyer.nickname) == (f"+86{phone}", "小美")
        assert check_password(member.buyer, "Secret-pass-9")
        assert member.referrer_id == above.pk
        binding = Binding.objects.get(member=member)
        assert (binding.referrer_id, binding.source) == (above.pk, "ref")
        event = Event.objects.get(kind="member.joined", subject_id=member.pk)
        assert event.payload == {"link": None}


def test_without_a_code_nobody_is_bound() -> None:
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        assert member.referrer_id is None
        assert Binding.objects.get(member=member).source == "none"


@pytest.mark.parametrize("ref", ["nobodys", "x" * 10_000, "'; DROP TABLE members_member; --", "码", "\x00"])
def test_an_unknown_code_stays_unbound_and_is_no_error(ref: str) -> None:
    mall = make_mall()
    phone = new_phone()
    with mall_scope(mall.pk), bind_by_id():
        member = join(phone=phone, code=code_for(phone), ref=ref.replace("\x00", ""))
        if ref != "\x00":
            assert Binding.objects.get(member=member).source == "refused:unknown_code"
        assert member.referrer_id is None


@pytest.mark.parametrize("standing", ["suspended", "closed"])
def test_a_promoter_out_of_standing_binds_nobody(standing: str) -> None:
    mall = make_mall()
    above, phone = make_member(mall), new_phone()
    with mall_scope(mall.pk), bind_by_id():
        Member.objects.filter(pk=above.pk).update(standing=standing)
        member = join(phone=phone, code=code_for(phone), ref=f"member:{above.pk}")
        assert member.referrer_id is None
        assert Binding.objects.get(member=member).source == f"refused:{standing}"


def test_a_member_of_another_mall_is_no_referrer() -> None:
    stranger = make_member(make_mall())
    mall = make_mall()
    phone = new_phone()
    with mall_scope(mall.pk), bind_by_id():
        member = join(phone=phone, code=code_for(phone), ref=f"member:{stranger.pk}")
        assert (member.referrer_id, Binding.objects.get(member=member).source) == (None, "refused:unknown_code")


def test_the_same_phone_is_taken_here_and_free_elsewhere() -> None:
    first, second = make_mall(), make_mall()
    phone = new_phone()
    make_member(first, phone=phone)
    make_member(second, phone=phone)
    with mall_scope(first.pk), pytest.raises(PhoneTaken):
        join(phone=f"+86 {phone}", code=code_for(phone))
    with mall_scope(first.pk):
        assert Member.objects.count() == 1


def test_the_code_that_just_registered_a_phone_says_that_it_is_taken() -> None:
    """A second tap on the button must not read as a wrong code."""
    mall, phone = make_mall(), new_phone()
    with mall_scope(mall.pk), bind_by_id():
        code = code_for(phone)
        join(phone=phone, code=code)
        with pytest.raises(PhoneTaken):
            join(phone=phone, code=code)
        with pytest.raises(WrongCode) as refused:
            join(phone=phone, code="000000" if code != "000000" else "111111")
        assert type(refused.value) is WrongCode


def test_a_mall_that_wants_proof_refuses_a_password_alone() -> None:
    mall = make_mall()
    with mall_scope(mall.pk), pytest.raises(CodeRequired):
        join(phone=new_phone(), password="Secret-pass-9")
    with mall_scope(mall.pk):
        assert not Buyer.objects.exists()


def test_a_mall_that_wants_none_takes_a_password_alone() -> None:
    mall = make_mall(phone_proof_required=False)
    with mall_scope(mall.pk), bind_by_id():
        assert join(phone=new_phone(), password="Secret-pass-9").pk
        with pytest.raises(PasswordRequired):
            join(phone=new_phone())


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("phone", "12345", BadPhone),
        ("phone", "", BadPhone),
        ("phone", "1" * 400, BadPhone),
        ("phone", "+8613800138000\x00", BadPhone),
        ("phone", "10086", BadPhone),
        ("phone", "010-12345678", BadPhone),
        ("phone", None, BadPhone),
        ("phone", 13800138000, BadPhone),
        ("password", "short", WeakPassword),
        ("password", "password123", WeakPassword),
        ("password", "1357924680", WeakPassword),
        ("password", "x" * 129, WeakPassword),
        ("password", 12345678, WeakPassword),
        ("nickname", "x" * 41, BadNickname),
        ("nickname", "a\nb", BadNickname),
        ("nickname", "a\u202eb", BadNickname),
        ("nickname", "\ud800", BadNickname),
        ("nickname", None, BadNickname),
        ("code", "12345", WrongCode),
        ("code", "１２３４５６", WrongCode),
        ("code", "\ud800", WrongCode),
        ("code", 123456, WrongCode),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(field: str, value: object, refusal: type) -> None:
    mall, phone = make_mall(), new_phone()
    with mall_scope(mall.pk):
        given = {"phone": phone, "code": code_for(phone), "password": "Secret-pass-9", "nickname": "甲", field: value}
        with pytest.raises(refusal) as refused:
            join(**given)
        assert refused.value.field == field
        assert not Buyer.objects.exists()
        assert not Event.objects.exists()


def test_a_guest_who_joins_keeps_being_the_same_buyer() -> None:
    mall, phone = make_mall(), new_phone()
    with mall_scope(mall.pk), bind_by_id():
        guest = create_guest()
        member = join(phone=phone, code=code_for(phone), guest=guest)
        assert member.buyer_id == guest.pk
        assert Buyer.objects.get().is_guest is False


def test_a_registered_buyer_is_not_taken_over_by_a_second_registration() -> None:
    mall = make_mall()
    member, phone = make_member(mall), new_phone()
    with mall_scope(mall.pk), bind_by_id():
        other = join(phone=phone, code=code_for(phone), guest=member.buyer)
        assert other.buyer_id != member.buyer_id


def test_a_closed_phone_joins_again_as_somebody_new_and_says_so() -> None:
    mall, phone = make_mall(), new_phone()
    first = make_member(mall, phone=phone)
    with mall_scope(mall.pk):
        close_buyer(buyer=first.buyer)
    second = make_member(mall, phone=phone)
    with mall_scope(mall.pk):
        assert second.pk != first.pk
        assert Event.objects.get(kind="member.joined", subject_id=second.pk).payload["reregistered"] is True


def test_registration_costs_the_same_in_a_full_mall(django_assert_max_num_queries) -> None:
    mall = make_mall()
    phones = [new_phone() for _ in range(3)]
    above = make_member(mall)
    for phone in phones:
        with mall_scope(mall.pk), bind_by_id():
            code = code_for(phone)
            with django_assert_max_num_queries(22):
                above = join(phone=phone, code=code, ref=f"member:{above.pk}")
