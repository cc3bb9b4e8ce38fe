"""Two weeks in the life of a demo mall, played through the services with the clock set back."""

from __future__ import annotations

import random
from typing import Any

from commissions.payouts.selectors import balance_of
from commissions.payouts.services import add_payee, approve_payout, request_payout, settle_payout
from commissions.settlement.releases import release_due
from config.demo.goods import TRIAL
from mall import clock
from mall.aftersales.services import approve_refund, request_refund
from mall.catalogue.models import Product, Sku
from mall.events.delivery import deliver
from mall.orders.models import Order
from mall.orders.services import confirm_receipt, place_order, ship_order
from mall.payments.services import start_payment
from mall.staff.models import StaffMember
from mall.tenancy.context import mall_scope
from members.models import Member
from referrals.clicks.services import judge_clicks, record_click
from referrals.clicks.sightings import Sighting
from referrals.clicks.visitors import new_key
from referrals.links.models import LinkKind, ShareLink
from referrals.links.services import take_link

DAYS = 14
CLICKS_A_DAY = 4

PHONES = [
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 "
        "MicroMessenger/8.0.53(0x18003531) NetType/WIFI Language/zh_CN"
    ),
    (
        "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 "
        "Mobile Safari/537.36 MicroMessenger/8.0.50"
    ),
]
ROBOT = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"

ADDRESS = {
    "name": "王女士", "phone": "13900000000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
    "detail": "示例路 1 号",
}  # fmt: skip


def play(mall_id: int, tell: Any) -> None:
    """Fourteen days of clicks, orders, a refund and a payout, ending now. The same at every reset."""
    dice = random.Random(mall_id)  # noqa: S311 - history, not secrets
    with clock.unmoved():
        clock.advance(days=-DAYS)
        story = _Story(mall_id, dice)
        for day in range(DAYS):
            story.day(day)
            clock.advance(days=1)
    tell(f"  {story.orders} orders and {story.clicks} clicks in two weeks")


class _Story:
    def __init__(self, mall_id: int, dice: random.Random) -> None:
        self.mall_id, self.dice = mall_id, dice
        self.orders = self.clicks = 0
        self.shipped: list[int] = []
        with mall_scope(mall_id):
            self.members = list(Member.objects.select_related("buyer").order_by("pk"))
            # The products for looking at; the one for trying things out keeps a clean record.
            self.skus = list(
                Sku.objects.filter(product__status=Product.Status.ON_SALE, price_fen__lt=60_000)
                .exclude(product__name=TRIAL.name)
                .order_by("pk")
            )
            self.staff = StaffMember.objects.select_related("user").get()
            self.links = [link for member in self.members[:3] for link in _links(member, self.skus)]

    def day(self, number: int) -> None:
        """One day: what was ordered before arrives, strangers click, somebody buys."""
        with mall_scope(self.mall_id):
            self._receive()
            for _ in range(CLICKS_A_DAY):
                self._click()
        judge_clicks(self.mall_id)
        if number % 2 == 0:
            with mall_scope(self.mall_id):
                self._buy(self.members[-1 - self.dice.randrange(3)])
        deliver(self.mall_id)
        if number == 6:
            with mall_scope(self.mall_id):
                self._refund_part()
        deliver(self.mall_id)
        release_due(self.mall_id)
        if number == DAYS - 1:
            with mall_scope(self.mall_id):
                self._pay_out(self.members[1])

    def _click(self) -> None:
        link: ShareLink = self.dice.choice(self.links)
        robot = self.dice.random() < 0.15
        seen = Sighting(
            visitor_key=new_key(),
            at=clock.now(),
            source="browser",
            method="GET",
            is_prefetch=False,
            user_agent=ROBOT if robot else self.dice.choice(PHONES),
            network=f"{self.dice.getrandbits(64):016x}",
        )
        record_click(link=link, seen=seen, is_confirmed=not robot and self.dice.random() < 0.8)
        self.clicks += 1

    def _buy(self, member: Member) -> None:
        skus = self.dice.sample(self.skus, self.dice.choice([1, 1, 2]))
        order = place_order(
            buyer=member.buyer, lines=[(sku, self.dice.choice([1, 1, 2])) for sku in skus], address=ADDRESS
        )
        start_payment(order=order, provider="sandbox")
        order.refresh_from_db()
        self.orders += 1
        if self.orders < 7:
            ship_order(
                order=order, company="顺丰速运", number=f"SF{self.dice.randrange(10**10):010d}", actor=self.staff
            )
            self.shipped.append(order.pk)

    def _receive(self) -> None:
        while len(self.shipped) > 1:
            order = Order.objects.get(pk=self.shipped.pop(0))
            confirm_receipt(order=order, actor=order.buyer)

    def _refund_part(self) -> None:
        order = Order.objects.filter(status__in=["received", "shipped"]).order_by("-pk").first()
        if order is None:
            return
        line = order.lines.order_by("pk").first()
        claim = {"line": line, "amount_fen": line.paid_fen // 4, "quantity": 0}
        approve_refund(refund=request_refund(order=order, lines=[claim], reason="包装破损"), actor=self.staff)

    def _pay_out(self, member: Member) -> None:
        payee = add_payee(
            member=member, method="bank", name=member.buyer.nickname, account="6222020200001234", bank="示例银行"
        )
        available = int(balance_of(member.pk)["available_fen"])
        if available > 1:
            payout = request_payout(member=member, amount_fen=available // 2, payee=payee)
            settle_payout(
                payout=approve_payout(payout=payout, staff=self.staff), staff=self.staff, evidence="网银回单 0001"
            )


def _links(member: Member, skus: list[Sku]) -> list[ShareLink]:
    mall_link, _ = take_link(owner=member, kind=LinkKind.MALL, channel_slug="wechat")
    product_link, _ = take_link(owner=member, kind=LinkKind.PRODUCT, channel_slug="weibo", product=skus[0].product)
    return [mall_link, product_link]
