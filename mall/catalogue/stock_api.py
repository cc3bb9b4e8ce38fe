"""What runs low, by the merchant API."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import StrictIntegerField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.catalogue.models import Sku
from mall.catalogue.skus import STOCK_MAX
from mall.catalogue.stock import low_stock, restock
from mall.orders.idempotency import KEY_PARAMETER, idempotent
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


class PiecesGiven(serializers.Serializer):
    """How many pieces have come in."""

    pieces = StrictIntegerField(min_value=1, max_value=STOCK_MAX)


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


class Restocking(APIView):
    """Putting goods on the shelf."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(
        parameters=[KEY_PARAMETER],
        request=PiecesGiven,
        responses=SkuRunningLow,
        examples=[OpenApiExample("Fifty", value={"pieces": 50}, request_only=True)],
    )
    @idempotent
    def post(self, request: Request, sku_id: str) -> Response:
        """Add pieces that have come in to whatever is left by now; what is sold meanwhile stays sold."""
        sku = get_or_404(Sku.objects.select_related("product"), sku_id)
        given = PiecesGiven(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(SkuRunningLow(restock(sku=sku, pieces=given.validated_data["pieces"])).data)
