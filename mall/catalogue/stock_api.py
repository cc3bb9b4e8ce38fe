"""What runs low, by the merchant API."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from mall.api.permissions import StaffMay
from mall.catalogue.models import Sku
from mall.catalogue.stock import low_stock
from mall.staff.rights import EDIT_PRODUCTS


class SkuRunningLow(serializers.ModelSerializer):
    """A SKU on sale of which no more is left than low_stock_at."""

    id = serializers.UUIDField(source="public_id")
    product = serializers.UUIDField(source="product.public_id")
    name = serializers.CharField(source="product.name")
    specs = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Sku
        fields = ("id", "product", "name", "specs", "code", "stock", "low_stock_at")


class LowStock(GenericAPIView):
    """What to order anew."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)
    serializer_class = SkuRunningLow

    def get_queryset(self) -> QuerySet[Sku]:
        """The mall's SKUs that run low."""
        return low_stock()

    @extend_schema(operation_id="merchant_low_stock_list", responses=SkuRunningLow(many=True))
    def get(self, request: Request) -> Response:
        """A page of SKUs on sale at or below the number their merchant wants to be told at."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(SkuRunningLow(page, many=True).data)
