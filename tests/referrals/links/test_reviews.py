"""A promoter's own review stands first behind his link, marked as what it is."""

from __future__ import annotations

import pytest

from mall.malls.models import Mall
from mall.reviews import services as reviews
from mall.tenancy.context import mall_scope
from referrals.links.errors import ReviewNotMeant
from referrals.links.reviews import put_review_first
from tests.factories.http import api_as, errors_of
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.referrals import browser, make_link
from tests.factories.trade import lines_of, make_product, make_sku, place_and_pay, receive

pytestmark = pytest.mark.django_db

MARK = "推广者本人已购"


@pytest.fixture
def mall():
    return make_mall()


@pytest.fixture
def sku(mall):
    return make_sku(mall)


def review_by(member, sku, text: str, stars: int = 5):
    order = receive(place_and_pay(Mall(pk=sku.mall_id), member.buyer, (sku, 1)))
    with mall_scope(sku.mall_id):
        return reviews.write_review(line=lines_of(order)[0], buyer=member.buyer, stars=stars, text=text)


def part(mall, product, code: str = "", around: str = "") -> str:
    """The part of the product's page, as a browser fetches it."""
    headers = {"HX-Request": "true"}
    if around:
        headers["HX-Current-URL"] = around
    query = f"?ref={code}" if code else ""
    return browser(mall).get(f"/products/{product.public_id}/reviews{query}", headers=headers).content.decode()


def test_behind_the_link_the_owners_review_comes_first_and_is_marked(mall, sku):
    promoter, other = make_member(mall, nickname="推广人"), make_member(mall, nickname="路人")
    own, _newer = review_by(promoter, sku, "我自己在喝"), review_by(other, sku, "后来的评价", stars=3)
    link = make_link(promoter, "product", product=sku.product)
    with mall_scope(mall.pk):
        put_review_first(link=link, review=own)
    address = f"http://{mall.slug}.localhost/products/{sku.product.public_id}?ref={link.code}"
    for shown in (part(mall, sku.product, link.code), part(mall, sku.product, around=address)):
        assert shown.index("我自己在喝") < shown.index("后来的评价")
        assert shown.count("我自己在喝") == 1
        assert shown.count(MARK) == 1
        assert "广告" in shown
    without = part(mall, sku.product)
    assert without.index("后来的评价") < without.index("我自己在喝")
    assert MARK not in without


def test_a_link_to_something_else_puts_nothing_first(mall, sku):
    promoter, other = make_member(mall), make_product(mall)
    own = review_by(promoter, sku, "好茶")
    link = make_link(promoter, "product", product=sku.product)
    with mall_scope(mall.pk):
        put_review_first(link=link, review=own)
    assert MARK not in part(mall, other, link.code)
    with mall_scope(mall.pk):
        reviews.hide_review(review=own, reason="违规", actor=owner_of(mall))
    assert "好茶" not in part(mall, sku.product, link.code)


def test_only_his_own_readable_review_of_that_product(mall, sku):
    promoter, other = make_member(mall), make_member(mall)
    foreign, elsewhere = review_by(other, sku, "x"), review_by(promoter, make_sku(mall), "y")
    own = review_by(promoter, sku, "z")
    link, mall_link = make_link(promoter, "product", product=sku.product), make_link(promoter, "mall")
    with mall_scope(mall.pk):
        hidden = reviews.hide_review(review=review_by(promoter, sku, "w"), reason="违规", actor=owner_of(mall))
        for wrong in (foreign, elsewhere, hidden):
            with pytest.raises(ReviewNotMeant):
                put_review_first(link=link, review=wrong)
        with pytest.raises(ReviewNotMeant):
            put_review_first(link=mall_link, review=own)
        link.refresh_from_db()
        assert link.review_id is None


def test_the_api_sets_and_clears_it(mall, sku):
    promoter, other = make_member(mall), make_member(mall)
    own, foreign = review_by(promoter, sku, "好"), review_by(other, sku, "好")
    api = api_as(promoter)
    asked = {"kind": "product", "product": str(sku.product.public_id), "channel": "wechat"}
    assert api.post("share-links", asked).json()["review"] is None
    answer = api.post("share-links", asked | {"review": str(own.public_id)})
    assert (answer.status_code, answer.json()["review"]) == (200, str(own.public_id))
    assert api.post("share-links", asked).json()["review"] == str(own.public_id)
    assert api.post("share-links", asked | {"review": str(foreign.public_id)}).status_code == 404
    wrong = api.post("share-links", {"kind": "mall", "channel": "wechat", "review": str(own.public_id)})
    assert (wrong.status_code, errors_of(wrong)) == (400, [("review_not_meant", "review")])
    assert api.post("share-links", asked | {"review": None}).json()["review"] is None
