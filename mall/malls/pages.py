"""The mall's front door, and what every page of it takes its look from."""

from __future__ import annotations

import re

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mall import clock
from mall.banners.selectors import shown_banners
from mall.catalogue.pages import first_goods
from mall.catalogue.selectors import category_tree, picture_url
from mall.coupons.selectors import open_templates
from mall.pages import brand
from mall.pages.pictures import drawn_cover
from mall.pages.rendering import ShareCard, page, safe_next
from mall.promotions.window import offers_at

AISLES_MAX = 10
COUPONS_MAX = 6
A_YEAR_SECONDS = 365 * 24 * 3600
_HEX = re.compile(r"[0-9a-fA-F]{6}")

_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#{color}"/>'
    '<path d="M9 12h14l1.3 13H7.7z" fill="none" stroke="{letters}" stroke-width="2.2" stroke-linejoin="round"/>'
    '<path d="M12.5 15v-4a3.5 3.5 0 0 1 7 0v4" fill="none" stroke="{letters}" stroke-width="2.2"/></svg>'
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """首页."""
    now = clock.now()
    banners = shown_banners()
    return page(
        request,
        "h5/malls/home.html",
        {
            "tab": "home",
            "banners": banners,
            "aisles": category_tree()[:AISLES_MAX],
            "coupons": open_templates(now).order_by("-id")[:COUPONS_MAX],
            "offers": offers_at(now),
            "server_now": now,
            **first_goods(request),
        },
        card=ShareCard(
            title=request.mall.name,
            description=request.mall.notice or _("欢迎光临%(mall)s") % {"mall": request.mall.name},
            image=picture_url(banners[0].file) or "" if banners else "",
        ),
    )


@require_safe
def brand_stylesheet(request: HttpRequest) -> HttpResponse:
    """The mall's colour as CSS. Where the colour stands in the address the answer never changes."""
    color = _asked_color(request)
    sheet = brand.stylesheet(color or request.mall.brand_color)
    return _kept(HttpResponse(sheet, content_type="text/css; charset=utf-8"), forever=bool(color))


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """The mall's sign for browser tabs, in its colour."""
    asked = _asked_color(request)
    color = asked or request.mall.brand_color[1:]
    letters = brand.INK if brand.luminance(f"#{color}") > brand.LIGHT else brand.PAPER
    sign = _ICON.format(color=color, letters=letters)
    return _kept(HttpResponse(sign, content_type="image/svg+xml"), forever=bool(asked))


@require_safe
def cover(request: HttpRequest) -> HttpResponse:
    """The mall's picture for share cards of pages that have none of their own: cards do not show SVG."""
    return _kept(HttpResponse(drawn_cover(request.mall.name), content_type="image/jpeg"), forever=False)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """用户协议与隐私说明."""
    card = ShareCard(title=_("用户协议与隐私说明"), description=request.mall.name)
    return page(request, "h5/malls/privacy.html", card=card)


@never_cache
@require_safe
def form_token(request: HttpRequest) -> HttpResponse:
    """The token a script sends a form with: pages for strangers carry none, and so leave no cookie."""
    return HttpResponse(get_token(request), content_type="text/plain")


@require_safe
def choose_language(request: HttpRequest, language: str) -> HttpResponse:
    """Read on in another language. Harmless, and so by GET: pages for strangers then need no form token."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    response = redirect(safe_next(request, "/"))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=A_YEAR_SECONDS,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
    translation.activate(language)
    return response


def _asked_color(request: HttpRequest) -> str:
    color = request.GET.get("c", "")
    return color if _HEX.fullmatch(color) else ""


def _kept(response: HttpResponse, *, forever: bool) -> HttpResponse:
    response["Cache-Control"] = f"public, max-age={A_YEAR_SECONDS}, immutable" if forever else "public, max-age=300"
    return response
