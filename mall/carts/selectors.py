"""What lies in a cart, and what of it can be ordered."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mall.carts.models import CartItem
from mall.carts.owners import CartOwner
from mall.catalogue.models import Product, ProductPicture, Sku
from mall.catalogue.selectors import picture_url
from mall.orders.placing import QUANTITY_MAX

# Why an item cannot be ordered as it lies there.
REASONS: dict[str, Promise] = {
    "off_sale": _("商品已下架"),
    "inactive": _("该规格已停售"),
    "sold_out": _("已售罄"),
    "too_few": _("库存不足，请减少数量"),
}


@dataclass(frozen=True, slots=True)
class CartRow:
    """One kind of goods in a cart. reason: "" when it can be ordered; price_fen: of one piece, as listed now."""

    item: CartItem
    sku: Sku
    picture: str | None
    reason: str

    @property
    def is_valid(self) -> bool:
        """Whether it can be ordered as it lies there."""
        return not self.reason

    @property
    def is_gone(self) -> bool:
        """Whether no other quantity would help either."""
        return self.reason in ("off_sale", "inactive", "sold_out")

    @property
    def reason_text(self) -> Promise | str:
        """The reason in words."""
        return REASONS.get(self.reason, "")

    @property
    def price_change_fen(self) -> int:
        """How much dearer one piece is than when it was put in; negative when cheaper."""
        return self.sku.price_fen - self.item.price_when_added_fen

    @property
    def price_drop_fen(self) -> int:
        """The same the other way round."""
        return -self.price_change_fen

    @property
    def most(self) -> int:
        """As many pieces as can be had."""
        return min(self.sku.stock, QUANTITY_MAX)


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart, its newest goods first."""

    rows: list[CartRow]

    @property
    def shown(self) -> list[CartRow]:
        """What can be ordered, if need be in another quantity."""
        return [row for row in self.rows if not row.is_gone]

    @property
    def gone(self) -> list[CartRow]:
        """What can be ordered no more; shown apart."""
        return [row for row in self.rows if row.is_gone]

    @property
    def chosen(self) -> list[CartRow]:
        """What 结算 orders."""
        return [row for row in self.rows if row.is_valid and row.item.is_selected]

    @property
    def lines(self) -> list[tuple[Sku, int]]:
        """What is chosen, as an order takes it."""
        return [(row.sku, row.item.quantity) for row in self.chosen]

    @property
    def pieces(self) -> int:
        """How many pieces are chosen."""
        return sum(row.item.quantity for row in self.chosen)

    @property
    def pieces_shown(self) -> int:
        """How many pieces lie there that can be had at all: the number on the badge."""
        return sum(row.item.quantity for row in self.shown)

    @property
    def is_all_selected(self) -> bool:
        """Whether everything that can be ordered is."""
        valid = [row for row in self.rows if row.is_valid]
        return bool(valid) and all(row.item.is_selected for row in valid)


def cart_of(owner: CartOwner) -> Cart:
    """The cart with its goods and their pictures: one statement, none for who has no cart."""
    if not owner:
        return Cart([])
    cover = ProductPicture.objects.filter(product=OuterRef("sku__product")).order_by("position", "id")
    items: QuerySet[CartItem] = (
        CartItem.objects.filter(**owner.columns)
        .select_related("sku__product")
        .annotate(cover=Subquery(cover.values("file")[:1]))
        .order_by("-added_at", "-id")
    )
    return Cart([CartRow(item, item.sku, picture_url(item.cover), _reason(item)) for item in items])


def pieces_in_cart(owner: CartOwner) -> int:
    """The number on the badge: pieces of goods that have not gone. No statement for who has no cart."""
    if not owner:
        return 0
    there = CartItem.objects.filter(
        **owner.columns, sku__is_active=True, sku__stock__gt=0, sku__product__status=Product.Status.ON_SALE
    )
    return there.aggregate(pieces=Sum("quantity"))["pieces"] or 0


def _reason(item: CartItem) -> str:
    sku = item.sku
    if sku.product.status != Product.Status.ON_SALE:
        return "off_sale"
    if not sku.is_active:
        return "inactive"
    if sku.stock == 0:
        return "sold_out"
    return "too_few" if sku.stock < item.quantity else ""
