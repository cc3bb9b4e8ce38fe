"""Pictures of goods nobody has photographed yet: the demo's and the samples a merchant may begin with."""

from __future__ import annotations

from functools import cache, lru_cache
from io import BytesIO
from typing import Any

from django.conf import settings
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from mall.catalogue.shapes import INK, SHAPES, Brush, tint

SIDE = 800
# Drawn twice as large and halved: Pillow's edges are steps, and halving smooths them.
_LARGE = SIDE * 2
_SMALL = 100
VIEWS = 2


def draw_good(*, name: str, shape: str, hue: int, label: str = "", view: int = 0) -> bytes:
    """A JPEG of 800 by 800: one thing of that shape, or (view 1) two of them and the name.

    The same for the same arguments. hue: degrees; label: up to four characters on the thing, else the name's
    first ones. KeyError for a shape that is not in SHAPES.
    """
    thing = _thing(shape, hue % 360, label or name[:4])
    image = _ground(hue, view)
    if view == 0:
        image.paste(thing, (0, 0), thing)
    else:
        _beside(image, thing, name)
    written = BytesIO()
    image.save(written, "JPEG", quality=84)
    return written.getvalue()


def draw_banner(*, title: str, subtitle: str, shape: str, hue: int) -> bytes:
    """A JPEG of 1,050 by 450 for the head of a home page."""
    wide, high = 1050, 450
    image = _slope((wide, high), tint(hue, 0.42, 0.86), tint(hue, 0.44, 0.68))
    thing = _thing(shape, hue, title[:4]).resize((430, 430), Image.Resampling.BILINEAR)
    image.paste(thing, (wide - 470, 10), thing)
    draw = ImageDraw.Draw(image)
    draw.text((70, 150), title, font=font(68), fill=tint(hue, 0.5, 0.20), anchor="lm")
    draw.text((72, 245), subtitle, font=font(32), fill=tint(hue, 0.4, 0.28), anchor="lm")
    written = BytesIO()
    image.save(written, "JPEG", quality=84)
    return written.getvalue()


def draw_sign(*, shape: str, hue: int, label: str) -> bytes:
    """A small square JPEG for a category."""
    image = _slope((200, 200), tint(hue, 0.45, 0.93), tint(hue, 0.45, 0.84))
    thing = _thing(shape, hue, label).resize((190, 190), Image.Resampling.BILINEAR)
    image.paste(thing, (5, 0), thing)
    written = BytesIO()
    image.save(written, "JPEG", quality=86)
    return written.getvalue()


@cache
def font(size: int) -> Any:
    """The Chinese font that set-up brings, at a size in pixels."""
    return ImageFont.truetype(str(settings.POSTER_FONT), size, index=settings.POSTER_FONT_INDEX)


@lru_cache(maxsize=4)
def _thing(shape: str, hue: int, label: str) -> Image.Image:
    large = Image.new("RGBA", (_LARGE, _LARGE))
    brush = Brush(draw=ImageDraw.Draw(large), scale=_LARGE / 1000, font=font, hue=hue, label=label)
    SHAPES[shape](brush)
    thing = large.reduce(2)
    # Light from the left, shade to the right: flat colours become bodies.
    body = thing.getchannel("A")
    left, _top, right, _bottom = body.getbbox() or (0, 0, SIDE, SIDE)
    for colour, values in (((255, 255, 255), (30, 74, 26, 0, 0)), ((20, 12, 6), (20, 0, 0, 34, 96))):
        slope = Image.new("L", (len(values), 1))
        slope.putdata(values)
        shade = Image.new("L", (SIDE, SIDE))
        shade.paste(slope.resize((right - left, SIDE), Image.Resampling.BICUBIC), (left, 0))
        plain = Image.new("RGB", (SIDE, SIDE), colour)
        lit = Image.composite(plain, thing.convert("RGB"), shade)
        lit.putalpha(body)
        thing = lit
    return thing


def _slope(size: tuple[int, int], above: tuple[int, int, int], below: tuple[int, int, int]) -> Image.Image:
    seed = Image.new("RGB", (1, 2))
    seed.putdata([above, below])
    return seed.resize(size, Image.Resampling.BICUBIC)


@lru_cache(maxsize=64)
def _backdrop(hue: int, view: int) -> Image.Image:
    # Wall and table, and the soft shadow of what stands there: blurred small, which is quick, and drawn large.
    wall, table = (tint(hue + 24, 0.34, 0.95), tint(hue + 24, 0.30, 0.87)), (tint(34, 0.32, 0.90), tint(34, 0.30, 0.80))
    if view:
        wall, table = (tint(hue, 0.36, 0.90), tint(hue, 0.34, 0.80)), (tint(hue, 0.30, 0.84), tint(hue, 0.30, 0.74))
    image = Image.new("RGB", (_SMALL, _SMALL))
    image.paste(_slope((_SMALL, 64), *wall), (0, 0))
    image.paste(_slope((_SMALL, 36), *table), (0, 64))
    shadow = Image.new("L", image.size)
    ImageDraw.Draw(shadow).ellipse([18, 76, 88, 91], fill=120)
    image.paste(tint(hue, 0.25, 0.24), (0, 0), shadow.filter(ImageFilter.GaussianBlur(3.4)))
    return image.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def _ground(hue: int, view: int) -> Image.Image:
    return _backdrop(hue, view).copy()


def _beside(image: Image.Image, thing: Image.Image, name: str) -> None:
    smaller = thing.resize((560, 560), Image.Resampling.BILINEAR)
    image.paste(smaller, (250, 30), smaller)
    front = thing.resize((600, 600), Image.Resampling.BILINEAR)
    image.paste(front, (-40, 110), front)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle([40, 690, 760, 770], radius=40, fill=(255, 252, 246))
    size = min(40, 640 // max(len(name), 1))
    draw.text((SIDE / 2, 730), name, font=font(size), fill=INK, anchor="mm")
