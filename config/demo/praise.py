"""Ten days before the history: people who are no members buy, receive and say how it was. Nobody earns by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from zlib import crc32

from config.demo.history import ADDRESS
from config.demo.shelves import Aisle, DemoMall, Goods
from config.demo.shop import hue_of, label_of
from config.demo.words import WORDS, Word
from mall import clock
from mall.buyers.models import Buyer
from mall.buyers.services import register_buyer
from mall.catalogue.drawing import VIEWS, draw_good
from mall.catalogue.models import Sku
from mall.orders.models import Order, OrderLine
from mall.orders.services import confirm_receipt, place_order, ship_order
from mall.payments.services import start_payment
from mall.reviews.models import Review
from mall.reviews.services import add_review_picture, follow_up, reply_to_review, write_review
from mall.staff.models import StaffMember
from mall.tenancy.context import mall_scope

DAYS = 10
REVIEWERS = ["山里来的猫", "Vivian", "老陈爱喝茶", "青柠不酸", "豆豆妈", "一只鹿", "阿May", "徐先生"]
CAPTION = "到手实拍"


@dataclass(frozen=True, slots=True)
class _Said:
    """One review to be: who says what of which goods."""

    reviewer: int
    aisle: Aisle
    goods: Goods
    word: Word


def play(mall_id: int, demo: DemoMall, number: int) -> int:
    """Have the demo's goods bought, received, reviewed, followed up and answered; how many reviews. Moves the clock."""
    said = list(_said(demo))
    with mall_scope(mall_id):
        staff = StaffMember.objects.select_related("user").get()
        buyers = [
            register_buyer(phone=f"1370000{number + 1}{place + 1:03d}", nickname=nickname)
            for place, nickname in enumerate(REVIEWERS)
        ]
        orders = [_order(buyer, [one for one in said if one.reviewer == place]) for place, buyer in enumerate(buyers)]
        clock.advance(days=1)
        for place, order in enumerate(orders):
            ship_order(order=order, company="中通快递", number=f"7313{number}{place:08d}", actor=staff)
        clock.advance(days=3)
        for order, buyer in zip(orders, buyers, strict=True):
            confirm_receipt(order=order, actor=buyer)
        reviews = [_review(one, orders[one.reviewer], buyers[one.reviewer]) for one in said]
        clock.advance(days=1)
        for review, one in zip(reviews, said, strict=True):
            if one.word.reply:
                reply_to_review(review=review, text=one.word.reply, actor=staff)
        clock.advance(days=4)
        for review, one in zip(reviews, said, strict=True):
            if one.word.later:
                follow_up(review=review, text=one.word.later)
    return len(reviews)


def _said(demo: DemoMall) -> Iterator[_Said]:
    """Each aisle's words, shared out among its goods and among those who buy; nobody reviews the same goods twice."""
    turn = count()
    for aisle in demo.aisles:
        for place, word in enumerate(WORDS.get(aisle.name, ())):
            yield _Said(next(turn) % len(REVIEWERS), aisle, aisle.goods[place % len(aisle.goods)], word)


def _order(buyer: Buyer, said: list[_Said]) -> Order:
    skus = {sku.product.name: sku for sku in Sku.objects.select_related("product").filter(position=0)}
    order = place_order(buyer=buyer, lines=[(skus[one.goods.name], 1) for one in said], address=ADDRESS)
    start_payment(order=order, provider="sandbox")
    return order


def _review(said: _Said, order: Order, buyer: Buyer) -> Review:
    line = OrderLine.objects.select_related("order").get(order=order, name=said.goods.name)
    # Not all in the same minute.
    clock.advance(seconds=60 + crc32(said.goods.name.encode()) % 900)
    word = said.word
    review = write_review(line=line, buyer=buyer, stars=word.stars, text=word.text, is_anonymous=word.is_anonymous)
    for view in range(min(word.pictures, VIEWS)):
        drawn = draw_good(
            name=CAPTION,
            shape=said.goods.shape or said.aisle.shape,
            hue=hue_of(said.aisle, said.goods),
            label=label_of(said.goods.name),
            view=VIEWS - 1 - view,
        )
        add_review_picture(review=review, data=drawn)
    return review
