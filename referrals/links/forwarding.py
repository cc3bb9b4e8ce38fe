"""Whose code a page carries on: when a logged-in promoter opens one, its address and card carry his."""

from __future__ import annotations

from django.http import HttpRequest

from mall.buyers.sessions import buyer_of_request
from mall.pages.ports import Forwarding
from mall.pages.rendering import code_in_address
from members.models import Member
from members.selectors import member_of_buyer
from referrals.links.models import LinkKind, ShareLink
from referrals.links.selectors import channels
from referrals.links.services import take_link

# What a browser says of the app around it → the channel in which it forwards.
_APPS = (("MicroMessenger/", "wechat"), (" QQ/", "qq"), ("Weibo", "weibo"))


def forwarding_of_request(request: HttpRequest) -> Forwarding:
    """The promoter's own code for the page at hand (port of the ground floor's pages).

    His link to this very product if he has one, else his link to the mall, which is made at the first
    page he opens. Two statements.
    """
    buyer = buyer_of_request(request)
    member = member_of_buyer(buyer.pk) if buyer is not None and not buyer.is_guest else None
    if member is None or member.standing != Member.Standing.ACTIVE:
        return Forwarding()
    links = _links_for_page(request, member)
    came_by = code_in_address(request)
    slug = channel_of_browser(request)
    usable = [link for link in links if link.campaign == "" and link.kind != LinkKind.REGISTRATION]
    best = max(usable, key=lambda link: (link.kind == LinkKind.PRODUCT, link.channel.slug == slug), default=None)
    code = best.code if best is not None else _first_code(member, slug)
    is_own = bool(came_by) and any(link.code == came_by for link in links)
    return Forwarding(own_code=code, is_own_link=is_own)


def channel_of_browser(request: HttpRequest) -> str:
    """The slug of the channel that the app around this browser stands for."""
    agent = request.headers.get("User-Agent", "")
    return next((slug for sign, slug in _APPS if sign in agent), "other")


def _links_for_page(request: HttpRequest, member: Member) -> list[ShareLink]:
    """His links to the mall and to the product of this page, and the one he came by, if that is his."""
    product_id = request.resolver_match.kwargs.get("product_id") if request.resolver_match else None
    came_by = code_in_address(request)
    links = ShareLink.objects.filter(owner=member).select_related("channel", "product").order_by("id")
    wanted = links.filter(kind=LinkKind.MALL)
    if product_id is not None:
        wanted = wanted | links.filter(product__public_id=product_id)
    if came_by:
        wanted = wanted | links.filter(code=came_by)
    # A product link he came by leads elsewhere than this page only when he typed the address himself.
    return [
        link for link in wanted if link.product is None or link.product.public_id == product_id or link.code == came_by
    ]


def _first_code(member: Member, slug: str) -> str:
    known = [channel.slug for channel in channels()]
    if not known:
        return ""
    link, _is_new = take_link(owner=member, kind=LinkKind.MALL, channel_slug=slug if slug in known else known[-1])
    return link.code
