"""The poster of a product link: the owner's, drawn once, readable by a scanner's eye."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from mall.catalogue.models import Product
from mall.tenancy.context import mall_scope
from referrals.links.posters import draw_poster
from referrals.links.services import take_link
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import make_product
from tests.pages.browsing import logged_in, stranger

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    mall = make_mall()
    return mall, make_member(mall), make_product(mall, name="手作柴烧盖碗" * 8)


def link_of(mall, member, product):
    with mall_scope(mall.pk):
        return take_link(owner=member, kind="product", channel_slug="wechat", product=product)[0]


def test_the_owner_gets_a_poster_and_nobody_else_does(shop):
    mall, member, product = shop
    link = link_of(mall, member, product)
    answer = logged_in(mall, member).get(f"/q/{link.code}/poster.png")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (750, 1180)
    assert stranger(mall).get(f"/q/{link.code}/poster.png").status_code == 404
    assert logged_in(mall, make_member(mall)).get(f"/q/{link.code}/poster.png").status_code == 404


def test_a_poster_is_drawn_once_until_its_facts_change(shop, monkeypatch):
    mall, member, product = shop
    link = link_of(mall, member, product)
    drawn = []

    def counted(**facts):
        drawn.append(facts["words"]["price"])
        return draw_poster(**facts)

    monkeypatch.setattr("referrals.links.posters.draw_poster", counted)
    phone = logged_in(mall, member)
    first = phone.get(f"/q/{link.code}/poster.png").content
    assert phone.get(f"/q/{link.code}/poster.png").content == first
    assert len(drawn) == 1
    with mall_scope(mall.pk):
        product.skus.update(price_fen=4_321)
    phone.get(f"/q/{link.code}/poster.png")
    assert drawn[1:] == ["¥43.21"]


def test_other_links_and_goods_off_sale_have_no_poster(shop):
    mall, member, product = shop
    link = link_of(mall, member, product)
    with mall_scope(mall.pk):
        other = take_link(owner=member, kind="mall", channel_slug="wechat")[0]
        Product.objects.filter(pk=product.pk).update(status="off_sale")
    phone = logged_in(mall, member)
    assert phone.get(f"/q/{other.code}/poster.png").status_code == 404
    assert phone.get(f"/q/{link.code}/poster.png").status_code == 404
    assert phone.get("/q/nosuchcode/poster.png").status_code == 404
