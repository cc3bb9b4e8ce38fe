"""Every way a case moves, in one table; nothing else in the house writes Case.status.

Each step is a compare-and-set, `UPDATE … WHERE status IN before`, behind the lock of the order: of two that
race, one finds nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from mall import clock
from mall.aftersales.case_models import Case, CaseStep
from mall.aftersales.errors import WrongCaseState
from mall.orders.actors import Actor, actor_key
from mall.orders.models import Order
from mall.orders.services import lock_order

Status = Case.Status


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow of the diagram: from where, and to where."""

    before: frozenset[str]
    after: str


def _from(*before: str, to: str) -> Step:
    return Step(frozenset(before), to)


OPEN = (Status.REQUESTED, Status.AWAITING_RETURN, Status.RETURNING, Status.RESENDING, Status.RESENT)
STEPS: dict[str, Step] = {
    "approve": _from(Status.REQUESTED, to=Status.AWAITING_RETURN),
    # Goods are looked at when they come, and an exchange may find no stock: no is possible until something is sent.
    "reject": _from(Status.REQUESTED, Status.RETURNING, Status.RESENDING, to=Status.REJECTED),
    "withdraw": _from(Status.REQUESTED, Status.AWAITING_RETURN, to=Status.WITHDRAWN),
    "send_back": _from(Status.AWAITING_RETURN, to=Status.RETURNING),
    "receive": _from(Status.RETURNING, to=Status.RESENDING),
    "resend": _from(Status.RESENDING, to=Status.RESENT),
    "confirm": _from(Status.RESENT, to=Status.DONE),
    # The money of a case is decided, through the case or beside it.
    "refunded": _from(*OPEN, to=Status.DONE),
    "refund_rejected": _from(*OPEN, to=Status.REJECTED),
}
# Who has to move is given so long; what happens then: mall.aftersales.case_timers.
DEADLINES: dict[str, timedelta] = {
    Status.REQUESTED: timedelta(days=3),
    Status.AWAITING_RETURN: timedelta(days=7),
    Status.RETURNING: timedelta(days=10),
    Status.RESENDING: timedelta(days=7),
    Status.RESENT: timedelta(days=7),
}
MERCHANTS_TURN = (Status.REQUESTED, Status.RETURNING, Status.RESENDING)


def lock_case(case: Case) -> tuple[Order, Case]:
    """The case and its order as they stand, both locked until the end of the transaction."""
    order = lock_order(case.order)
    return order, Case.objects.select_for_update(no_key=True, of=("self",)).select_related("refund").get(pk=case.pk)


def require(case: Case, name: str) -> None:
    """Raise WrongCaseState unless the step begins where the case stands."""
    if case.status not in STEPS[name].before:
        raise WrongCaseState


def advance(case: Case, name: str, *, actor: Actor, note: str = "", **columns: Any) -> Case:
    """Take a case one step, with its deadline and its CaseStep; `columns` are written with it.

    Its row must be locked. Raises WrongCaseState when it is not where the step begins.
    """
    step, at, before = STEPS[name], clock.now(), case.status
    allowed = DEADLINES.get(step.after)
    changes = {
        **columns,
        "status": step.after,
        "deadline_at": at + allowed if allowed is not None else None,
        "closed_at": at if allowed is None else None,
    }
    if not Case.objects.filter(pk=case.pk, status__in=step.before, status=before).update(**changes):
        raise WrongCaseState
    for column, value in changes.items():
        setattr(case, column, value)
    note_step(case, before=before, actor=actor, note=note)
    return case


def note_step(case: Case, *, before: str, actor: Actor, note: str = "") -> None:
    """Write down that a case came to where it stands."""
    most = CaseStep._meta.get_field("note").max_length
    CaseStep.objects.create(
        case=case, before=before, after=case.status, actor=actor_key(actor), note=note[:most], at=clock.now()
    )
