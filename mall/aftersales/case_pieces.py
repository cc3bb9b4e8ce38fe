"""How many pieces of an order can still be sent back, exchanged or repaired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from mall.aftersales.claims import Claim, Left, left_of
from mall.aftersales.errors import BadCase, LineMissing, MoreThanLeft
from mall.inputs import checked_number
from mall.orders.models import Order
from mall.orders.placing import LINES_MAX, QUANTITY_MAX


def free_pieces(order: Order, left: Mapping[int, Left] | None = None) -> dict[int, int]:
    """Line id → pieces that can be exchanged or mended: free, and their money not given or claimed back.

    Three queries, none with what left_of said; lock the order to rely on it.
    """
    left = left_of(order) if left is None else left
    return {line_id: one.free if _is_paid_for(one) else 0 for line_id, one in left.items()}


def _is_paid_for(left: Left) -> bool:
    """Whether any of the line's money stays with the merchant; a gift never had any."""
    return left.amount_fen > 0 or left.line.paid_fen + left.line.freight_fen == 0


def checked_pieces(order: Order, lines: Sequence[dict[str, Any]]) -> list[Claim]:
    """The pieces of an exchange or a repair, without money. The order's row must be locked.

    Raises BadCase, LineMissing, MoreThanLeft.
    """
    if not 1 <= len(lines) <= LINES_MAX:
        raise BadCase(_("请选择 1 到 %(most)s 行商品。") % {"most": LINES_MAX}, field="lines")
    left = left_of(order)
    claims: dict[int, Claim] = {}
    for position, asked in enumerate(lines):
        line = asked["line"]
        if line.pk not in left:
            raise LineMissing
        if line.pk in claims:
            raise BadCase(_("同一行商品出现了两次，请合并为一行。"), field=f"lines.{position}.line")
        if asked.get("amount_fen"):
            raise BadCase(_("换货和维修不涉及退款，请去掉金额（amount_fen）。"), field=f"lines.{position}.amount_fen")
        quantity = checked_number(
            f"lines.{position}.quantity", asked.get("quantity"), QUANTITY_MAX, least=1, refuse=BadCase
        )
        claims[line.pk] = Claim(left[line.pk].line, 0, quantity)
    require_free(order, list(claims.values()), left)
    return list(claims.values())


def require_free(order: Order, claims: Sequence[Claim], left: Mapping[int, Left]) -> None:
    """Each claim brings pieces, and they are free. Raises BadCase, MoreThanLeft naming what is left."""
    free = free_pieces(order, left)
    for position, claim in enumerate(claims):
        field = f"lines.{position}.quantity"
        if claim.quantity < 1:
            raise BadCase(_("退货须填写退回件数（quantity），至少 1 件。"), field=field)
        if claim.quantity > free[claim.line.pk]:
            raise MoreThanLeft(
                _("“%(name)s”最多还可申请 %(left)s 件，请减少件数。")
                % {"name": claim.line.name, "left": free[claim.line.pk]},
                field=field,
            )
