"""What happens to carts. A cart reserves nothing; what it holds is checked again when it is ordered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from mall import clock
from mall.buyers.models import Buyer
from mall.carts.errors import BadCart, CartFull, NotInCart
from mall.carts.models import CartItem
from mall.carts.owners import COOKIE_SECONDS, CartOwner
from mall.catalogue.models import Product, Sku
from mall.inputs import checked_number
from mall.orders.errors import NotOnSale, OutOfStock, SkuMissing
from mall.orders.models import Order, OrderLine
from mall.orders.placing import LINES_MAX, QUANTITY_MAX
from mall.tenancy.context import require_mall_id

KINDS_MOST = LINES_MAX

# Two taps at once add up, and neither fails: the row is made or raised in one statement.
_PUT = """
INSERT INTO mall_cartitem (mall_id, buyer_id, guest_key, sku_id, quantity, is_selected, price_when_added_fen, added_at)
VALUES (%(mall)s, %(buyer)s, %(guest)s, %(sku)s, %(quantity)s, true, %(price)s, %(at)s)
ON CONFLICT (mall_id, {owner}, sku_id) WHERE buyer_id IS {null} NULL
DO UPDATE SET quantity = LEAST(mall_cartitem.quantity + EXCLUDED.quantity, %(most)s), is_selected = true,
    price_when_added_fen = EXCLUDED.price_when_added_fen, added_at = EXCLUDED.added_at
"""


def add_item(*, owner: CartOwner, sku_id: UUID | None, quantity: int) -> Sku:
    """Put pieces of a SKU on sale into a cart, beside those that lie there. Answers the SKU.

    Raises BadCart, SkuMissing, NotOnSale, OutOfStock (naming how many are left), CartFull.
    """
    checked_number("quantity", quantity, QUANTITY_MAX, least=1, refuse=BadCart)
    sku = Sku.objects.select_related("product").filter(public_id=sku_id).first() if sku_id else None
    if sku is None:
        raise SkuMissing(field="sku")
    if not sku.is_active or sku.product.status != Product.Status.ON_SALE:
        raise NotOnSale(field="sku")
    others = dict(CartItem.objects.filter(**owner.columns).values_list("sku_id", "quantity"))
    there = others.pop(sku.pk, 0)
    if len(others) >= KINDS_MOST:
        raise CartFull
    if there + quantity > sku.stock:
        raise _too_few(sku, there)
    _put(owner, sku.pk, quantity, sku.price_fen)
    return sku


def change_item(
    *, owner: CartOwner, sku_id: UUID | None, quantity: int | None = None, is_selected: bool | None = None
) -> CartItem:
    """Another quantity, or another answer to whether it will be ordered; None leaves it. Locks the row.

    Raises BadCart, NotInCart, OutOfStock.
    """
    item = _item(owner, sku_id)
    if quantity is not None:
        checked_number("quantity", quantity, QUANTITY_MAX, least=1, refuse=BadCart)
        # Fewer is always right, also when the shelf is emptier still.
        if quantity > max(item.sku.stock, item.quantity):
            raise _too_few(item.sku, 0)
        item.quantity = quantity
    if is_selected is not None:
        item.is_selected = is_selected
    item.save(update_fields=["quantity", "is_selected"])
    return item


def remove_item(*, owner: CartOwner, sku_id: UUID | None) -> None:
    """Take a SKU out of a cart. Raises NotInCart."""
    _item(owner, sku_id).delete()


def select_all(*, owner: CartOwner, is_selected: bool) -> None:
    """Mark everything in a cart to be ordered, or nothing."""
    CartItem.objects.filter(**owner.columns).exclude(is_selected=is_selected).update(is_selected=is_selected)


def clear_items(*, owner: CartOwner, sku_ids: Iterable[int]) -> None:
    """Take SKUs (by primary key) out of a cart: they were ordered, or can no longer be."""
    CartItem.objects.filter(**owner.columns, sku__in=list(sku_ids)).delete()


def merge_cart(*, source: CartOwner, buyer: Buyer) -> int:
    """Move a guest's cart into the buyer's; quantities add up, up to what an order takes. How many kinds moved.

    What no longer fits into the bound of kinds is left behind and gone, the oldest first. Locks the guest's rows
    by id, so that of two tabs that log in at once one moves them.
    """
    if not source or source.buyer == buyer:
        return 0
    rows = list(CartItem.objects.select_for_update(no_key=True).filter(**source.columns).order_by("id"))
    if not rows:
        return 0
    owner = CartOwner(buyer=buyer)
    there = set(CartItem.objects.filter(**owner.columns).values_list("sku_id", flat=True))
    moved = 0
    for row in reversed(rows):
        if row.sku_id not in there:
            if len(there) >= KINDS_MOST:
                continue
            there.add(row.sku_id)
        _put(owner, row.sku_id, row.quantity, row.price_when_added_fen)
        moved += 1
    CartItem.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return moved


def forget_left_carts() -> int:
    """Delete what lies in carts whose browser or app no longer has them: how many kinds of goods went."""
    left = clock.now() - timedelta(seconds=COOKIE_SECONDS)
    return CartItem.objects.filter(buyer=None, added_at__lt=left).delete()[0]


def buy_again(*, owner: CartOwner, order: Order) -> tuple[int, int]:
    """Put what an order had into the cart once more: (kinds put in, kinds that cannot be had any more)."""
    put, gone = 0, 0
    for sku_id, quantity in OrderLine.objects.filter(order=order).values_list("sku__public_id", "quantity"):
        try:
            add_item(owner=owner, sku_id=sku_id, quantity=quantity)
        except (NotOnSale, OutOfStock, CartFull):
            gone += 1
        else:
            put += 1
    return put, gone


def _item(owner: CartOwner, sku_id: UUID | None) -> CartItem:
    found = None
    if owner and sku_id:
        found = (
            CartItem.objects.select_related("sku")
            .select_for_update(no_key=True, of=("self",))
            .filter(**owner.columns, sku__public_id=sku_id)
            .first()
        )
    if found is None:
        raise NotInCart
    return found


def _put(owner: CartOwner, sku: int, quantity: int, price_fen: int) -> None:
    mine = owner.buyer is not None
    values: dict[str, Any] = {
        "mall": require_mall_id("A cart"),
        "buyer": owner.buyer.pk if owner.buyer is not None else None,
        "guest": "" if mine else owner.guest_key,
        "sku": sku,
        "quantity": quantity,
        "price": price_fen,
        "at": clock.now(),
        "most": QUANTITY_MAX,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PUT.format(owner="buyer_id" if mine else "guest_key", null="NOT" if mine else ""), values)


def _too_few(sku: Sku, there: int) -> OutOfStock:
    if there:
        text = _("库存仅剩 %(left)s 件，购物车里已有 %(there)s 件。") % {"left": sku.stock, "there": there}
    else:
        text = _("库存仅剩 %(left)s 件，请减少数量。") % {"left": sku.stock}
    return OutOfStock(text, field="quantity")
