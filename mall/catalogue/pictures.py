"""A product's pictures: taken in, drawn anew and kept in the mall's own folder."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from mall.catalogue.errors import BadPicture
from mall.catalogue.models import Product, ProductPicture
from mall.tenancy.context import require_mall_id

PICTURES_MAX = 9
BYTES_MAX = 10 * 1024 * 1024
# A small file can unfold into a huge picture: pixels are bounded before they are decoded.
PIXELS_MAX = 40_000_000
SIDE_MAX = 1_600
QUALITY = 85
# Beside each picture of a product: one for lists, one for its page on a phone.
LIST_SIDE, PAGE_SIDE = 300, 800
SIDES = (LIST_SIDE, PAGE_SIDE)
QUALITY_SMALL = 80
# Pictures kept before there were sizes have another ending, so no address leads to a file that is not there.
WITH_SIZES = "_o.jpg"
FORMATS = ("JPEG", "PNG", "WEBP")


def add_picture(*, product: Product, data: bytes) -> ProductPicture:
    """Keep a picture as the product's last one; its first is the cover. Locks the product.

    data: a JPEG, PNG or WebP file of up to 10 MB and 40 million pixels. It is drawn anew as a JPEG of at most
    1,600 pixels a side: what else was in the file (a place, a script) does not get in. Raises BadPicture.
    """
    drawn = drawn_anew(data)
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    places = list(ProductPicture.objects.filter(product=product).values_list("position", flat=True))
    if len(places) >= PICTURES_MAX:
        raise BadPicture(_("一个商品至多 %(most)s 张图片，请先删除一张。") % {"most": PICTURES_MAX})
    file = f"{require_mall_id('A picture')}/products/{uuid.uuid4().hex}{WITH_SIZES}"
    keep_in_sizes(file, drawn, SIDES)
    return ProductPicture.objects.create(product=product, file=file, position=max(places, default=-1) + 1)


def picture_of(product: Product, key: str) -> ProductPicture:
    """The product's picture that is called so outside. Raises Http404."""
    for picture in ProductPicture.objects.filter(product=product):
        if picture.key == key:
            return picture
    raise Http404


def remove_picture(*, picture: ProductPicture) -> None:
    """Take a picture away; its file goes once that is certain."""
    picture.delete()
    for file in dict.fromkeys([picture.file, *(sized(picture.file, side) for side in SIDES)]):
        transaction.on_commit(partial(default_storage.delete, file), robust=True)


def order_pictures(*, product: Product, pictures: Sequence[ProductPicture]) -> None:
    """Show the product's pictures in this order, the cover first. Locks the product. Raises BadPicture."""
    Product.objects.select_for_update(no_key=True).get(pk=product.pk)
    known = set(ProductPicture.objects.filter(product=product).values_list("pk", flat=True))
    if len(pictures) != len(known) or {picture.pk for picture in pictures} != known:
        raise BadPicture(_("图片已有变化，请刷新后重新排序。"))
    for position, picture in enumerate(pictures):
        ProductPicture.objects.filter(pk=picture.pk).update(position=position)


def sized(file: str, side: int) -> str:
    """The file of the picture drawn to fit into side × side pixels; its own where it was kept in one size only.

    side: one of SIDES.
    """
    if side not in SIDES:
        raise ValueError(side)
    return file.removesuffix(WITH_SIZES) + f"_{side}.jpg" if file.endswith(WITH_SIZES) else file


def keep_in_sizes(file: str, drawn: bytes, sides: Sequence[int]) -> None:
    """Store a picture that was drawn anew, and beside it one per side; `file` ends with WITH_SIZES."""
    for name, content in {file: drawn, **_smaller(file, drawn, sides)}.items():
        default_storage.save(name, ContentFile(content))


def _smaller(file: str, drawn: bytes, sides: Sequence[int]) -> dict[str, bytes]:
    kept = {}
    with Image.open(io.BytesIO(drawn)) as picture:
        # The largest first: each is drawn from the one before, which costs less and looks the same.
        for side in sorted(sides, reverse=True):
            picture.thumbnail((side, side))
            written = io.BytesIO()
            picture.save(written, "JPEG", quality=QUALITY_SMALL, optimize=True, progressive=True)
            kept[sized(file, side)] = written.getvalue()
    return kept


def drawn_anew(data: bytes) -> bytes:
    """A JPEG, PNG or WebP as a JPEG of at most 1,600 pixels a side, without whatever else was in the file.

    Raises BadPicture for more than 10 MB or 40 million pixels, and for what is no picture.
    """
    if len(data) > BYTES_MAX:
        raise BadPicture(_("图片不能超过 %(most)s MB。") % {"most": BYTES_MAX // 1024 // 1024})
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > PIXELS_MAX:
                raise BadPicture(_("图片尺寸过大，请缩小后再上传。"))
            # Cameras write which side is up beside the picture, and that is about to go.
            turned = ImageOps.exif_transpose(opened).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadPicture(_("无法识别这张图片，请上传 JPG、PNG 或 WebP 格式。")) from error
    turned.thumbnail((SIDE_MAX, SIDE_MAX))
    written = io.BytesIO()
    turned.save(written, "JPEG", quality=QUALITY, optimize=True)
    return written.getvalue()
