"""购物车: what lies in it, changed where it stands; everything works by plain forms too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mall.api.lookup import get_or_404, public_uuid
from mall.buyers.sessions import buyer_of_request
from mall.carts import services
from mall.carts.errors import NotInCart
from mall.carts.owners import CartOwner, give_cookie, owner_of_request, owner_to_be
from mall.carts.selectors import Cart, cart_of, pieces_in_cart
from mall.errors import DomainError
from mall.orders.models import Order
from mall.orders.quoting import Quote, quote
from mall.pages.access import buyer_page
from mall.pages.forms import refusals, sentence
from mall.pages.rendering import page, safe_next

_DIGITS_MOST = 6


@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    """购物车."""
    return page(request, "h5/carts/cart.html", {**_facts(request), "tab": "cart", "fresh": True})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """加入购物车: sku, quantity; back to where the reader was (`next`), or only the badge for htmx."""
    owner, cookie = CartOwner(), ""
    with refusals() as refused:
        owner, cookie = owner_to_be(request)
        services.add_item(
            owner=owner, sku_id=public_uuid(request.POST.get("sku", "")), quantity=_number(request, "quantity")
        )
    if request.htmx:
        told = sentence(refused[0]) if refused else _("已加入购物车。")
        response = page(request, "h5/carts/added.html", {"told": told, "pieces": pieces_in_cart(owner)})
    else:
        if refused:
            messages.error(request, sentence(refused[0]))
        else:
            messages.success(request, _("已加入购物车。"))
        response = redirect(safe_next(request, "/cart"))
    if not refused:
        give_cookie(response, cookie)
    return response


@require_POST
def change(request: HttpRequest, sku_id: UUID) -> HttpResponse:
    """Another quantity, selected or not, or out with it: whatever the pressed control says."""
    owner = owner_of_request(request)
    with refusals() as refused:
        if "remove" in request.POST:
            services.remove_item(owner=owner, sku_id=sku_id)
        elif "selecting" in request.POST:
            services.change_item(owner=owner, sku_id=sku_id, is_selected="selected" in request.POST)
        else:
            services.change_item(owner=owner, sku_id=sku_id, quantity=_number(request, "quantity"))
    return _again(request, refused)


@require_POST
def select(request: HttpRequest) -> HttpResponse:
    """全选, or nothing."""
    owner = owner_of_request(request)
    if owner:
        services.select_all(owner=owner, is_selected="selected" in request.POST)
    return _again(request, [])


@require_POST
def clear_gone(request: HttpRequest) -> HttpResponse:
    """清空失效商品."""
    owner = owner_of_request(request)
    services.clear_items(owner=owner, sku_ids=[row.sku.pk for row in cart_of(owner).gone])
    return _again(request, [])


@buyer_page
@require_POST
def again(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """再次购买: what the order had, into the cart."""
    order = get_or_404(Order.objects.filter(buyer=request.buyer), order_id)
    put, gone = services.buy_again(owner=CartOwner(request.buyer), order=order)
    if not put:
        messages.error(request, _("这些商品暂时都不能购买。"))
        return redirect("pages:order", order.public_id)
    if gone:
        messages.warning(request, _("已加入购物车，另有 %(gone)s 种商品暂时不能购买。") % {"gone": gone})
    else:
        messages.success(request, _("已加入购物车。"))
    return redirect("pages:cart")


def _again(request: HttpRequest, refused: list[DomainError]) -> HttpResponse:
    """The cart as it stands now, as a fragment or as a page."""
    if refused and isinstance(refused[0], NotInCart) and not request.htmx:
        raise Http404
    if request.htmx:
        told = sentence(refused[0]) if refused else ""
        return page(request, "h5/carts/body.html", {**_facts(request), "told": told, "is_fragment": True})
    if refused:
        messages.error(request, sentence(refused[0]))
    return redirect("pages:cart")


def _facts(request: HttpRequest) -> dict[str, Any]:
    found = cart_of(owner_of_request(request))
    return {"cart": found, **_sums(request, found)}


def _sums(request: HttpRequest, found: Cart) -> dict[str, Any]:
    """What the chosen goods cost, with the best coupon; and why they cannot be ordered together, if so."""
    quoted: Quote | None = None
    with refusals() as refused:
        if found.lines:
            quoted = quote(buyer=buyer_of_request(request), lines=found.lines, coupon="best")
    unit = {line.sku.pk: line.price_fen for line in quoted.lines} if quoted else {}
    for row in found.rows:
        row.item.sold_fen = unit.get(row.sku.pk, row.sku.price_fen)
    return {"quoted": quoted, "refusal": sentence(refused[0]) if refused else ""}


def _number(request: HttpRequest, name: str) -> int:
    """A whole number as it was typed; what is none becomes 0, which the service refuses."""
    typed = request.POST.get(name, "").strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS_MOST else 0
