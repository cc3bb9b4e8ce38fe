"""A picture for what has none: always the same for the same name, and never a grey box."""

from __future__ import annotations

import colorsys
from functools import cache
from io import BytesIO
from zlib import crc32

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

# Hues that look well with white letters; the yellows do not.
_HUES = (8, 22, 140, 158, 176, 196, 212, 230, 254, 276, 322, 344)


_COVER_SIDE = 600


def stand_in(name: str, css_class: str = "", *, last: bool = False) -> SafeString:
    """An inline SVG with the first character of a name, or the last, on a colour of its own.

    The last tells categories apart: tea leaves, tea pots and tea cakes all begin with tea.
    """
    seed, hue, letter = _traits(name, last=last)
    return format_html(
        '<svg class="{}" viewBox="0 0 200 200" aria-hidden="true"><defs>'
        '<linearGradient id="tint{}" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl({},58%,66%)"/>'
        '<stop offset="1" stop-color="hsl({},54%,46%)"/></linearGradient></defs>'
        '<rect width="200" height="200" fill="url(#tint{})"/>'
        '<circle cx="{}" cy="34" r="78" fill="#fff" fill-opacity=".10"/>'
        '<circle cx="{}" cy="186" r="58" fill="#fff" fill-opacity=".09"/>'
        '<text x="100" y="100" dy=".36em" text-anchor="middle" font-size="84" font-weight="700" fill="#fff">{}</text>'
        "</svg>",
        css_class,
        hue,
        hue,
        hue + 18,
        hue,
        150 + seed // 16 % 40,
        20 + seed // 512 % 40,
        letter,
    )


def drawn_cover(name: str) -> bytes:
    """The same picture as a JPEG, for share cards."""
    from PIL import Image, ImageDraw

    _seed, hue, letter = _traits(name)
    light, dark = (_rgb(hue, 0.58, 0.66), _rgb(hue + 18, 0.54, 0.46))
    slope = Image.linear_gradient("L").resize((_COVER_SIDE, _COVER_SIDE))
    image = Image.composite(
        Image.new("RGB", slope.size, dark), Image.new("RGB", slope.size, light), slope.rotate(45, fillcolor=128)
    )
    draw = ImageDraw.Draw(image)
    middle = _COVER_SIDE // 2
    draw.text((middle, middle), letter, font=_font(), fill="white", anchor="mm")
    written = BytesIO()
    image.save(written, "JPEG", quality=85)
    return written.getvalue()


@cache
def _font():
    from PIL import ImageFont

    return ImageFont.truetype(str(settings.POSTER_FONT), 260, index=settings.POSTER_FONT_INDEX)


def _traits(name: str, *, last: bool = False) -> tuple[int, int, str]:
    seed = crc32(name.encode())
    letters = [character for character in name if character.isalnum()] or ["·"]
    letter = letters[-1 if last else 0].upper()
    return seed, _HUES[seed % len(_HUES)], letter


def _rgb(hue: int, saturation: float, lightness: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hls_to_rgb(hue % 360 / 360, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)
