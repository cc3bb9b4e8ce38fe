"""What the pages cost in statements, with several rows on each: an N+1 shows as a changed number."""

from __future__ import annotations

import pytest

from commissions.plans.services import change_plan
from mall.addresses.services import add_address
from mall.carts.owners import CartOwner
from mall.carts.services import add_item
from mall.tenancy.context import mall_scope
from tests.factories.events import drain
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.referrals import make_link
from tests.factories.trade import an_address, make_product, make_sku, place_and_pay
from tests.pages.browsing import logged_in, places, stranger
from tests.query_counts import query_counts  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    """Goods, a promoter with links and commissions, and a buyer with orders."""
    mall = make_mall()
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes={"order_levels_bps": [1000]})
    promoter = make_member(mall)
    buyer = make_member(mall, promoter)
    products = [make_product(mall) for _ in range(5)]
    for channel in ("wechat", "weibo", "qq"):
        make_link(promoter, channel=channel)
        make_link(promoter, "product", channel=channel, product=products[0])
    orders = [place_and_pay(mall, buyer.buyer, (make_sku(mall), 1), (make_sku(mall), 2)) for _ in range(4)]
    with mall_scope(mall.pk):
        for number in range(3):
            add_address(buyer=buyer.buyer, fields=an_address(detail=f"{number} 号"))
            add_item(owner=CartOwner(buyer.buyer), sku_id=make_sku(mall).public_id, quantity=2)
    drain(mall.pk)
    return mall, promoter, buyer, products[0], orders[0]


@pytest.mark.parametrize(
    ("name", "address"),
    [("home", "/"), ("categories", "/categories"), ("products", "/products"), ("product", "/products/{product}")],
)
def test_what_a_stranger_opens_stays_cheap(shop, query_counts, name, address):  # noqa: F811 - the fixture
    mall, _promoter, _buyer, product, _order = shop
    phone = stranger(mall)
    with query_counts(f"pages.{name}"):
        assert phone.get(address.format(product=product.public_id)).status_code == 200


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("orders", "/orders"),
        ("orders-to-review", "/orders?tab=to_review"),
        ("order", "/orders/{order}"),
        ("case-new", "/orders/{order}/cases/new"),
        ("invoice", "/orders/{order}/invoice"),
        ("me", "/me"),
        ("addresses", "/addresses"),
        ("cart", "/cart"),
        ("checkout-cart", "/checkout?cart=1"),
    ],
)
def test_what_a_buyer_opens_stays_cheap(shop, query_counts, name, address):  # noqa: F811 - the fixture
    mall, _promoter, buyer, _product, order = shop
    phone = logged_in(mall, buyer)
    with query_counts(f"pages.{name}"):
        assert phone.get(address.format(order=order.public_id)).status_code == 200


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("promoter-product", "/products/{product}"),
        ("share-panel", "/fragments/share?product={product}"),
        ("promotion", "/promote"),
        ("links", "/promote/links"),
        ("commissions", "/promote/commissions"),
        ("conversions", "/promote/conversions"),
        ("payouts", "/promote/payouts"),
    ],
)
def test_what_a_promoter_opens_stays_cheap(shop, query_counts, name, address):  # noqa: F811 - the fixture
    mall, promoter, _buyer, product, _order = shop
    phone = logged_in(mall, promoter)
    with query_counts(f"pages.{name}"):
        assert phone.get(address.format(product=product.public_id)).status_code == 200


def test_asking_for_news_every_few_seconds_stays_cheap(shop, query_counts):  # noqa: F811 - the fixture
    mall, promoter, _buyer, _product, _order = shop
    phone = logged_in(mall, promoter)
    asks = next(address for address in places(phone.get("/promote")) if address.startswith("/fragments/promotion"))
    with query_counts("pages.promotion-live"):
        assert phone.get(asks).status_code == 204
