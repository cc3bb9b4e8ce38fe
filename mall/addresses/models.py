"""A buyer's address book. Personal data: erased with the account."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mall import clock
from mall.buyers.models import Buyer
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class Address(MallModel):
    """Where a buyer wants his parcels. Regions by their full official names."""

    public_id = PublicIdField()
    buyer = MallForeignKey(Buyer)
    name = models.CharField(max_length=40)
    phone = models.CharField(max_length=20)
    province = models.CharField(max_length=40)
    city = models.CharField(max_length=40)
    district = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=200)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_address_public_id_once"),
            models.UniqueConstraint(
                fields=["mall", "buyer"], condition=Q(is_default=True), name="mall_address_one_default"
            ),
        ]
