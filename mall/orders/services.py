"""What happens to orders. Lock order: the order, then SKUs by id; payments and refunds come with their own rooms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from mall import clock
from mall.buyers.models import Buyer
from mall.catalogue.models import Sku
from mall.catalogue.selectors import skus_asked_for
from mall.coupons.models import Coupon
from mall.coupons.selectors import check_usable
from mall.inputs import checked_line
from mall.orders import placing, stock
from mall.orders.actors import Actor
from mall.orders.baskets import gather, goods_of, priced
from mall.orders.errors import BadOrder, PriceChanged, WrongState
from mall.orders.locking import lock_both
from mall.orders.models import Order, OrderLine, OrderStatus
from mall.orders.quoting import quote
from mall.orders.releasing import take_again
from mall.orders.transitions import advance


def place_order(
    *,
    buyer: Buyer,
    lines: Sequence[tuple[Sku | UUID, int]],
    address: dict[str, Any],
    visitor_key: str = "",
    note: str = "",
    placed_by_staff: bool = False,
    coupon: Coupon | UUID | None = None,
    expected_total_fen: int | None = None,
) -> Order:
    """Place an order at the prices of this moment, take its stock, use its coupon and record order.placed.

    lines: (SKU or its public id, quantity), 1..50 of them, 1..9,999 pieces each; the same SKU twice is one
    line. expected_total_fen: what the buyer has seen. Nothing is reserved when it is refused. An order of 0 fen
    is paid at once. Locks the coupon, then the SKUs and their limited prices by id. Raises BadOrder, SkuMissing,
    NotOnSale, OutOfStock, OverPurchaseLimit, NoDelivery, PriceChanged (with the new quote), and about the coupon
    CouponMissing, CouponUsed, CouponExpired, CouponNotYet, CouponOutOfScope, CouponBelowThreshold.
    """
    wanted = placing.checked_lines(lines)
    address = placing.checked_address(address)
    note = checked_line("note", note, 200, refuse=BadOrder)
    # Everything that may be refused is refused before the first row changes.
    used = None
    if coupon is None:
        skus = skus_asked_for(wanted, lock=True)
    else:
        own, skus = lock_both(buyer, coupon.public_id if isinstance(coupon, Coupon) else coupon, wanted)
        used = check_usable(own, clock.now())
    goods = goods_of(wanted, skus)
    region = (address["province"], address["city"], address["district"])
    # Prices hold at the moment at which the goods are ours to sell, not when their queue began.
    basket = gather(goods, buyer=buyer, region=region, at=clock.now(), coupons=[used] if used else [])
    found = priced(basket, used)
    if expected_total_fen is not None and expected_total_fen != found.total_fen:
        raise PriceChanged(quote(buyer=buyer, lines=lines, address=address, coupon=used))
    placing.check_delivery(basket, found)
    order = placing.write(
        basket,
        found,
        buyer=buyer,
        coupon=used,
        address=address,
        visitor_key=visitor_key,
        note=note,
        placed_by_staff=placed_by_staff,
    )
    if order.total_fen == 0:
        mark_paid(order=lock_order(order), actor=None, note=_("无需付款"))
        order.refresh_from_db()
    return order


def lock_order(order: Order) -> Order:
    """The order as it stands, its row locked until the end of the transaction."""
    return Order.objects.select_for_update(no_key=True).get(pk=order.pk)


def mark_paid(*, order: Order, actor: Actor, note: str = "") -> Order:
    """Take an order that awaits payment to paid, and count its pieces as sold.

    The order's row must be locked. Raises WrongState.
    """
    order = advance(order, "pay", actor=actor, note=note)
    stock.count_sold(order.pk)
    return order


def reopen_paid(*, order: Order, actor: Actor, note: str = "") -> bool:
    """Take an order closed unpaid to paid, for money that came too late, if its goods and coupon can still be taken.

    The order's row must be locked. False, and nothing has changed, when the goods are gone or the coupon is.
    """
    if not take_again(order):
        return False
    advance(order, "reopen", actor=actor, note=note, ended_at=None)
    stock.count_sold(order.pk)
    return True


def cancel_order(*, order: Order, actor: Actor, note: str = "") -> Order:
    """Cancel an order that awaits payment; its stock goes back. Locks the order, then its SKUs. Raises WrongState.

    A paid order is not cancelled but refunded.
    """
    order = lock_order(order)
    if order.status == OrderStatus.PAID:
        raise WrongState(_("订单已付款，不能取消；如不想要了，请申请退款。"))
    order = advance(order, "cancel", actor=actor, note=note)
    stock.give_back(_pieces(order))
    return order


def ship_order(*, order: Order, company: str, number: str, actor: Actor) -> Order:
    """Send a paid order off, with the carrier and its number. Locks the order. Raises BadOrder, WrongState."""
    company = checked_line("company", company, 40, least=1, refuse=BadOrder)
    number = checked_line("number", number, 40, least=1, refuse=BadOrder)
    order = lock_order(order)
    if order.status == OrderStatus.AWAITING_PAYMENT:
        raise WrongState(_("订单还未付款，不能发货。"))
    return advance(order, "ship", actor=actor, carrier=company, tracking_number=number)


def confirm_receipt(*, order: Order, actor: Actor) -> Order:
    """Take a shipped order to received. Locks the order. Raises WrongState."""
    order = lock_order(order)
    if order.status == OrderStatus.PAID:
        raise WrongState(_("商家还未发货，暂不能确认收货。"))
    return advance(order, "receive", actor=actor)


def complete_order(*, order: Order, actor: Actor = None) -> Order:
    """Take a received order to completed: after-sales end. Locks the order. Raises WrongState."""
    return advance(lock_order(order), "complete", actor=actor)


def hold_for_payment(*, order: Order, until: datetime) -> None:
    """Keep an unpaid order open at least until then: a bank transfer takes days. Its row must be locked."""
    if until > order.expires_at:
        order.expires_at = until
        order.save(update_fields=["expires_at"])


def _pieces(order: Order) -> dict[int, int]:
    """SKU id → pieces of the order; a SKU stands in one line only."""
    return dict(OrderLine.objects.filter(order=order).values_list("sku_id", "quantity"))
