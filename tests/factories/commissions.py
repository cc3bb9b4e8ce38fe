"""Plans and what came of them, for tests; everything through the services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from commissions.plans.models import PlanVersion
from commissions.plans.services import change_plan
from commissions.settlement.models import Commission, Settlement
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from members.models import Member

PLAN: dict[str, Any] = {
    "order_levels_bps": [1000, 500],
    "click_fen": 5,
    "registration_fen": 100,
    "budget_month_fen": 100_000,
    "hold_days": 7,
}


def set_plan(mall: Mall, **changes: Any) -> PlanVersion:
    """A new plan version: two levels, clicks and registrations on, seven days; changes on top."""
    with mall_scope(mall.pk):
        return change_plan(author=None, changes=PLAN | changes)


def paid(mall: Mall) -> list[tuple[str, int, int, int, str]]:
    """(kind, level, beneficiary, fen that stand, state) of every commission of the mall, in order."""
    with mall_scope(mall.pk):
        return [
            (row.kind, row.level, row.beneficiary_id, row.amount_fen, row.state)
            for row in Commission.objects.order_by("conversion_id", "level")
        ]


def reasons(mall: Mall) -> list[str]:
    """Why each settled conversion pays nothing ("" where it pays), in order."""
    with mall_scope(mall.pk):
        return list(Settlement.objects.order_by("conversion_id").values_list("reason", flat=True))


def balance(member: Member) -> dict[str, Any]:
    """The member's balance as the API shows it."""
    from commissions.payouts.selectors import balance_of

    with mall_scope(member.mall_id):
        return balance_of(member.pk)


@contextmanager
def nothing_changes(mall: Mall, *looks: Callable[[], Any]) -> Iterator[None]:
    """The block leaves commissions, and whatever else is looked at, as they were."""
    before = [paid(mall), *(look() for look in looks)]
    yield
    assert [paid(mall), *(look() for look in looks)] == before
