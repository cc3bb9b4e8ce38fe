"""Joining at the same moment."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from mall.buyers.models import Buyer
from mall.buyers.services import send_phone_code
from mall.errors import DomainError
from mall.events.models import Event
from mall.tenancy.context import mall_scope
from members.joining.services import join
from members.models import Binding, Member
from tests.concurrency import together
from tests.factories.mall import make_mall
from tests.factories.members import bind_by_id, make_member, new_phone

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_registrations_of_one_phone_make_one_member() -> None:
    mall = make_mall(phone_proof_required=False)
    above, phone = make_member(mall), new_phone()

    def register() -> str:
        try:
            with mall_scope(mall.pk):
                join(phone=phone, password="Secret-pass-9", ref=f"member:{above.pk}")
        except DomainError as refused:
            return refused.code
        return "joined"

    with bind_by_id():
        assert Counter(together([register] * 20)) == {"joined": 1, "phone_taken": 19}
    with mall_scope(mall.pk):
        assert Buyer.objects.filter(phone=f"+86{phone}").count() == 1
        member = Member.objects.get(buyer__phone=f"+86{phone}")
        assert member.referrer_id == above.pk
        assert Binding.objects.filter(member=member).count() == 1
        assert Event.objects.filter(kind="member.joined", subject_id=member.pk).count() == 1


def test_twenty_uses_of_one_code_make_one_member() -> None:
    mall, phone = make_mall(), new_phone()
    with mall_scope(mall.pk):
        code = send_phone_code(phone=phone, purpose="register")[1]

    def register() -> str:
        try:
            with mall_scope(mall.pk):
                join(phone=phone, code=code)
        except DomainError as refused:
            return refused.code
        return "joined"

    assert Counter(together([register] * 20)) == {"joined": 1, "phone_taken": 19}
    with mall_scope(mall.pk):
        assert Member.objects.count() == 1


def test_many_join_under_one_referrer_without_waiting_for_each_other() -> None:
    mall = make_mall(phone_proof_required=False)
    above = make_member(mall)

    def register(phone: str) -> int:
        with mall_scope(mall.pk):
            return join(phone=phone, password="Secret-pass-9", ref=f"member:{above.pk}").pk

    with bind_by_id():
        joined = together([partial(register, new_phone()) for _ in range(20)])
    assert len(set(joined)) == 20
    with mall_scope(mall.pk):
        assert Member.objects.filter(referrer=above).count() == 20
