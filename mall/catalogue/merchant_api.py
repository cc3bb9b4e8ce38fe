"""Products by the merchant API."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import FenField, ParagraphsField, StrictBooleanField, StrictIntegerField, TextField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.catalogue import services
from mall.catalogue.models import Category, Product, ProductPicture, Sku
from mall.catalogue.product_fields import DESCRIPTION_MAX, LIMIT_MAX, POSITION_MAX, VIDEO_MAX
from mall.catalogue.selectors import picture_url
from mall.catalogue.skus import SKUS_MAX, STOCK_MAX, WEIGHT_MAX
from mall.freight.models import FreightTemplate
from mall.staff.rights import EDIT_PRODUCTS


class SkuGiven(serializers.Serializer):
    """A SKU as the merchant wants it."""

    id = TextField(max_length=36, required=False, allow_null=True, help_text="To keep a SKU whose specs change.")
    specs = serializers.DictField(child=TextField(max_length=40), default=dict)
    price_fen = FenField()
    market_price_fen = FenField(required=False, allow_null=True)
    cost_fen = FenField(required=False, allow_null=True)
    member_price_fen = FenField(required=False, allow_null=True, help_text="At most price_fen. Absent: as it was.")
    weight_g = StrictIntegerField(min_value=0, max_value=WEIGHT_MAX, required=False, help_text="Absent: as it was.")
    low_stock_at = StrictIntegerField(
        min_value=0, max_value=STOCK_MAX, required=False, help_text="At so many or fewer you are told."
    )
    stock = StrictIntegerField(min_value=0, max_value=STOCK_MAX)
    stock_before = StrictIntegerField(
        min_value=0,
        max_value=STOCK_MAX,
        required=False,
        allow_null=True,
        help_text="The stock you saw: what was sold since then stays sold.",
    )
    code = TextField(max_length=40, required=False, allow_blank=True)


class ProductGiven(serializers.Serializer):
    """A product as the merchant wants it. In a PATCH, what is absent stays; `skus` is the whole new set."""

    name = TextField(max_length=120)
    subtitle = TextField(max_length=200, required=False, allow_blank=True)
    keywords = TextField(max_length=200, required=False, allow_blank=True)
    description = ParagraphsField(
        max_length=DESCRIPTION_MAX, required=False, allow_blank=True, help_text="Plain text, or HTML of a few tags."
    )
    video_url = TextField(max_length=VIDEO_MAX, required=False, allow_blank=True, help_text="https only.")
    purchase_limit = StrictIntegerField(
        min_value=1, max_value=LIMIT_MAX, required=False, allow_null=True, help_text="Most pieces in one order."
    )
    free_freight = StrictBooleanField(required=False)
    freight_template = TextField(max_length=36, required=False, allow_null=True)
    category = TextField(max_length=36, required=False, allow_null=True)
    position = StrictIntegerField(min_value=0, max_value=POSITION_MAX, required=False)
    status = serializers.ChoiceField(choices=Product.Status.choices, required=False)
    skus = SkuGiven(many=True, required=False, max_length=SKUS_MAX)

    def validate_category(self, public_id: str | None) -> Category | None:
        """The category itself; another mall's is as missing as one that never was."""
        return get_or_404(Category.objects.all(), public_id) if public_id else None

    def validate_freight_template(self, public_id: str | None) -> FreightTemplate | None:
        """The template itself; another mall's is as missing as one that never was."""
        return get_or_404(FreightTemplate.objects.all(), public_id) if public_id else None


class SkuOwned(serializers.ModelSerializer):
    """A SKU as the merchant sees it."""

    id = serializers.UUIDField(source="public_id")
    specs = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Sku
        fields = (
            "id", "code", "specs", "price_fen", "market_price_fen", "member_price_fen", "cost_fen", "stock",
            "low_stock_at", "weight_g", "is_active",
        )  # fmt: skip


class PictureOwned(serializers.ModelSerializer):
    """A picture of a product, drawn anew in three sizes."""

    id = serializers.CharField(source="key")
    url = serializers.SerializerMethodField()

    class Meta:
        model = ProductPicture
        fields = ("id", "url")

    @extend_schema_field({"type": "string", "format": "uri-reference"})
    def get_url(self, picture: ProductPicture) -> str:
        """The address of the largest size, below the mall's host."""
        return str(picture_url(picture.file))


class ProductOwned(serializers.ModelSerializer):
    """A product as the merchant sees it."""

    id = serializers.UUIDField(source="public_id")
    category = serializers.UUIDField(source="category.public_id", allow_null=True, default=None)
    freight_template = serializers.UUIDField(source="freight_template.public_id", allow_null=True, default=None)
    pictures = PictureOwned(many=True)
    skus = SkuOwned(many=True)

    class Meta:
        model = Product
        fields = (
            "id", "name", "subtitle", "keywords", "description", "category", "position", "status", "sold_count",
            "free_freight", "freight_template", "purchase_limit", "video_url", "created_at", "pictures", "skus",
        )  # fmt: skip


def _products() -> QuerySet[Product]:
    skus = Prefetch("skus", Sku.objects.order_by("-is_active", "position", "id"))
    shown = Prefetch("pictures", ProductPicture.objects.order_by("position", "id"))
    return Product.objects.select_related("category", "freight_template").prefetch_related(skus, shown)


class MerchantProducts(GenericAPIView):
    """The mall's products, on sale or not."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)
    serializer_class = ProductOwned

    def get_queryset(self) -> QuerySet[Product]:
        """All of the mall's."""
        return _products()

    @extend_schema(operation_id="merchant_products_list", responses=ProductOwned(many=True))
    def get(self, request: Request) -> Response:
        """A page of products, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(ProductOwned(page, many=True).data)

    @extend_schema(request=ProductGiven, responses={201: ProductOwned})
    def post(self, request: Request) -> Response:
        """Make a product with its SKUs; on sale at once unless `status` says otherwise."""
        given = ProductGiven(data=request.data)
        given.is_valid(raise_exception=True)
        product = services.create_product(**given.validated_data)
        return Response(ProductOwned(_products().get(pk=product.pk)).data, status=status.HTTP_201_CREATED)


class MerchantProduct(APIView):
    """One product of the mall."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(responses=ProductOwned)
    def get(self, request: Request, product_id: str) -> Response:
        """The product with all its SKUs, also those no longer sold."""
        return Response(ProductOwned(get_or_404(_products(), product_id)).data)

    @extend_schema(request=ProductGiven(partial=True), responses=ProductOwned)
    def patch(self, request: Request, product_id: str) -> Response:
        """Change what is given: fields, the set of SKUs, on sale or not."""
        product = get_or_404(Product.objects.all(), product_id)
        given = ProductGiven(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        _change(product, dict(given.validated_data))
        return Response(ProductOwned(_products().get(pk=product.pk)).data)


def _change(product: Product, changes: dict[str, Any]) -> None:
    wanted = changes.pop("status", None)
    skus = changes.pop("skus", None)
    services.update_product(product=product, changes=changes)
    if skus is not None:
        services.set_skus(product=product, skus=skus)
    if wanted == Product.Status.ON_SALE:
        services.publish_product(product=product)
    elif wanted is not None:
        services.withdraw_product(product=product)
