"""我的链接, and the share panel of a product's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.api.lookup import get_or_404
from mall.buyers.sessions import buyer_of_request
from mall.catalogue.models import Product
from mall.catalogue.selectors import visible_products
from mall.pages.access import log_in_first
from mall.pages.forms import refusals, sentence
from mall.pages.rendering import page
from mall.reviews.selectors import own_review
from members.models import Member
from members.pages import member_page
from members.selectors import member_of_buyer
from referrals.links.forwarding import channel_of_browser
from referrals.links.models import LinkKind, ShareLink
from referrals.links.ports import most_earned
from referrals.links.reviews import put_review_first
from referrals.links.selectors import LinkCounts, channels, counts_of, link_url, links_of, mall_address
from referrals.links.services import take_link

PAGE_SIZE = 20
KIND_NAMES = {
    LinkKind.MALL: _("商城链接"),
    LinkKind.PRODUCT: _("商品链接"),
    LinkKind.REGISTRATION: _("会员注册链接"),
}
# The channels every mall begins with have names in both languages; a merchant's own are his words.
CHANNEL_NAMES = {"wechat": _("微信"), "weibo": _("微博"), "qq": _("QQ"), "other": _("其他")}


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest) -> HttpResponse:
    """我的链接: take one, see what each has brought."""
    kind, channel = request.POST.get("kind", "mall"), request.POST.get("channel", channel_of_browser(request))
    error = ""
    if request.method == "POST":
        with refusals() as refused:
            link, _is_new = take_link(owner=request.member, kind=kind[:12], channel_slug=channel)
        if not refused:
            return redirect(f"{reverse('pages:links')}?taken={link.public_id}")
        error = sentence(refused[0])
    found = links_of(request.member)
    before = request.GET.get("before", "")
    if before:
        found = found.filter(pk__lt=get_or_404(links_of(request.member), before).pk)
    rows = list(found[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    context = {
        "links": shown_links(shown),
        "taken": request.GET.get("taken", ""),
        "more": f"{reverse('pages:links')}?before={shown[-1].public_id}" if len(rows) > PAGE_SIZE else "",
        "kinds": [(key, KIND_NAMES[key]) for key in (LinkKind.MALL, LinkKind.REGISTRATION)],
        "channels": _named_channels(),
        "kind": kind,
        "channel": channel,
        "error": error,
        "may_take": request.member.standing == Member.Standing.ACTIVE,
    }
    return page(request, "h5/links/links.html", context)


@require_safe
def share_panel(request: HttpRequest) -> HttpResponse:
    """The share panel of a product, as the product's page fetches it; nothing for who is no promoter."""
    product = get_or_404(visible_products(), request.GET.get("product", ""))
    member = _promoter(request)
    if member is None:
        return HttpResponse("")
    return _panel(request, member, product, channel="")


@require_POST
def take_product_link(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """The promoter's link to a product in the channel he chose; the panel again, with the link in it."""
    product = get_or_404(visible_products(), product_id)
    member = _promoter(request)
    if member is None:
        return log_in_first(request)
    return _panel(request, member, product, channel=request.POST.get("channel", ""))


def shown_links(rows: list[ShareLink]) -> list[dict[str, Any]]:
    """Links as cards show them, with their counts; five statements however many there are."""
    counts = counts_of([link.pk for link in rows])
    address = mall_address() if rows else ""
    return [_shown(link, address, counts[link.pk]) for link in rows]


def _shown(link: ShareLink, address: str, counts: LinkCounts | None = None) -> dict[str, Any]:
    return {
        "id": str(link.public_id),
        "code": link.code,
        "kind": link.kind,
        "kind_name": KIND_NAMES[LinkKind(link.kind)],
        "product": link.product,
        "channel": CHANNEL_NAMES.get(link.channel.slug, link.channel.name),
        "campaign": link.campaign,
        "url": link_url(link, address),
        "counts": counts,
    }


def _panel(request: HttpRequest, member: Member, product: Product, *, channel: str) -> HttpResponse:
    link, own, error = None, None, ""
    if channel:
        with refusals() as refused:
            link, _is_new = take_link(owner=member, kind=LinkKind.PRODUCT, channel_slug=channel, product=product)
            own = own_review(member.buyer, product)
            if request.POST.get("own_review") in {"0", "1"}:
                put_review_first(link=link, review=own if request.POST["own_review"] == "1" else None)
        error = sentence(refused[0]) if refused else ""
    context = {
        "product": product,
        "channels": _named_channels(),
        "chosen": channel,
        "link": _shown(link, mall_address()) if link else None,
        "error": error,
        "own_review": own,
        "is_first": link is not None and link.review_id is not None,
        # For the promoter alone and at this moment's price: a fragment that nothing caches.
        "most_fen": most_earned(product),
    }
    return page(request, "h5/links/share_panel.html", context)


def _promoter(request: HttpRequest) -> Member | None:
    buyer = buyer_of_request(request)
    member = member_of_buyer(buyer.pk) if buyer is not None else None
    return member if member is not None and member.standing == Member.Standing.ACTIVE else None


def _named_channels() -> list[tuple[str, Any]]:
    return [(channel.slug, CHANNEL_NAMES.get(channel.slug, channel.name)) for channel in channels()]
