"""The cart of a buyer, or of somebody who has not said yet who he is."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mall import clock
from mall.buyers.models import Buyer
from mall.catalogue.models import Sku
from mall.tenancy.models import MallForeignKey, MallModel


class CartItem(MallModel):
    """So many pieces of a SKU in the cart of a buyer, or of the browser behind guest_key."""

    buyer = MallForeignKey(Buyer, null=True, blank=True)
    # The secret of a signed cookie, hashed; empty once the cart is a buyer's.
    guest_key = models.CharField(max_length=64, blank=True)
    sku = MallForeignKey(Sku)
    quantity = models.PositiveIntegerField()
    is_selected = models.BooleanField(default=True)
    price_when_added_fen = models.BigIntegerField()
    added_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["mall", "buyer", "sku"], condition=Q(buyer__isnull=False), name="mall_cart_item_once"
            ),
            models.UniqueConstraint(
                fields=["mall", "guest_key", "sku"], condition=Q(buyer__isnull=True), name="mall_cart_guest_item_once"
            ),
            models.CheckConstraint(
                condition=Q(buyer__isnull=False, guest_key="") | (Q(buyer__isnull=True) & ~Q(guest_key="")),
                name="mall_cart_one_owner",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="mall_cart_quantity_positive"),
        ]
