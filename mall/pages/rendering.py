"""How every page of the buyers is put together: its frame, its share card, its address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from mall.buyers.sessions import buyer_of_request
from mall.pages.ports import Forwarding, forwarding_of_request

NEXT_MAX = 500
_SHARE_CODE = re.compile(r"[0-9A-Za-z]{4,20}")


@dataclass(frozen=True)
class ShareCard:
    """What WeChat, QQ and others show of a page that is passed on."""

    title: str
    description: str
    # Path or address of a picture; formats that cards can show, which SVG is not.
    image: str = ""


def code_in_address(request: HttpRequest) -> str:
    """The share code the visitor came with, or nothing; whether anybody owns it is not asked here."""
    code = request.GET.get("ref", "")
    return code if _SHARE_CODE.fullmatch(code) else ""


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    card: ShareCard | None = None,
    status: int = 200,
) -> HttpResponse:
    """A whole page, or with a template of a fragment that fragment."""
    mall = request.mall
    response = render(
        request,
        template,
        {
            "mall": mall,
            "buyer": buyer_of_request(request),
            "in_wechat": "MicroMessenger/" in request.headers.get("User-Agent", ""),
            "ref": code_in_address(request),
            # A page without a card is the reader's own: nobody forwards it.
            "forwarding": forwarding(request) if card else Forwarding(),
            "card": card or ShareCard(title=mall.name, description=mall.notice),
            **(context or {}),
        },
        status=status,
    )
    # Prices, stock and the reader's own data: asked for again each time, but kept for "back".
    response.headers.setdefault("Cache-Control", "private, no-cache")
    patch_vary_headers(response, ["Cookie", "User-Agent", "Accept-Language"])
    return response


def forwarding(request: HttpRequest) -> Any:
    """The answer of the floor that knows promoters, asked once a request and only if the page wants it."""
    if not hasattr(request, "_forwarding"):
        request._forwarding = SimpleLazyObject(lambda: forwarding_of_request(request))  # noqa: SLF001 - ours
    return request._forwarding  # noqa: SLF001 - ours


def safe_next(request: HttpRequest, otherwise: str) -> str:
    """Where the form sends its reader afterwards: a path of this host, never somebody else's."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_path = len(wanted) <= NEXT_MAX and wanted.isprintable() and wanted.startswith("/")
    is_ours = is_path and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and not urlsplit(wanted).netloc
    return wanted if is_ours else otherwise
