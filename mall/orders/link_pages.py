"""A guest's order by its link: on any phone, without logging in, and for reading only."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from mall import clock
from mall.buyers.pages import address as page_address
from mall.buyers.sessions import buyer_of_request
from mall.orders import showing
from mall.orders.links import link_token, order_behind
from mall.orders.models import Order, OrderAddress
from mall.pages.rendering import page


def link_of(request: HttpRequest, order: Order) -> str:
    """The address a guest may keep, complete; "" for who has an account to find his orders in."""
    if not request.buyer.is_guest:
        return ""
    return request.build_absolute_uri(reverse("pages:order-link", args=[link_token(order)]))


@require_safe
def linked_order(request: HttpRequest, token: str) -> HttpResponse:
    """订单查询: what was ordered and where it is. Who and where to is told only as far as its owner knows it again.

    Its owner is led on to the order itself; whoever else wants to do something proves his phone first.
    """
    found = order_behind(token)
    if found is None:
        raise Http404
    here = buyer_of_request(request)
    if here is not None and here.pk == found.buyer_id:
        return redirect("pages:order", found.public_id)
    showing.dress([found])
    own_page = reverse("pages:order", args=[found.public_id])
    context = {
        "order": found,
        "address": OrderAddress.objects.filter(order=found, erased_at__isnull=True).first(),
        "steps": showing.steps(found),
        "now": clock.now(),
        "login_address": page_address("login", next=own_page),
        "fresh": True,
    }
    response = page(request, "h5/orders/linked.html", context)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
