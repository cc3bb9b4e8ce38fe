"""What is left of an order to be refunded, and whether a claim fits into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from mall.aftersales.case_models import Case, CaseLine
from mall.aftersales.errors import BadRefund, LineMissing, MoreThanLeft, PiecesInCase
from mall.aftersales.models import Refund, RefundLine
from mall.inputs import checked_number
from mall.money import FEN_MAX, yuan
from mall.orders.models import Order, OrderLine
from mall.orders.placing import LINES_MAX, QUANTITY_MAX

GOODS_MOVE = (Case.Kind.EXCHANGE, Case.Kind.REPAIR)


@dataclass(frozen=True, slots=True)
class Left:
    """What of one line has neither been refunded nor claimed. Fen, freight share included; pieces.

    away: how many of those pieces lie in an open exchange or repair.
    """

    line: OrderLine
    amount_fen: int
    quantity: int
    away: int = 0

    @property
    def free(self) -> int:
        """Pieces that a new claim may bring."""
        return max(0, self.quantity - self.away)

    @property
    def free_fen(self) -> int:
        """Money that a new claim may ask for: pieces that are being exchanged or mended keep theirs."""
        return self.amount_fen * self.free // self.quantity if self.away and self.quantity else self.amount_fen


@dataclass(frozen=True, slots=True)
class Claim:
    """What is asked back of one line. Fen; pieces."""

    line: OrderLine
    amount_fen: int
    quantity: int


def left_of(order: Order) -> dict[int, Left]:
    """Line id → what is left of it, open claims taken off. Three queries; lock the order to rely on it."""
    open_claims = {
        row["line_id"]: (row["amount_fen"], row["quantity"])
        for row in RefundLine.objects.filter(refund__order=order, refund__status=Refund.Status.REQUESTED)
        .values("line_id")
        .annotate(amount_fen=Sum("amount_fen"), quantity=Sum("quantity"))
    }
    away = dict(
        CaseLine.objects.filter(case__order=order, case__closed_at__isnull=True, case__kind__in=GOODS_MOVE)
        .values_list("line_id")
        .annotate(Sum("quantity"))
    )
    found = {}
    for line in OrderLine.objects.filter(order=order).order_by("position"):
        claimed_fen, claimed = open_claims.get(line.pk, (0, 0))
        found[line.pk] = Left(
            line,
            line.paid_fen + line.freight_fen - line.refunded_fen - claimed_fen,
            line.quantity - line.refunded_quantity - claimed,
            away.get(line.pk, 0),
        )
    return found


def checked_claims(order: Order, lines: Sequence[dict[str, Any]]) -> list[Claim]:
    """The claims, one per line, each within what is left. The order's row must be locked.

    Money without pieces is a discount afterwards; all the money left of a line, without a word about pieces,
    means all the pieces left. Raises BadRefund, LineMissing, MoreThanLeft naming what is left, PiecesInCase.
    """
    if not 1 <= len(lines) <= LINES_MAX:
        raise BadRefund(_("请选择 1 到 %(most)s 行要退款的商品。") % {"most": LINES_MAX}, field="lines")
    left = left_of(order)
    claims: dict[int, Claim] = {}
    for position, asked in enumerate(lines):
        place = f"lines.{position}"
        line = left.get(asked["line"].pk)
        if line is None:
            raise LineMissing
        if line.line.pk in claims:
            raise BadRefund(_("同一行商品出现了两次，请合并为一行。"), field=f"{place}.line")
        claims[line.line.pk] = _checked_claim(line, asked, place)
    return list(claims.values())


def _checked_claim(left: Left, asked: dict[str, Any], place: str) -> Claim:
    amount_fen = checked_number(f"{place}.amount_fen", asked.get("amount_fen"), FEN_MAX, least=1, refuse=BadRefund)
    quantity = asked.get("quantity")
    if amount_fen > left.amount_fen:
        raise MoreThanLeft(
            _("“%(name)s”最多还可退 ¥%(left)s，请减少退款金额。")
            % {"name": left.line.name, "left": yuan(left.amount_fen)},
            field=f"{place}.amount_fen",
        )
    if quantity is None:
        quantity = left.quantity if amount_fen == left.amount_fen else 0
    checked_number(f"{place}.quantity", quantity, QUANTITY_MAX, refuse=BadRefund)
    if quantity > left.quantity:
        raise MoreThanLeft(
            _("“%(name)s”最多还可退 %(left)s 件，请减少退款数量。") % {"name": left.line.name, "left": left.quantity},
            field=f"{place}.quantity",
        )
    if quantity > left.free or amount_fen > left.free_fen:
        raise PiecesInCase(
            _(
                "“%(name)s”有 %(away)s 件正在换货或维修中，现在最多还可退 %(free)s 件、¥%(fen)s。"
                "请等换货或维修完成，或先撤销那张售后单，再申请退款。"
            )
            % {"name": left.line.name, "away": left.away, "free": left.free, "fen": yuan(left.free_fen)},
            field=f"{place}.quantity" if quantity > left.free else f"{place}.amount_fen",
        )
    return Claim(left.line, amount_fen, quantity)
