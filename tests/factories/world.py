"""A whole mall with something of everything in it: people in every role, orders in every state, money in every place.

Made through the services. `marker` stands in every text that somebody could have typed, so that a text
of one mall can be told from another's wherever it turns up.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.conf import settings as django_settings
from django.test import Client
from PIL import Image

from commissions.handlers import settle_conversions
from commissions.payouts.models import Payee, Payout
from commissions.payouts.services import add_payee, approve_payout, reject_payout, request_payout, settle_payout
from commissions.plans.services import change_plan
from commissions.settlement.models import Commission
from mall import clock
from mall.addresses.models import Address
from mall.buyers.services import issue_token, revoke_token, send_phone_code
from mall.buyers.sessions import COOKIE
from mall.catalogue.models import Category, Product, ProductPicture, Sku
from mall.catalogue.pictures import add_picture
from mall.catalogue.services import create_product
from mall.catalogue.tree import create_category
from mall.events.models import Delivery, Event
from mall.freight.models import FreightTemplate
from mall.imports.models import ImportJob
from mall.invoices.models import InvoiceRequest
from mall.malls.models import Mall
from mall.operators.services import enter_mall
from mall.orders.models import Order
from mall.orders.services import complete_order
from mall.payments.models import Payment, TransferProof
from mall.payments.services import start_payment
from mall.staff import logins
from mall.staff.models import Role, StaffMember
from mall.tenancy.context import mall_scope
from members.closing.services import close_account
from members.models import Member
from members.standing.services import reinstate, suspend
from referrals.clicks.services import judge_clicks, show_page
from referrals.clicks.sightings import Sighting
from referrals.clicks.visitors import new_key, remember
from referrals.links.models import ShareLink
from tests.factories.events import drain
from tests.factories.http import api_as
from tests.factories.mall import host_of, make_mall, make_operator, make_staff, owner_of
from tests.factories.members import make_member, new_phone
from tests.factories.referrals import join_through, make_click, make_link, new_network
from tests.factories.shop_world import furnish_shop
from tests.factories.trade import an_address, ask_refund, pay, place, receive, ship
from tests.factories.wechat import leave_wechat_rows

PLAN = {
    "order_levels_bps": [1000, 500], "click_fen": 5, "registration_fen": 100, "budget_month_fen": 100_000,
    "click_cap_day_fen": 500, "registration_cap_day_fen": 500, "ceiling_bps": 3000, "hold_days": 0,
}  # fmt: skip

_keys = itertools.count(1)


@dataclass
class World:
    """One furnished mall; names say what each thing is."""

    mall: Mall
    marker: str
    staff: dict[str, StaffMember] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    proof: TransferProof | None = None
    refunds: dict[str, Any] = field(default_factory=dict)
    cases: dict[str, Any] = field(default_factory=dict)
    evidence: str = ""
    reviews: dict[str, Any] = field(default_factory=dict)
    unreviewed: Any = None
    offers: dict[str, Any] = field(default_factory=dict)
    links: dict[str, ShareLink] = field(default_factory=dict)
    payouts: dict[str, Payout] = field(default_factory=dict)
    category: Category | None = None
    aisle: Category | None = None
    freight_template: FreightTemplate | None = None
    product: Product | None = None
    picture: ProductPicture | None = None
    import_job: ImportJob | None = None
    running_import: ImportJob | None = None
    banner: Any = None
    shipping_job: Any = None
    sku: Sku | None = None
    click: Any = None
    app_click: Any = None
    payee: Payee | None = None
    address: Address | None = None
    invoice: InvoiceRequest | None = None
    commission: Commission | None = None
    parked: Delivery | None = None
    tokens: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        """The Host header that leads here."""
        return host_of(self.mall)

    def token(self, who: str) -> str:
        """The token of a member or of staff, by name."""
        return self.tokens[who]

    def revoked_token(self, who: str) -> str:
        """A token that is no longer valid."""
        with mall_scope(self.mall.pk):
            token = self._new_token(who)
            (revoke_token if who in self.members else logins.revoke_token)(token=token)
        return token

    def browser(self, who: str = "") -> Client:
        """A browser that has this member, or this person of the staff, logged in."""
        client = Client(headers={"host": self.host}, raise_request_exception=False)
        if who:
            name = COOKIE if who in self.members else django_settings.SESSION_COOKIE_NAME
            client.cookies[name] = self.sessions[who]
        return client

    def let_in(self) -> None:
        """Give everybody a token and a session, once: logging in for each request would take longer than it."""
        with mall_scope(self.mall.pk):
            for who in (*self.members, *self.staff):
                self.tokens[who] = self._new_token(who)
                self.sessions[who] = self._new_session(who)

    def _new_token(self, who: str) -> str:
        if who in self.members:
            return issue_token(buyer=self.members[who].buyer)[0]
        return logins.issue_token(member=self.staff[who])[0]

    def _new_session(self, who: str) -> str:
        if who in self.members:
            return issue_token(buyer=self.members[who].buyer, kind="session")[0]
        client = Client(headers={"host": self.host})
        client.force_login(self.staff[who].user)
        return client.cookies[django_settings.SESSION_COOKIE_NAME].value


def make_world(marker: str, **settings: Any) -> World:
    """A mall at work. Commits nothing by itself; must not be called inside of a mall."""
    account = [f"{marker}银行 6222020200000001"]
    mall = make_mall(
        name=f"{marker}商城", notice=f"{marker}公告", payout_min_fen=1, bank_instructions=account, **settings
    )
    world = World(mall, marker)
    _hire(world)
    _stock(world)
    _gather(world)
    _trade(world)
    _pay_out(world)
    _leave_traces(world)
    furnish_shop(world)
    world.let_in()
    return world


def _hire(world: World) -> None:
    mall = world.mall
    world.staff = {"owner": owner_of(mall)}
    for role in (Role.MANAGER, Role.FINANCE, Role.SERVICE):
        world.staff[role.value] = make_staff(mall, role)
    operator = make_operator()
    world.staff["operator"] = enter_mall(operator=operator, mall_id=mall.pk, reason=f"{world.marker}进店", hours=1)
    with mall_scope(mall.pk):
        change_plan(author=world.staff["owner"].user, changes=PLAN)


def _stock(world: World) -> None:
    marker = world.marker
    with mall_scope(world.mall.pk):
        world.category = create_category(name=f"{marker}分类")
        world.aisle = create_category(name=f"{marker}货架")
        world.product = create_product(
            name=f"{marker}商品",
            category=world.category,
            subtitle=f"{marker}副题",
            keywords=f"{marker}词",
            description=f"{marker}说明",
            skus=[{"specs": {"颜色": f"{marker}红"}, "price_fen": 10_000, "stock": 1_000, "code": f"{marker}SKU"}],
        )
        world.sku = Sku.objects.select_related("product").get(product=world.product)
        world.picture = add_picture(product=world.product, data=_a_picture())
        change_plan(
            author=None,
            changes={
                "overrides": [{"scope": "product", "id": str(world.product.public_id), "order_levels_bps": [900, 300]}]
            },
        )


def _a_picture() -> bytes:
    drawn = BytesIO()
    Image.new("RGB", (8, 8), "green").save(drawn, "PNG")
    return drawn.getvalue()


def _gather(world: World) -> None:
    mall, marker = world.mall, world.marker
    members = world.members
    members["top"] = make_member(mall, nickname=f"{marker}上级")
    top_link = make_link(members["top"], "registration")
    members["promoter"] = join_through(top_link, nickname=f"{marker}推广")
    for kind in ("mall", "product", "registration"):
        product = world.product if kind == "product" else None
        world.links[kind] = make_link(members["promoter"], kind, product=product, campaign=f"{marker}活动")
    world.click = make_click(world.links["mall"], user_agent=f"Mozilla/5.0 (iPhone) {marker}")
    make_click(world.links["mall"], new_key(), is_confirmed=False)
    world.app_click = make_click(world.links["mall"], source="app", is_confirmed=False)
    with mall_scope(mall.pk):
        seen = Sighting(
            visitor_key=new_key(), at=clock.now(), source="browser", method="GET", is_prefetch=False,
            user_agent=marker, network=new_network(mall),
        )  # fmt: skip
        show_page(link=world.links["mall"], seen=seen)
        remember(seen.visitor_key, buyer_id=members["promoter"].buyer_id)
    judge_clicks(mall.pk)
    members["customer"] = join_through(world.links["registration"], nickname=f"{marker}顾客")
    members["stranger"] = make_member(mall, nickname=f"{marker}路人")
    members["gone"] = make_member(mall, nickname=f"{marker}注销")
    with mall_scope(mall.pk):
        close_account(member=members["gone"])
        suspend(member=members["stranger"], reason=f"{marker}停权", actor=world.staff["owner"])
        reinstate(member=members["stranger"], reason=f"{marker}恢复", actor=world.staff["owner"])
    drain(mall.pk)


def _trade(world: World) -> None:
    mall, buyer, line = world.mall, world.members["customer"].buyer, (world.sku, 2)
    orders = world.orders
    for name in ("unpaid", "waiting", "paid", "shipped", "received", "completed", "disputed", "refused"):
        orders[name] = place(mall, buyer, line, note=f"{world.marker}留言")
    for name in ("paid", "shipped", "received", "completed", "disputed", "refused"):
        orders[name] = pay(orders[name])
    orders["shipped"] = ship(orders["shipped"], world.staff["owner"])
    for name in ("received", "completed"):
        orders[name] = receive(orders[name])
    with mall_scope(mall.pk):
        orders["completed"] = complete_order(order=orders["completed"])
        world.payments["pending"] = start_payment(order=orders["waiting"], provider="bank_transfer")
        world.payments["succeeded"] = Payment.objects.get(order=orders["paid"])
    world.refunds["requested"] = ask_refund(orders["disputed"], 300, reason=f"{world.marker}原因")
    world.refunds["other"] = ask_refund(orders["refused"], 500, reason=f"{world.marker}另一")
    # Through the front door, for the key and the answer that are kept.
    body = {"lines": [{"sku": str(world.sku.public_id), "quantity": 1}], "address": an_address(), "note": world.marker}
    answer = api_as(world.members["customer"]).post("orders", body, HTTP_IDEMPOTENCY_KEY=f"key-{next(_keys)}")
    assert answer.status_code == 201, answer.content
    drain(mall.pk)
    with mall_scope(mall.pk):
        world.commission = Commission.objects.filter(beneficiary=world.members["promoter"], kind="order").latest("pk")


def _pay_out(world: World) -> None:
    promoter, marker, owner = world.members["promoter"], world.marker, world.staff["owner"]
    with mall_scope(world.mall.pk):
        world.payee = add_payee(
            member=promoter, method="bank", name="张三", account="6222020200112233", bank=f"{marker}银行"
        )
        for name in ("requested", "approved", "settled", "rejected"):
            world.payouts[name] = request_payout(member=promoter, amount_fen=10, payee=world.payee)
        for name in ("approved", "settled"):
            world.payouts[name] = approve_payout(payout=world.payouts[name], staff=owner)
        world.payouts["settled"] = settle_payout(payout=world.payouts["settled"], staff=owner, evidence=f"{marker}回单")
        world.payouts["rejected"] = reject_payout(payout=world.payouts["rejected"], staff=owner, reason=f"{marker}退回")


def _leave_traces(world: World) -> None:
    """What is left when something went wrong or never finished."""
    with mall_scope(world.mall.pk):
        leave_wechat_rows(world.marker, pending=world.payments["pending"], succeeded=world.payments["succeeded"])
        send_phone_code(phone=new_phone(), purpose="login")
        event = Event.objects.create(kind="order.paid", subject_id=0, payload={"note": world.marker})
        world.parked = Delivery.objects.create(
            event=event,
            handler=f"{settle_conversions.__module__}.{settle_conversions.__name__}",
            last_error=f"ValueError: {world.marker}",
            parked_at=event.at,
        )
