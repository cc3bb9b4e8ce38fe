"""Links, clicks and visitors for tests, made through the services and the front doors."""

from __future__ import annotations

import itertools
from typing import Any

from django.test import Client

from commissions.plans.services import change_plan
from mall import clock
from mall.buyers.models import Buyer
from mall.buyers.services import send_phone_code
from mall.catalogue.models import Product
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.tenancy.context import mall_scope, require_mall_id
from members.joining.services import join
from members.models import Member
from referrals.clicks.models import Click
from referrals.clicks.services import confirm_click, judge_clicks, record_click
from referrals.clicks.sightings import Sighting, network_hash
from referrals.clicks.visitors import COOKIE, new_key, signed
from referrals.conversions.models import Conversion
from referrals.conversions.services import ensure_order_conversions
from referrals.links.models import ShareLink
from referrals.links.services import take_link
from tests.factories.mall import host_of, owner_of
from tests.factories.members import new_phone
from tests.factories.trade import place

WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 16_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
    "MicroMessenger/8.0.31(0x18001f2e) NetType/4G Language/zh_CN"
)
BAIDU_SPIDER = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"

_addresses = itertools.count(1)


def make_link(
    owner: Member, kind: str = "mall", *, channel: str = "wechat", product: Product | None = None, campaign: str = ""
) -> ShareLink:
    """A member's link. Needs no scope."""
    with mall_scope(owner.mall_id):
        return take_link(owner=owner, kind=kind, channel_slug=channel, product=product, campaign=campaign)[0]


def new_network(mall: Mall) -> str:
    """The hash of an address no other click of this process came from."""
    number = next(_addresses)
    return network_hash(mall.pk, f"203.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}")


def make_click(
    link: ShareLink,
    visitor_key: str | None = None,
    *,
    member: Member | None = None,
    by_staff: bool = False,
    is_confirmed: bool = True,
    network: str | None = None,
    **observed: Any,
) -> Click:
    """A stored click by a person with a network of his own, its page shown. Needs no scope."""
    with mall_scope(link.mall_id):
        seen = Sighting(
            **{
                "visitor_key": visitor_key or new_key(),
                "at": clock.now(),
                "source": "browser",
                "method": "GET",
                "is_prefetch": False,
                "user_agent": WECHAT,
                "network": network or new_network(Mall.objects.get(pk=link.mall_id)),
                **observed,
            }
        )
        click = record_click(link=link, seen=seen, member=member, by_staff=by_staff)
        if is_confirmed:
            confirm_click(click=click)
            click.refresh_from_db()
        return click


def judged(click: Click) -> Click:
    """The click after everything due in its mall was judged. Needs no scope, and must not be in one."""
    judge_clicks(click.mall_id)
    with mall_scope(click.mall_id):
        return Click.objects.get(pk=click.pk)


def browser(
    mall: Mall, *, user_agent: str = WECHAT, address: str | None = None, client: type[Client] = Client, **more: Any
) -> Client:
    """A browser of a phone that opens pages of the mall, with an address of its own behind the proxy."""
    number = next(_addresses)
    return client(
        headers={
            "host": host_of(mall),
            "user-agent": user_agent,
            "x-forwarded-for": address or f"198.{18 + (number >> 16 & 1)}.{number >> 8 & 255}.{number & 255}",
        },
        **more,
    )


def visitor_of(client: Client) -> str:
    """The key in a browser's cookie."""
    return client.cookies[COOKIE].value.split(".")[0]


def as_visitor(client: Client, mall: Mall, key: str) -> Client:
    """The same browser with the cookie of a visitor."""
    client.cookies[COOKIE] = signed(mall.pk, key)
    return client


def join_through(link: ShareLink | None = None, *, visitor_key: str = "", nickname: str = "") -> Member:
    """A new member who names the link's code, or is known by his visitor only. Needs no scope."""
    mall_id = link.mall_id if link is not None else require_mall_id()
    phone = new_phone()
    with mall_scope(mall_id):
        code = send_phone_code(phone=phone, purpose="register")[1]
        return join(
            phone=phone,
            code=code,
            nickname=nickname,
            ref=link.code if link is not None else None,
            visitor_key=visitor_key,
        )


def after_a_moment(mall: Mall, buyer: Buyer, **more: Any) -> Order:
    """An order placed a second later than whatever happened before. Needs no scope; moves the clock."""
    clock.advance(seconds=1)
    return place(mall, buyer, **more)


def credited(order: Order) -> Conversion:
    """The order's conversion, made if it is not there yet. Needs no scope."""
    with mall_scope(order.mall_id):
        ensure_order_conversions([order.pk])
        return Conversion.objects.get(order=order)


def levels(conversion: Conversion) -> tuple[int | None, int | None, int | None]:
    """The members of level 1, 2 and 3."""
    return conversion.level_1_id, conversion.level_2_id, conversion.level_3_id


def change_rules(mall: Mall, **changes: Any) -> None:
    """A new version of the mall's plan, in force a second later. Needs no scope; moves the clock."""
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes=changes)
    clock.advance(seconds=1)
