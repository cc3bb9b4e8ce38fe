"""Browsers for the tests of the buyer's pages."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from mall.buyers.models import Buyer
from mall.buyers.services import issue_token
from mall.buyers.sessions import COOKIE
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from members.models import Member
from tests.factories.referrals import browser

ADDRESS = {
    "name": "王小明",
    "phone": "13800138000",
    "province": "广东省",
    "city": "深圳市",
    "district": "南山区",
    "detail": "科技园路 1 号",
}


def stranger(mall: Mall, **more: Any) -> Client:
    """Somebody's phone that has never been here."""
    return browser(mall, **more)


def logged_in(mall: Mall, who: Member | Buyer, **more: Any) -> Client:
    """The phone of a buyer who logged in."""
    client = browser(mall, **more)
    buyer = who.buyer if isinstance(who, Member) else who
    with mall_scope(mall.pk):
        client.cookies[COOKIE] = issue_token(buyer=buyer, kind="session")[0]
    return client


def text_of(response: HttpResponse) -> str:
    """The page as it was sent."""
    return response.content.decode()


def seen_in(response: HttpResponse) -> str:
    """What a reader sees: no tags, no scripts, single spaces."""
    page = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", text_of(response), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def hidden(response: HttpResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text_of(response))
    assert found, f"no field {name}"
    return found[1]


def places(response: HttpResponse) -> list[str]:
    """Every address the page links to."""
    return [
        address.replace("&amp;", "&")
        for address in re.findall(r'(?:href|action|hx-get|hx-post)="([^"]+)"', text_of(response))
    ]
