"""After-sales cases for tests, made through the services."""

from __future__ import annotations

from typing import Any

from mall.aftersales import case_services as services
from mall.aftersales.case_models import Case
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.tenancy.context import mall_scope
from tests.factories.mall import owner_of
from tests.factories.trade import lines_of

WAREHOUSE = "广东省深圳市南山区科技园 2 号仓，王经理 13800138001"


def complain(
    order: Order, kind: str, *amounts_fen: int, quantity: int | None = 1, reason: str = "有破损", **more: Any
) -> Case:
    """A case about the first, second, … line: so many fen each, all that was paid without amounts. Needs no scope."""
    lines = lines_of(order)
    asked: list[dict[str, Any]] = [{"line": line} for line in lines[: len(amounts_fen) or len(lines)]]
    for position, one in enumerate(asked):
        if quantity is not None:
            one["quantity"] = quantity
        if kind in services.WITH_MONEY:
            line = one["line"]
            whole = line.paid_fen + line.freight_fen - line.refunded_fen
            one["amount_fen"] = amounts_fen[position] if amounts_fen else whole
    with mall_scope(order.mall_id):
        return services.open_case(order=order, kind=kind, lines=asked, reason=reason, actor=order.buyer, **more)


def step(case: Case, name: str, **given: Any) -> Case:
    """One step of a case by its service: the buyer's own by him, the others by the mall's owner. Needs no scope."""
    by_buyer = name in {"send_back", "withdraw_case", "confirm_case"}
    parcel = {"carrier": "顺丰速运", "number": "SF100"} if name in {"send_back", "resend"} else {}
    owner = owner_of(Mall(pk=case.mall_id))
    with mall_scope(case.mall_id):
        actor = case.order.buyer if by_buyer else owner
        return getattr(services, name)(case=case, actor=actor, **parcel | given)


def approved(case: Case) -> Case:
    """The case with the merchant's yes, and his address. Needs no scope."""
    return step(case, "approve_case", return_to=WAREHOUSE)


def sent_back(case: Case) -> Case:
    """The case, approved, with its goods on the way to the merchant. Needs no scope."""
    return step(approved(case), "send_back")
