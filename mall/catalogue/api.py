"""The shop window by the API, open to everybody: categories, products on sale, one product."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from mall import clock
from mall.api.fields import TextField
from mall.api.lookup import get_or_404, public_uuid
from mall.api.shapes import checked
from mall.catalogue import listing, rich_text, selectors
from mall.catalogue.detail import product_on_sale
from mall.catalogue.models import Category
from mall.catalogue.pictures import PAGE_SIDE, sized

CURSOR_MAX = 200


class CategoryTree(serializers.Serializer):
    """A category with what hangs below it."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    children = serializers.SerializerMethodField()

    def get_children(self, node: selectors.CategoryNode) -> list[dict[str, Any]]:
        """The same again, one level down; siblings by position and name."""
        return list(CategoryTree(node.children, many=True).data)


class Categories(serializers.Serializer):
    """The mall's whole tree: small, so it has no pages."""

    results = CategoryTree(many=True)


class ProductQuery(serializers.Serializer):
    """What a list of products may be asked for."""

    category = TextField(max_length=36, required=False, help_text="With everything below it.")
    search = TextField(
        max_length=listing.SEARCH_MAX,
        required=False,
        allow_blank=True,
        help_text="Every word must be there, in name, keywords or subtitle; pinyin and its initials find Chinese.",
    )
    ordering = serializers.ChoiceField(
        choices=list(listing.ORDERINGS), default="newest", help_text="position: the merchant's own order."
    )
    cursor = TextField(max_length=CURSOR_MAX, required=False, allow_blank=True)
    page_size = serializers.IntegerField(min_value=1, default=listing.PAGE_SIZE, help_text="To 100.")


class ProductInList(serializers.Serializer):
    """A product as lists show it: price_fen is what its cheapest SKU costs everybody now."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    image = serializers.URLField(allow_null=True)
    price_fen = serializers.IntegerField()
    market_price_fen = serializers.IntegerField(allow_null=True)
    sold_count = serializers.IntegerField()


class ProductList(serializers.Serializer):
    """One page of products."""

    results = ProductInList(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class SkuOnSale(serializers.Serializer):
    """A SKU as buyers see it."""

    id = serializers.UUIDField()
    specs = serializers.DictField(child=serializers.CharField())
    price_fen = serializers.IntegerField()
    market_price_fen = serializers.IntegerField(allow_null=True)
    member_price_fen = serializers.IntegerField(allow_null=True, help_text="What members pay.")
    limited_until = serializers.DateTimeField(allow_null=True, help_text="When the limited-time price ends.")
    stock = serializers.IntegerField()


class ProductDetail(ProductInList):
    """A product with everything a page shows of it."""

    subtitle = serializers.CharField()
    description = serializers.CharField(help_text="As it was written: plain text or HTML.")
    description_html = serializers.CharField(help_text="Safe to show: only tags of a short list.")
    video_url = serializers.URLField(allow_null=True)
    purchase_limit = serializers.IntegerField(allow_null=True, help_text="Most pieces in one order.")
    category = serializers.UUIDField(allow_null=True)
    images = serializers.ListField(child=serializers.URLField())
    skus = SkuOnSale(many=True)
    server_now = serializers.DateTimeField(help_text="To count down by.")


class CategoryList(APIView):
    """The category tree."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(responses=Categories)
    def get(self, request: Request) -> Response:
        """The whole tree, top level first."""
        return Response({"results": CategoryTree(selectors.category_tree(), many=True).data})


class Products(APIView):
    """Products on sale."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="products_list", parameters=[ProductQuery], responses=ProductList)
    def get(self, request: Request) -> Response:
        """A page of products, by keyset: a deep page costs what the first one costs."""
        query = checked(ProductQuery, request.query_params)
        category = get_or_404(Category.objects.all(), query["category"]) if "category" in query else None
        try:
            page = listing.products_on_sale(
                category=category,
                search=query.get("search", ""),
                ordering=query["ordering"],
                cursor=query.get("cursor", ""),
                page_size=min(query["page_size"], listing.PAGE_SIZE_MAX),
            )
        except listing.BadCursor as error:
            raise NotFound from error
        origin = _origin(request)
        return Response(
            {
                "results": [in_list(row, origin) for row in page.rows],
                "next": _with_cursor(request, page.next_cursor),
                "previous": _with_cursor(request, page.previous_cursor),
            }
        )


class OneProduct(APIView):
    """A product on sale."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(responses=ProductDetail)
    def get(self, request: Request, product_id: str) -> Response:
        """The product with its pictures and SKUs."""
        named, now = public_uuid(product_id), clock.now()
        found = product_on_sale(named, now) if named is not None else None
        if found is None:
            raise NotFound
        return Response(detail(found, request, now))


def in_list(row: listing.ProductRow, origin: str) -> dict[str, Any]:
    """One row as ProductInList says; built by hand, because lists are the busiest of all answers."""
    return {
        "id": str(row.public_id),
        "name": row.name,
        "image": _absolute(row.picture, origin),
        "price_fen": row.price_fen,
        "market_price_fen": row.market_price_fen,
        "sold_count": row.sold_count,
    }


def detail(found: dict[str, Any], request: Request, now: datetime) -> dict[str, Any]:
    """A product as ProductDetail says."""
    origin = _origin(request)
    images = [_absolute(sized(file, PAGE_SIDE), origin) for file in found.pop("pictures")]
    cheapest = min(found["skus"], key=lambda sku: sku["price_fen"], default=None)
    return found | {
        "image": images[0] if images else None,
        "price_fen": cheapest["price_fen"] if cheapest else 0,
        "market_price_fen": cheapest["market_price_fen"] if cheapest else None,
        "description_html": rich_text.shown(found["description"]),
        "images": images,
        "server_now": now,
    }


def _origin(request: Request) -> str:
    """Scheme and host of this very request, once for all addresses of an answer."""
    return f"{request.scheme}://{request.get_host()}"


def _absolute(file: str | None, origin: str) -> str | None:
    address = selectors.picture_url(file)
    return f"{origin}{address}" if address else None


def _with_cursor(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    return replace_query_param(remove_query_param(request.build_absolute_uri(), "cursor"), "cursor", cursor)


# They write nothing: the transaction around the whole response is enough, a savepoint inside it is not needed.
categories = transaction.non_atomic_requests(CategoryList.as_view())
products = transaction.non_atomic_requests(Products.as_view())
product = transaction.non_atomic_requests(OneProduct.as_view())
