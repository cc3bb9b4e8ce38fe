"""Suspending and reinstating: who did it, when and why."""

from __future__ import annotations

import pytest

from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from members.closing.services import close_account
from members.models import Member, StandingChange
from members.standing.errors import AccountClosed, ReasonRequired
from members.standing.services import reinstate, suspend
from tests.factories.http import api_as
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db


def test_a_suspension_and_its_end_are_kept_with_reason_and_author() -> None:
    mall = make_mall()
    owner, member = owner_of(mall), make_member(mall)
    with mall_scope(mall.pk):
        suspend(member=member, reason=" 刷单 ", actor=owner)
        assert member.standing == Member.Standing.SUSPENDED
        assert Member.objects.get().standing == "suspended"
        reinstate(member=member, reason="申诉成立", actor=owner)
        assert Member.objects.get().standing == "active"
        changes = StandingChange.objects.order_by("id").values_list("before", "after", "reason", "actor")
        assert list(changes) == [
            ("active", "suspended", "刷单", f"staff:{owner.pk}"),
            ("suspended", "active", "申诉成立", f"staff:{owner.pk}"),
        ]
        records = AuditRecord.objects.filter(action__startswith="member.").order_by("id")
        assert [(one.action, one.actor_id, one.subject_id) for one in records] == [
            ("member.suspended", owner.user_id, member.pk),
            ("member.active", owner.user_id, member.pk),
        ]


def test_a_suspended_member_still_logs_in_but_promotes_nothing() -> None:
    mall = make_mall()
    member = make_member(mall)
    api = api_as(member)
    with mall_scope(mall.pk):
        suspend(member=member, reason="刷单", actor=owner_of(mall))
    me = api.get("me")
    assert (me.status_code, me.json()["is_promoter"]) == (200, False)


def test_doing_it_twice_changes_nothing() -> None:
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        for _ in range(2):
            suspend(member=member, reason="刷单", actor=None)
        assert StandingChange.objects.get().actor == "system"
        reinstate(member=member, reason="误判", actor=None)
        reinstate(member=member, reason="误判", actor=None)
        assert StandingChange.objects.count() == 2


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\nb", None, 5])
def test_a_reason_is_needed(reason: object) -> None:
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        for act in (suspend, reinstate):
            with pytest.raises(ReasonRequired):
                act(member=member, reason=reason, actor=None)
        assert Member.objects.get().standing == "active"
        assert not StandingChange.objects.exists()


def test_a_closed_account_has_no_standing_left() -> None:
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        close_account(member=member)
        for act in (suspend, reinstate):
            with pytest.raises(AccountClosed):
                act(member=member, reason="刷单", actor=None)


def test_the_history_only_grows() -> None:
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        suspend(member=member, reason="刷单", actor=None)
        change = StandingChange.objects.get()
        for act in (change.save, change.delete):
            with pytest.raises(Exception, match=r"append-only|permission denied"), mall_scope(mall.pk):
                act()
