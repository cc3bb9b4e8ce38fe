"""GET /q/<code>/poster.png: one plain poster for a product link, for its owner. Marked 广告."""

from __future__ import annotations

import hashlib
import io
import json

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from PIL import Image, ImageDraw

from mall.buyers.sessions import buyer_of_request
from mall.catalogue.drawing import font
from mall.catalogue.models import Product
from mall.catalogue.selectors import active_skus, pictures
from mall.money import yuan
from mall.pages.pictures import drawn_cover
from members.models import Member
from members.selectors import member_of_buyer
from referrals.links.models import LinkKind, ShareLink
from referrals.links.pictures import draw
from referrals.links.selectors import link_by_code, link_url

WIDE, HIGH, EDGE = 750, 1180, 40
PICTURE = WIDE - 2 * EDGE
QR_SIDE = 230
INK, GREY, RED, WHITE = "#1c1c1e", "#6e6e73", "#d2271c", "#ffffff"
NAME_LINES, NAME_SIZE = 2, 38
# Raised when the drawing changes, so that posters drawn before are drawn anew.
DRAWING = 1


@require_safe
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """The poster; 404 for everybody but the owner of a product link whose product is on sale."""
    link = link_by_code(code)
    buyer = buyer_of_request(request)
    member = member_of_buyer(buyer.pk) if buyer is not None else None
    if link is None or member is None or link.owner_id != member.pk or member.standing != Member.Standing.ACTIVE:
        raise Http404
    if link.kind != LinkKind.PRODUCT or link.product.status != Product.Status.ON_SALE:
        raise Http404
    response = HttpResponse(_kept_or_drawn(link, request.mall.name), content_type="image/png")
    response["Cache-Control"] = "private, no-cache"
    return response


def _kept_or_drawn(link: ShareLink, mall_name: str) -> bytes:
    """Drawn once for the same link, name, price and picture; another price is another poster."""
    product = link.product
    price = min((sku.price_fen for sku in active_skus(product)), default=0)
    cover = next((one.file for one in pictures(product)), "")
    address = link_url(link)
    words = {"price": f"¥{yuan(price)}", "mall": mall_name, "hint": _("长按识别二维码"), "ad": _("广告"),
             "note": _("价格与库存以商城页面为准")}  # fmt: skip
    facts = json.dumps([DRAWING, address, product.name, cover, words], ensure_ascii=False)
    name = f"{link.mall_id}/posters/{hashlib.sha256(facts.encode()).hexdigest()[:40]}.png"
    store = storages["private"]
    if store.exists(name):
        with store.open(name) as kept:
            return kept.read()
    drawn = draw_poster(name=product.name, cover=_cover(cover, product.name), address=address, words=words)
    if not store.exists(name):
        store.save(name, ContentFile(drawn))
    return drawn


def draw_poster(*, name: str, cover: bytes, address: str, words: dict[str, str]) -> bytes:
    """A PNG of 750 by 1,180. words: price, mall, hint, ad, note, each a short line."""
    image = Image.new("RGB", (WIDE, HIGH), WHITE)
    with Image.open(io.BytesIO(cover)) as opened:
        side = min(opened.size)
        left, top = (opened.width - side) // 2, (opened.height - side) // 2
        square = opened.convert("RGB").crop((left, top, left + side, top + side)).resize((PICTURE, PICTURE))
    image.paste(square, (EDGE, EDGE))
    brush = ImageDraw.Draw(image)
    brush.rounded_rectangle([EDGE + 16, EDGE + 16, EDGE + 16 + 84, EDGE + 16 + 42], radius=8, fill="#00000088")
    brush.text((EDGE + 58, EDGE + 37), words["ad"], font=font(24), fill=WHITE, anchor="mm")
    beneath = EDGE + PICTURE + 36
    room = WIDE - 3 * EDGE - QR_SIDE
    brush.text((EDGE, beneath), words["price"], font=font(56), fill=RED, anchor="lt")
    for number, line in enumerate(_lines(name, room)):
        brush.text((EDGE, beneath + 84 + number * 54), line, font=font(NAME_SIZE), fill=INK, anchor="lt")
    brush.text((EDGE, HIGH - EDGE - 96), words["mall"][:16], font=font(30), fill=INK, anchor="lt")
    brush.text((EDGE, HIGH - EDGE - 44), words["note"], font=font(22), fill=GREY, anchor="lt")
    with Image.open(io.BytesIO(draw(address, "png"))) as code:
        image.paste(code.convert("RGB").resize((QR_SIDE, QR_SIDE), Image.Resampling.NEAREST),
                    (WIDE - EDGE - QR_SIDE, beneath))  # fmt: skip
    middle = WIDE - EDGE - QR_SIDE // 2
    brush.text((middle, beneath + QR_SIDE + 24), words["hint"], font=font(24), fill=GREY, anchor="mm")
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _lines(name: str, room: int) -> list[str]:
    """The name in at most two lines that fit, the rest as an ellipsis."""
    lines, line, rest = [], "", list(name)
    while rest and len(lines) < NAME_LINES:
        if font(NAME_SIZE).getlength(line + rest[0]) > room:
            lines.append(line)
            line = ""
        else:
            line += rest.pop(0)
    if line and len(lines) < NAME_LINES:
        lines.append(line)
    if rest:
        lines[-1] = lines[-1][:-1] + "…"
    return lines


def _cover(file: str, name: str) -> bytes:
    if not file or not default_storage.exists(file):
        return drawn_cover(name)
    with default_storage.open(file) as stored:
        return stored.read()
