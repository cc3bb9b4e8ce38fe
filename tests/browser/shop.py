"""A shop that looks like one, made through the services: what the pictures of its pages show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from commissions.plans.services import change_plan
from mall import clock
from mall.addresses.services import add_address
from mall.aftersales import case_services
from mall.aftersales.evidence import add_evidence
from mall.banners.services import add_banner
from mall.carts.owners import CartOwner
from mall.carts.services import add_item
from mall.catalogue.drawing import draw_banner, draw_good
from mall.catalogue.models import Sku
from mall.catalogue.samples import add_samples
from mall.catalogue.signs import set_category_icon
from mall.malls.models import Mall
from mall.orders.models import Order, OrderLine
from mall.payments.proofs import add_proof
from mall.payments.services import start_payment
from mall.promotions.services import create_threshold_discount
from mall.reviews import services as reviews
from mall.tenancy.context import mall_scope
from members.models import Member
from tests.factories.events import drain
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.offers import give_coupon, make_freight, make_limited
from tests.factories.trade import an_address, place, place_and_pay, receive, ship


@dataclass
class Shop:
    """A mall at work, and what its pages are opened with."""

    mall: Mall
    member: Member
    skus: list[Sku]
    orders: dict[str, Order] = field(default_factory=dict)
    case: Any = None
    payment: Any = None

    @property
    def owner(self) -> Any:
        return owner_of(self.mall)


@cache
def pictured_shop() -> Shop:
    """Twelve goods with pictures, offers, a full cart, and an order in every state. Needs no scope.

    Made once for all who only look: what tests commit stays.
    """
    mall = make_mall(
        name="云山茶事", notice="新茶四月上市，满 199 元减 20 元。", service_phone="0571-88000000",
        bank_instructions=["户名：云山茶事", "账号：6222 0202 0011 2233"],
        returns_promise="七天无理由退货，坏果包赔。", returns_address="杭州市西湖区文三路 1 号 茶仓",
    )  # fmt: skip
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes={"order_levels_bps": [1000, 500]})
        products = add_samples(actor=owner_of(mall))
        skus = [Sku.objects.select_related("product").filter(product=one).order_by("id").first() for one in products]
        Sku.objects.filter(pk__in=[one.pk for one in skus]).update(cost_fen=1_000)
        set_category_icon(category=products[0].category, data=draw_good(name="茶", shape="tin", hue=112))
        picture = draw_banner(title="春茶上市", subtitle="明前采摘", shape="tin", hue=112)
        add_banner(data=picture, title="春茶上市", link="/products")
        create_threshold_discount(
            actor=owner_of(mall), name="满 199 减 20", threshold_fen=19_900, off_fen=2_000,
            starts_at=clock.now(), ends_at=clock.now() + timedelta(days=3),
        )  # fmt: skip
    shop = Shop(mall, make_member(mall, make_member(mall, nickname="上级"), nickname="林小满"), skus)
    make_freight(mall)
    make_limited(mall, skus[2], 6_900)
    give_coupon(mall, shop.member.buyer, name="新客立减十元", threshold_fen=5_000)
    _buy(shop)
    _complain_and_praise(shop)
    drain(mall.pk)
    return shop


def _buy(shop: Shop) -> None:
    mall, buyer, skus = shop.mall, shop.member.buyer, shop.skus
    with mall_scope(mall.pk):
        for sku, quantity in ((skus[0], 2), (skus[3], 1), (skus[11], 1)):
            add_item(owner=CartOwner(buyer), sku_id=sku.public_id, quantity=quantity)
        add_address(buyer=buyer, fields=an_address())
    orders = shop.orders
    orders["unpaid"] = place(mall, buyer, (skus[1], 1), (skus[5], 2), note="请放驿站，谢谢")
    orders["paid"] = place_and_pay(mall, buyer, (skus[6], 1))
    orders["shipped"] = ship(place_and_pay(mall, buyer, (skus[8], 1)), shop.owner)
    orders["received"] = receive(place_and_pay(mall, buyer, (skus[2], 1), (skus[4], 3)))
    orders["waiting"] = place(mall, buyer, (skus[9], 2))
    with mall_scope(mall.pk):
        shop.payment = start_payment(order=orders["waiting"], provider="bank_transfer")
        proof = draw_good(name="转账回单", shape="board", hue=210)
        add_proof(payment=shop.payment, by=buyer, picture=proof, serial="ICBC20260101000001")


def _complain_and_praise(shop: Shop) -> None:
    buyer = shop.member.buyer
    with mall_scope(shop.mall.pk):
        first, second = OrderLine.objects.filter(order=shop.orders["received"]).order_by("position")
        review = reviews.write_review(line=first, buyer=buyer, stars=5, text="釉色温润，包装很仔细，送人也体面。")
        reviews.add_review_picture(review=review, data=draw_good(name="晒单", shape="gaiwan", hue=30, view=1))
        asked = {"line": second, "amount_fen": 1_200, "quantity": 0}
        shop.case = case_services.open_case(
            order=shop.orders["received"], kind="refund", lines=[asked], reason="一罐压坏了", actor=buyer
        )
        add_evidence(case=shop.case, data=draw_good(name="压坏", shape="jar", hue=18, view=1))
