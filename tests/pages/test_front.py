"""What a merchant hangs up for his buyers: banners, a licence, a promise, and the goods in their aisles."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mall import clock
from mall.banners.errors import BadBanner, TooManyBanners
from mall.banners.models import Banner
from mall.banners.services import BANNERS_MAX, add_banner, change_banner, remove_banner
from mall.catalogue.errors import BadPicture
from mall.catalogue.models import Sku
from mall.malls.services import update_settings
from mall.promotions.models import LimitedPrice
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.pictures import a_picture
from tests.factories.trade import make_product
from tests.pages.browsing import logged_in, stranger, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


def seen(mall, address="/"):
    return text_of(stranger(mall).get(address))


def test_the_home_page_shows_banners_in_their_order_and_no_hidden_ones(mall):
    with mall_scope(mall.pk):
        second = add_banner(data=a_picture(), title="第二张", position=2)
        add_banner(data=a_picture(), title="第一张", link="/categories", position=1)
        hidden = change_banner(banner=add_banner(data=a_picture(), title="收起来"), is_active=False)
    page = seen(mall)
    assert page.index("第一张") < page.index("第二张")
    assert hidden.file not in page
    assert 'href="/categories"' in page
    with mall_scope(mall.pk):
        remove_banner(banner=second)
    assert "第二张" not in seen(mall)


@pytest.mark.parametrize(
    "link", ["https://evil.example", "//evil.example", "/\\evil", "javascript:alert(1)", "x", "/a b"]
)
def test_a_banner_leads_nowhere_outside_the_mall(mall, link):
    with mall_scope(mall.pk):
        with pytest.raises(BadBanner):
            add_banner(data=a_picture(), link=link)
        assert not Banner.objects.exists()


def test_a_banner_is_a_picture_and_there_are_not_too_many(mall):
    with mall_scope(mall.pk):
        with pytest.raises(BadPicture):
            add_banner(data=b"<svg onload=alert(1)>")
        for _ in range(BANNERS_MAX):
            add_banner(data=a_picture())
        with pytest.raises(TooManyBanners):
            add_banner(data=a_picture())


def test_a_merchant_hangs_banners_up_and_takes_them_down_on_his_page(mall):
    client = Client()
    client.force_login(owner_of(mall).user)
    host = {"host": f"{mall.slug}.localhost"}
    picture = SimpleUploadedFile("春.png", a_picture(), "image/png")
    sent = {"picture": picture, "title": "春茶", "link": "/products", "position": "0"}
    assert client.post("/dashboard/banners/new", sent, headers=host).status_code == 302
    with mall_scope(mall.pk):
        banner = Banner.objects.get()
    assert "春茶" in client.get("/dashboard/banners", headers=host).content.decode()
    changed = {"title": "夏茶", "link": "http://elsewhere", "position": "0"}
    answer = client.post(f"/dashboard/banners/{banner.public_id}", changed, headers=host)
    assert "本商城内的路径" in answer.content.decode()
    client.post(f"/dashboard/banners/{banner.public_id}/remove", headers=host)
    with mall_scope(mall.pk):
        assert not Banner.objects.exists()


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("http://{host}/products?search=%E8%8C%B6#top", "/products?search=%E8%8C%B6"),
        ("https://{host}", "/"),
        ("/categories", "/categories"),
        ("http://{host}.evil.example/products", None),
        ("http://[::1", None),
    ],
)
def test_the_address_of_a_page_of_the_mall_can_be_pasted_for_a_banner(mall, pasted, kept):
    client = Client(headers={"host": f"{mall.slug}.localhost"})
    client.force_login(owner_of(mall).user)
    link = pasted.format(host=f"{mall.slug}.localhost")
    sent = {"picture": SimpleUploadedFile("a.png", a_picture()), "title": "", "link": link, "position": "0"}
    assert client.post("/dashboard/banners/new", sent).status_code == (302 if kept else 200)
    with mall_scope(mall.pk):
        assert list(Banner.objects.values_list("link", flat=True)) == ([kept] if kept else [])


def test_licence_promise_and_service_stand_where_buyers_look(mall):
    product = make_product(mall)
    with mall_scope(mall.pk):
        update_settings(
            actor=None,
            changes={
                "licence": "山野茶事有限公司 91330000", "returns_promise": "七天无理由退换",
                "service_wechat": "kefu001", "service_hours": "每天 9:00-21:00", "service_phone": "400-1",
            },
        )  # fmt: skip
    home = seen(mall)
    assert "山野茶事有限公司 91330000" in home
    assert "七天无理由退换" in home
    page = seen(mall, f"/products/{product.public_id}")
    assert "七天无理由退换" in page
    assert 'data-copy="kefu001"' in page
    assert "tel:400-1" in page


def limited(mall, product, price_fen):
    now = clock.now()
    with mall_scope(mall.pk):
        return LimitedPrice.objects.create(
            sku=Sku.objects.filter(product=product).first(), price_fen=price_fen, floor_fen=1,
            starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1),
        )  # fmt: skip


def test_a_limited_price_shows_with_the_servers_clock_until_it_ends(mall):
    product = make_product(mall)
    offer = limited(mall, product, 6_600)
    for address in ("/", f"/products/{product.public_id}"):
        page = seen(mall, address)
        assert "限时特价" in page
        assert re.search(r'data-until="[^"]+" data-now="[^"]+"', page)
    assert "¥</small>66<small>" in seen(mall, f"/products/{product.public_id}")
    clock.advance(hours=2)
    assert "限时特价" not in seen(mall)
    assert "¥</small>66<small>" not in seen(mall, f"/products/{product.public_id}")
    with mall_scope(mall.pk):
        LimitedPrice.objects.filter(pk=offer.pk).update(
            ends_at=clock.now() + timedelta(hours=1), paused_reason="低于底价"
        )
    assert "限时特价" not in seen(mall), "a paused one is not offered"


def test_members_buy_at_their_price_and_strangers_are_told_of_it(mall):
    product = make_product(mall)
    with mall_scope(mall.pk):
        Sku.objects.filter(product=product).update(price_fen=10_000, member_price_fen=9_500)
    address = f"/products/{product.public_id}"
    stranger_sees = seen(mall, address)
    assert "¥</small>100<small>" in stranger_sees
    assert "¥95.00" in stranger_sees
    assert "免费注册即享" in stranger_sees
    member_sees = text_of(logged_in(mall, make_member(mall)).get(address))
    assert "¥</small>95<small>" in member_sees
    assert "免费注册即享" not in member_sees


def test_the_aisles_stand_at_the_left_and_their_goods_at_the_right(mall):
    from mall.catalogue.services import create_category

    with mall_scope(mall.pk):
        tea, cups = create_category(name="茶叶", position=0), create_category(name="茶杯", position=1)
    one, other = make_product(mall, name="龙井一罐", category=tea), make_product(mall, name="白瓷杯", category=cups)
    first = seen(mall, "/categories")
    assert one.name in first
    assert other.name not in first
    second = seen(mall, f"/categories?category={cups.public_id}")
    assert other.name in second
    assert one.name not in second
    assert one.name in seen(mall, "/categories?category=nonsense")


def test_the_cart_button_fetches_a_token_and_who_only_looks_gets_no_cookie(mall):
    product = make_product(mall)
    phone = stranger(mall)
    page = phone.get(f"/products/{product.public_id}")
    assert "加入购物车" in text_of(page)
    assert "csrftoken" not in phone.cookies
    token = phone.get("/fragments/form-token")
    assert token["Cache-Control"].startswith("max-age=0")
    assert len(token.content) == 64


def test_a_banners_address_carries_the_share_code_on(mall):
    with mall_scope(mall.pk):
        add_banner(data=a_picture(), title="一", link="/categories")
        add_banner(data=a_picture(), title="二", link="/products?ordering=sold")
    page = seen(mall, "/?ref=abcdefghjk")
    assert 'href="/categories?ref=abcdefghjk"' in page
    assert 'href="/products?ordering=sold&amp;ref=abcdefghjk"' in page
