"""Product pictures: only pictures get in, drawn anew, into the mall's own folder."""

from __future__ import annotations

import io

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from mall.catalogue import pictures
from mall.catalogue.errors import BadPicture
from mall.catalogue.models import Product, ProductPicture
from mall.catalogue.pictures import LIST_SIDE, PAGE_SIDE, add_picture, order_pictures, remove_picture, sized
from mall.tenancy.context import mall_scope
from tests.factories.trade import make_product


def picture(size=(40, 20), kind="PNG", mode="RGB", **options) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, 1).save(written, kind, **options)
    return written.getvalue()


@pytest.fixture
def product(mall) -> Product:
    return make_product(mall)


@pytest.fixture
def scope(mall):
    with mall_scope(mall.pk):
        yield


def opened(kept: ProductPicture) -> Image.Image:
    with default_storage.open(kept.file) as file:
        found = Image.open(io.BytesIO(file.read()))
        found.load()
        return found


@pytest.mark.usefixtures("scope")
class TestPictures:
    @pytest.mark.parametrize(
        ("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB"), ("JPEG", "CMYK"), ("WEBP", "RGB")]
    )
    def test_a_picture_is_drawn_anew_in_the_malls_own_folder(self, mall, product, kind, mode):
        kept = add_picture(product=product, data=picture(kind=kind, mode=mode))
        assert kept.file.startswith(f"{mall.pk}/products/")
        assert (opened(kept).format, opened(kept).size, opened(kept).mode) == ("JPEG", (40, 20), "RGB")

    def test_a_large_picture_becomes_smaller_and_loses_what_a_camera_wrote_beside_it(self, product):
        exif = Image.Exif()
        exif[0x0112] = 6
        exif[0x010E] = "secret place"
        kept = opened(add_picture(product=product, data=picture((4_000, 2_000), "JPEG", exif=exif)))
        assert (kept.size, dict(kept.getexif())) == ((800, 1_600), {})

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"GIF89a",
            b"<svg onload=alert(1)>",
            picture()[:60],
            picture(kind="GIF"),
            picture(kind="BMP"),
            b"\xff\xd8\xff" * 9,
        ],
    )
    def test_what_is_no_picture_is_refused(self, product, data):
        with pytest.raises(BadPicture):
            add_picture(product=product, data=data)
        assert not ProductPicture.objects.exists()

    def test_a_picture_is_bounded_in_bytes_and_pixels(self, product, monkeypatch):
        monkeypatch.setattr(pictures, "PIXELS_MAX", 799)
        with pytest.raises(BadPicture, match="尺寸"):
            add_picture(product=product, data=picture())
        monkeypatch.setattr(pictures, "BYTES_MAX", 50)
        with pytest.raises(BadPicture, match="MB"):
            add_picture(product=product, data=picture())

    def test_a_product_has_at_most_nine_and_keeps_their_order(self, product):
        kept = [add_picture(product=product, data=picture()) for _ in range(9)]
        with pytest.raises(BadPicture, match="9"):
            add_picture(product=product, data=picture())
        order_pictures(product=product, pictures=kept[::-1])
        assert list(ProductPicture.objects.order_by("position")) == kept[::-1]
        with pytest.raises(BadPicture):
            order_pictures(product=product, pictures=kept[:8])

    def test_a_removed_picture_leaves_no_file(self, product, django_capture_on_commit_callbacks):
        kept = add_picture(product=product, data=picture())
        with django_capture_on_commit_callbacks(execute=True):
            remove_picture(picture=kept)
        assert not default_storage.exists(kept.file)
        assert not ProductPicture.objects.exists()


def test_a_buyer_sees_the_first_picture_as_the_cover(mall, product, api):
    with mall_scope(mall.pk):
        first, second = (add_picture(product=product, data=picture()) for _ in range(2))
    base = f"http://{mall.slug}.localhost/media/"
    assert api.get("products").json()["results"][0]["image"] == base + sized(first.file, LIST_SIDE)
    detail = api.get(f"products/{product.public_id}").json()
    shown = [base + sized(one.file, PAGE_SIDE) for one in (first, second)]
    assert (detail["image"], detail["images"]) == (shown[0], shown)


@pytest.mark.usefixtures("scope")
def test_beside_each_picture_lie_a_small_and_a_middle_one(product, django_capture_on_commit_callbacks):
    kept = add_picture(product=product, data=picture((4_000, 2_000), "JPEG"))
    sizes = {}
    for side in (LIST_SIDE, PAGE_SIDE):
        with default_storage.open(sized(kept.file, side)) as file:
            sizes[side] = Image.open(io.BytesIO(file.read())).size
    assert sizes == {300: (300, 150), 800: (800, 400)}
    with django_capture_on_commit_callbacks(execute=True):
        remove_picture(picture=kept)
    assert [default_storage.exists(sized(kept.file, side)) for side in (LIST_SIDE, PAGE_SIDE)] == [False, False]


def test_a_picture_from_before_there_were_sizes_is_shown_as_it_is():
    assert sized("1/products/abc.jpg", LIST_SIDE) == "1/products/abc.jpg"
    assert sized("1/products/abc_o.jpg", PAGE_SIDE) == "1/products/abc_800.jpg"
