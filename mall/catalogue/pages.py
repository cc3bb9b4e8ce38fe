"""The shop window: categories, lists and products, open to everybody."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mall.api.lookup import get_or_404
from mall.catalogue import listing, selectors
from mall.catalogue.models import Category, Product, Sku
from mall.money import yuan
from mall.pages import pictures
from mall.pages.rendering import ShareCard, code_in_address, page

COVER_SECONDS = 24 * 3600
ORDERINGS = {
    "position": gettext_lazy("综合"),
    "sold": gettext_lazy("销量"),
    "price": gettext_lazy("价格从低到高"),
    "-price": gettext_lazy("价格从高到低"),
}


@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    """商品分类."""
    return page(
        request,
        "h5/catalogue/categories.html",
        {"tab": "categories", "aisles": selectors.category_tree()},
        card=ShareCard(title=_("商品分类"), description=request.mall.name),
    )


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """商品列表: of a category, of a search, or all; htmx asks for the next page alone."""
    category = _asked_category(request)
    query = _asked_words(request)
    ordering = request.GET.get("ordering", "")
    if ordering not in listing.ORDERINGS:
        ordering = "position"
    goods = _goods(request, category=category, search=query, ordering=ordering)
    if request.htmx and request.GET.get("cursor"):
        return page(request, "h5/parts/goods.html", goods)
    title = category.name if category else query or _("全部商品")
    return page(
        request,
        "h5/catalogue/products.html",
        {
            **goods,
            "title": title,
            "query": query,
            "shelves": _shelves(category),
            "orderings": [_tab(request, key, ordering) for key in ORDERINGS],
        },
        card=ShareCard(title=title, description=request.mall.name),
    )


@require_safe
def product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """商品详情. A product that was withdrawn still shows, to whoever kept its address, but cannot be bought."""
    found = _opened(product_id)
    shown = _as_shown(found, chosen=request.GET.get("sku", ""))
    card = ShareCard(
        title=found.name,
        description=found.subtitle
        or _("%(mall)s，¥%(price)s") % {"mall": request.mall.name, "price": yuan(shown["price_fen"])},
        image=shown["card_image"],
    )
    return page(request, "h5/catalogue/product.html", {"product": shown}, card=card)


@require_safe
def cover(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """A picture for the share card of a product that has none: cards do not show SVG."""
    response = HttpResponse(pictures.drawn_cover(_opened(product_id).name), content_type="image/jpeg")
    response["Cache-Control"] = f"public, max-age={COVER_SECONDS}"
    return response


def first_goods(request: HttpRequest) -> dict[str, Any]:
    """What the home page shows of the goods: the newest, and where more are."""
    return _goods(request, category=None, search="", ordering="newest")


def _opened(product_id: UUID) -> Product:
    return get_or_404(Product.objects.exclude(status=Product.Status.DRAFT), product_id)


def _goods(request: HttpRequest, **asked: Any) -> dict[str, Any]:
    try:
        found = listing.products_on_sale(cursor=request.GET.get("cursor", ""), **asked)
    except listing.BadCursor as error:
        raise Http404 from error
    more = _list_address(request, cursor=found.next_cursor) if found.next_cursor else ""
    return {"products": found.rows, "more": more}


def _list_address(request: HttpRequest, **changes: str) -> str:
    """This list's address with something changed; another ordering begins at its first page."""
    kept = {name: request.GET[name] for name in ("category", "search", "ordering") if request.GET.get(name)}
    if ref := code_in_address(request):
        kept["ref"] = ref
    return f"{reverse('pages:products')}?{urlencode({**kept, **changes})}"


def _asked_category(request: HttpRequest) -> Category | None:
    asked = request.GET.get("category", "")
    if not asked:
        return None
    return get_or_404(Category.objects.all(), asked)


def _asked_words(request: HttpRequest) -> str:
def _tab(request: HttpRequest, key: str, current: str) -> dict[str, Any]:
    """One order to sort by. Asked for again, the price turns round."""
    turned = "-price" if key == "price" and current == "price" else key
    return {
        "label": ORDERINGS[key],
        "current": current.removeprefix("-") == key,
        "direction": {"price": "up", "-price": "down"}.get(current, "none") if key == "price" else "",
        "address": _list_address(request, ordering=turned),
    }


    words = "".join(character if character.isprintable() else " " for character in request.GET.get("search", ""))
    return " ".join(words.split())[: listing.SEARCH_MAX]


def _shelves(category: Category | None) -> list[selectors.CategoryNode]:
    """The next level of the tree below what is looked at."""
    level = selectors.category_tree()
    if category is None:
        return level
    pending = list(level)
    while pending:
        node = pending.pop()
        if node.id == category.pk:
            return node.children
        pending += node.children
    return []


def _as_shown(found: Product, *, chosen: str) -> dict[str, Any]:
    on_sale = found.status == Product.Status.ON_SALE
    skus = selectors.active_skus(found)
    prices = [sku.price_fen for sku in skus]
    stock = sum(sku.stock for sku in skus) if on_sale else 0
    cheapest = min(skus, key=lambda sku: sku.price_fen, default=None)
    images = [selectors.picture_url(one.file) for one in selectors.pictures(found)]
    return {
        "id": found.public_id,
        "name": found.name,
        "subtitle": found.subtitle,
        "description": found.description,
        "sold_count": found.sold_count,
        "free_freight": found.free_freight,
        "images": images,
        "card_image": images[0] if images else reverse("pages:cover", args=[found.public_id]),
        "price_fen": min(prices, default=0),
        "has_range": len(set(prices)) > 1,
        "market_price_fen": cheapest.market_price_fen if cheapest else None,
        "stock": stock,
        "on_sale": on_sale,
        "in_stock": stock > 0,
        "skus": [_sku_as_shown(sku, only=len(skus) == 1, chosen=chosen) for sku in skus],
    }


def _sku_as_shown(sku: Sku, *, only: bool, chosen: str) -> dict[str, Any]:
    return {
        "id": sku.public_id,
        "specs": sku.specs,
        "specs_json": json.dumps(sku.specs, ensure_ascii=False),
        "price_fen": sku.price_fen,
        "stock": sku.stock,
        "chosen": (only or str(sku.public_id) == chosen) and sku.stock > 0,
    }
