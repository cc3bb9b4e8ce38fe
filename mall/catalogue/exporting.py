"""Goods as a table to take along, one SKU a row: what the import reads back without changing anything."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _

from mall import clock
from mall.catalogue.errors import TooManyToExport
from mall.catalogue.import_lookup import path_of
from mall.catalogue.models import Category, Product, Sku
from mall.catalogue.product_table import COLUMNS, specs_cell, yuan_cell
from mall.catalogue.search import found_by
from mall.imports.writing import ROWS_MAX, Cell, download
from mall.staff.audit import log
from mall.staff.models import StaffMember, User


def narrowed(*, search: str = "", category: Category | None = None, status: str = "") -> QuerySet[Product]:
    """The mall's products that a list or an export asks for; a category with all below it."""
    products = Product.objects.filter(found_by(search))
    if status:
        products = products.filter(status=status)
    if category is not None:
        products = products.filter(category__in=category.get_descendants(include_self=True))
    return products


def product_file(*, products: QuerySet[Product], kind: str, actor: StaffMember | User) -> HttpResponse:
    """These products as a file that the import reads back; who took it along is written down.

    kind: csv or xlsx. Raises TooManyToExport beyond 20,000 SKUs: half a list that looks whole would be worse.
    """
    found = list(rows(products, most=ROWS_MAX + 1))
    if len(found) > ROWS_MAX:
        raise TooManyToExport(_("一次至多导出 %(most)s 个规格，请先用筛选缩小范围。") % {"most": ROWS_MAX})
    log(action="list.exported", actor=actor, detail={"list": "products", "rows": len(found)})
    return download(kind=kind, name=f"products-{clock.now():%Y%m%d}", header=header(), rows=found)


def header() -> list[str]:
    """The titles of all columns, in the language of whoever exports."""
    return [str(column.title) for column in COLUMNS]


def rows(products: QuerySet[Product], *, most: int) -> Iterator[list[Cell]]:
    """A row for each SKU the products are sold in, newest product first; at most `most`. Three statements."""
    nodes = {node.pk: node for node in Category.objects.all()}
    sold_as = Prefetch("skus", Sku.objects.filter(is_active=True).order_by("position", "id"), to_attr="sold_as")
    left = most
    for product in products.prefetch_related(sold_as).order_by("-id")[:most]:
        for sku in product.sold_as[:left]:
            cells = _cells(product, sku, nodes)
            yield [cells[column.field] for column in COLUMNS]
        left -= len(product.sold_as)
        if left <= 0:
            return


def _cells(product: Product, sku: Sku, nodes: dict[int, Category]) -> dict[str, Cell]:
    return {
        "sku_id": str(sku.public_id),
        "code": sku.code,
        "name": product.name,
        "subtitle": product.subtitle,
        "category": path_of(nodes[product.category_id], nodes) if product.category_id else "",
        "keywords": product.keywords,
        "specs": specs_cell(sku.specs),
        "price_fen": yuan_cell(sku.price_fen),
        "market_price_fen": yuan_cell(sku.market_price_fen),
        "member_price_fen": yuan_cell(sku.member_price_fen),
        "cost_fen": yuan_cell(sku.cost_fen),
        "stock": sku.stock,
        "stock_before": sku.stock,
        "low_stock_at": sku.low_stock_at,
        "weight_g": sku.weight_g,
        "status": str(product.get_status_display()),
        "free_freight": _("是") if product.free_freight else _("否"),
        "purchase_limit": product.purchase_limit,
        "video_url": product.video_url,
        "position": product.position,
        "description": product.description,
    }
