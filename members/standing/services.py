"""A promoter's right to earn: taken and given back, with the reason and the moment."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from mall import clock
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.text import clean_line
from members.models import Member, StandingChange
from members.standing.errors import AccountClosed, ReasonRequired


def suspend(*, member: Member, reason: str, actor: StaffMember | None) -> Member:
    """From now on he earns nothing; his level's share stays with the mall, what he earned stays his.

    Locks the member's row. Raises ReasonRequired, AccountClosed. Suspending twice changes nothing.
    """
    return _change(member=member, after=Member.Standing.SUSPENDED, reason=reason, actor=actor)


def reinstate(*, member: Member, reason: str, actor: StaffMember | None) -> Member:
    """From now on he earns again; nothing is paid for the time between.

    Locks the member's row. Raises ReasonRequired, AccountClosed. Reinstating twice changes nothing.
    """
    return _change(member=member, after=Member.Standing.ACTIVE, reason=reason, actor=actor)


def _change(*, member: Member, after: str, reason: Any, actor: StaffMember | None) -> Member:
    sentence = clean_line(reason, least=1, most=200)
    if sentence is None:
        raise ReasonRequired
    with transaction.atomic():
        locked = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
        if locked.standing == Member.Standing.CLOSED:
            raise AccountClosed
        if locked.standing != after:
            before, locked.standing = locked.standing, after
            locked.save(update_fields=["standing"])
            StandingChange.objects.create(
                member=locked,
                before=before,
                after=after,
                reason=sentence,
                actor=f"staff:{actor.pk}" if actor else "system",
                at=clock.now(),
            )
            log(action=f"member.{after}", actor=actor, subject=locked, detail={"before": before, "reason": sentence})
    member.standing = locked.standing
    return locked
