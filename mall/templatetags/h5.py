"""What the buyers' templates need beyond Django's own tags."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from mall import money
from mall.carts.owners import owner_of_request
from mall.carts.selectors import pieces_in_cart
from mall.pages import pictures

register = template.Library()


@register.filter
def yuan(fen: Any) -> str:
    """123456 → 1,234.56, without the sign of the currency."""
    return money.yuan(fen) if isinstance(fen, int) else ""


@register.filter
def yuan_short(fen: Any) -> str:
    """2000 → 20, 1250 → 12.5: for coupons, where whole amounts are read at a glance."""
    return money.yuan(fen).rstrip("0").rstrip(".") if isinstance(fen, int) else ""


@register.filter
def percent(bps: Any) -> str:
    """1000 → 10%, 750 → 7.5%."""
    if not isinstance(bps, int):
        return ""
    whole, places = divmod(bps, money.BPS_FULL // 100)
    return f"{whole}.{places:02d}".rstrip("0") + "%" if places else f"{whole}%"


@register.simple_tag
def price(fen: int, css_class: str = "") -> SafeString:
    """A price with a large integer and small decimals."""
    whole, _dot, places = money.yuan(fen).partition(".")
    return format_html('<span class="price {}"><small>¥</small>{}<small>.{}</small></span>', css_class, whole, places)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A sign of our own sprite; decoration, so readers are told nothing of it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" viewBox="0 0 24 24"><use href="{}#{}"/></svg>',
        static("h5/icons.svg"),
        name,
    )


@register.simple_tag
def picture(file: str | None, name: str, css_class: str = "good__picture", *, eager: bool = False) -> SafeString:
    """A product's picture, or one made from its name."""
    if not file:
        return pictures.stand_in(name, css_class)
    return format_html(
        '<img class="{}" src="{}" alt="" {}>', css_class, media(file), "" if eager else SafeString('loading="lazy"')
    )


@register.simple_tag
def aisle_picture(name: str, file: str = "") -> SafeString:
    """A round sign for a category: its own, or one made from its name."""
    if file:
        return format_html('<img class="aisle__sign" src="{}" alt="" loading="lazy">', media(file))
    return pictures.stand_in(name, last=True)


@register.filter
def is_video_file(address: str) -> bool:
    """Whether browsers play what is at this address, instead of opening a page about it."""
    return urlsplit(address).path.lower().endswith((".mp4", ".webm"))


@register.filter
def media(file: str) -> str:
    """The address of an uploaded file."""
    return file if file.startswith(("/", "http://", "https://")) else settings.MEDIA_URL + file


@register.simple_tag(takes_context=True)
def go(context: dict[str, Any], name: str, *args: Any, **query: Any) -> str:
    """The address of a page, with the share code the visitor came by carried on.

    A logged-in promoter's own code is put on by his browser instead (h5.js), so that
    the addresses he merely looks at are not taken for arrivals through his links.
    """
    ref = context.get("ref")
    if ref and not context["forwarding"].own_code:
        query["ref"] = ref
    asked = urlencode({key: value for key, value in query.items() if value not in (None, "")})
    return reverse(f"pages:{name}", args=args) + (f"?{asked}" if asked else "")


@register.simple_tag(takes_context=True)
def carried(context: dict[str, Any], path: str) -> str:
    """A path that a merchant wrote, with the share code the visitor came by carried on, as in go."""
    ref = context.get("ref")
    if not ref or context["forwarding"].own_code or "ref=" in path:
        return path
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'ref': ref})}"


@register.simple_tag(takes_context=True)
def absolute(context: dict[str, Any], address: str) -> str:
    """Scheme and host before a path, as cards and QR codes need it."""
    return context["request"].build_absolute_uri(address)


@register.simple_tag(takes_context=True)
def card_address(context: dict[str, Any]) -> str:
    """This page's address as it is passed on: with the reader's own code, else the one he came by."""
    request = context["request"]
    query = request.GET.copy()
    query.pop("ref", None)
    code = context["forwarding"].own_code or context["ref"]
    if code:
        query["ref"] = code
    return request.build_absolute_uri(request.path + (f"?{query.urlencode()}" if query else ""))


@register.filter
def specs(value: Any) -> str:
    """{"颜色": "红", "尺码": "L"} → 红 / L."""
    return " / ".join(str(one) for one in value.values()) if isinstance(value, dict) else ""


@register.simple_tag(takes_context=True)
def cart_pieces(context: dict[str, Any]) -> int:
    """The number on the cart's badge; asks nothing for who has no cart."""
    return pieces_in_cart(owner_of_request(context["request"]))


@register.filter
def masked_phone(phone: str | None) -> str:
    """+8613812345678 → 138****5678."""
    if not phone:
        return ""
    plain = phone.removeprefix("+86")
    return f"{plain[:3]}****{plain[-4:]}" if len(plain) > 7 else "****"


@register.filter
def count(number: Any) -> str:
    """12345 → 1.2万 on Chinese pages, 12.3k on others."""
    if not isinstance(number, int):
        return ""
    if number < 10_000:
        return str(number)
    if (get_language() or "").startswith("zh"):
        return f"{number // 1000 / 10:g}万"
    return f"{number // 100 / 10:g}k"
