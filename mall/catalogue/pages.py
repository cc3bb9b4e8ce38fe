"""The shop window: categories, lists and products, open to everybody."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mall.api.lookup import get_or_404, public_uuid
from mall.buyers.sessions import buyer_of_request
from mall.catalogue import listing, selectors
from mall.catalogue.models import Category, Product
from mall.catalogue.showing import as_shown
from mall.money import yuan
from mall.pages import pictures
from mall.pages.rendering import ShareCard, code_in_address, page

COVER_SECONDS = 24 * 3600
ORDERINGS = {
    "position": gettext_lazy("综合"),
    "sold": gettext_lazy("销量"),
    "newest": gettext_lazy("新品"),
    "price": gettext_lazy("价格"),
}


@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    """商品分类: the top of the tree at the left, what is in one of them at the right."""
    aisles = selectors.category_tree()
    asked = public_uuid(request.GET.get("category", ""))
    aisle = next((one for one in aisles if one.public_id == asked), aisles[0] if aisles else None)
    goods: dict[str, Any] = {}
    if aisle is not None:
        category = Category.objects.get(pk=aisle.id)
        goods = _goods(request, category=category, search="", ordering="position", within=str(aisle.public_id))
    return page(
        request,
        "h5/catalogue/categories.html",
        {"tab": "categories", "aisles": aisles, "aisle": aisle, **goods},
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
    shown = as_shown(found, chosen=request.GET.get("sku", ""), buyer=buyer_of_request(request))
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
    """What the home page shows of the goods: the merchant's first, and where more are."""
    return _goods(request, category=None, search="", ordering="position")


def _opened(product_id: UUID) -> Product:
    return get_or_404(Product.objects.exclude(status=Product.Status.DRAFT), product_id)


def _goods(request: HttpRequest, *, within: str = "", **asked: Any) -> dict[str, Any]:
    try:
        found = listing.products_on_sale(cursor=request.GET.get("cursor", ""), **asked)
    except listing.BadCursor as error:
        raise Http404 from error
    aisle = {"category": within} if within else {}
    more = _list_address(request, cursor=found.next_cursor, **aisle) if found.next_cursor else ""
    return {"products": found.rows, "more": more}


def _list_address(request: HttpRequest, **changes: str) -> str:
    """This list's address with something changed; another ordering begins at its first page."""
    kept = {name: request.GET[name] for name in ("category", "search", "ordering") if request.GET.get(name)}
    if ref := code_in_address(request):
        kept["ref"] = ref
    return f"{reverse('pages:products')}?{urlencode({**kept, **changes})}"


def _tab(request: HttpRequest, key: str, current: str) -> dict[str, Any]:
    """One order to sort by. Asked for again, the price turns round."""
    turned = "-price" if key == "price" and current == "price" else key
    return {
        "label": ORDERINGS[key],
        "current": current.removeprefix("-") == key,
        "direction": {"price": "up", "-price": "down"}.get(current, "none") if key == "price" else "",
        "address": _list_address(request, ordering=turned),
    }


def _asked_category(request: HttpRequest) -> Category | None:
    asked = request.GET.get("category", "")
    if not asked:
        return None
    return get_or_404(Category.objects.all(), asked)


def _asked_words(request: HttpRequest) -> str:
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
