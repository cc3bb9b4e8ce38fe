"""Making the demo's malls through the same services everybody uses. Running it again changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from commissions.plans.services import change_plan
from config.demo import history, praise
from config.demo.goods import MALLS, TRIAL
from config.demo.shelves import DemoMall
from config.demo.shop import fill_shop, offer
from mall import clock
from mall.catalogue.models import Product
from mall.malls.models import Mall
from mall.malls.selectors import primary_host
from mall.malls.services import create_mall
from mall.staff.models import StaffMember, User
from mall.tenancy.context import mall_scope
from members.joining.services import join
from referrals.links.models import LinkKind
from referrals.links.services import take_link

PASSWORD = "fenyong-demo-2026"  # noqa: S105 - printed at every start; the demo holds nothing of worth
OPERATOR = "operator@fenyong.example"

# Everything a plan can do, switched on: a new mall of a merchant begins with one level and nothing else.
PLAN: dict[str, Any] = {
    "order_levels_bps": [1000, 500],
    "click_fen": 5,
    "registration_fen": 100,
    "budget_month_fen": 100_000,
    "click_cap_day_fen": 500,
    "registration_cap_day_fen": 500,
    "hold_days": 7,
}


@dataclass(slots=True)
class Seeded:
    """One mall of the demo, with what .local/demo.json says of it."""

    slug: str
    host: str
    staff_email: str
    members: list[dict[str, str]]
    product: str
    sku: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "slug": self.slug,
            "host": self.host,
            "staff": {"email": self.staff_email, "password": PASSWORD},
            "members": self.members,
            "product": self.product,
            "sku": self.sku,
        }


def seed(tell: Any) -> dict[str, Any]:
    """Make what is missing of the demo and describe it; tell gets a line per step."""
    operator = User.objects.filter(email=OPERATOR).first()
    if operator is None:
        User.objects.create_superuser(OPERATOR, PASSWORD, name="平台运营")
    host = settings.INSTALLATION_HOSTS[0]
    malls = []
    for number, demo in enumerate(MALLS):
        mall_id = _mall_id(demo.slug)
        if mall_id is None:
            tell(f"making {demo.name}")
            with clock.unmoved():
                # Plan and members are older than the history: who joins after an order cannot have earned by it.
                clock.advance(days=-history.DAYS - praise.DAYS - 1)
                mall_id = _make(demo, number)
                reviews = praise.play(mall_id, demo, number)
            tell(f"  {reviews} reviews")
            history.play(mall_id, tell)
            with mall_scope(mall_id):
                offer(StaffMember.objects.select_related("user").get())
        malls.append(_described(mall_id, demo, number).as_dict())
    return {
        "operator": {
            "host": host,
            "url": f"{settings.PUBLIC_SCHEME}://{host}:{{port}}/operator/",
            "email": OPERATOR,
            "password": PASSWORD,
        },
        "malls": malls,
    }


def _mall_id(slug: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM list_malls() WHERE slug = %s", [slug])
        row = cursor.fetchone()
    return row[0] if row else None


def phone(mall_number: int, member_number: int) -> str:
    """The demo members' phones, easy to type."""
    return f"1380000{mall_number + 1}{member_number + 1:03d}"


@transaction.atomic
def _make(demo: DemoMall, number: int) -> int:
    mall = create_mall(
        slug=demo.slug, name=demo.name, owner_email=f"owner@{demo.slug}.example", owner_password=PASSWORD
    )
    with mall_scope(mall.pk):
        Mall.objects.filter(pk=mall.pk).update(
            notice=demo.notice,
            brand_color=demo.color,
            service_phone="400-000-0000",
            service_wechat=f"fenyong-{demo.slug}",
            service_hours="每天 9:00-21:00",
            licence=f"{demo.name}有限公司（演示）· 统一社会信用代码 91330000DEMO0000X0",
            returns_promise=demo.returns_promise,
            returns_address="浙江省杭州市西湖区示例路 1 号 售后仓，王师傅 13900000000",
            rules_accepted_at=clock.now(),
            # Members of the demo come back after a reset with the same phones: codes are for strangers.
            payout_min_fen=1,
            bank_instructions=[f"户名：{demo.name}有限公司", "开户行：示例银行杭州分行", "账号：0000 0000 0000 0000"],
        )
        owner = User.objects.get(email=f"owner@{demo.slug}.example")
        fill_shop(demo)
        change_plan(author=owner, changes=PLAN)
        _members(demo, number)
    return mall.pk


def _members(demo: DemoMall, number: int) -> None:
    """A chain: each joins through the registration link of the one before."""
    from mall.buyers.services import send_phone_code

    code = None
    for place, nickname in enumerate(demo.members):
        sent = send_phone_code(phone=phone(number, place), purpose="register")[1]
        member = join(phone=phone(number, place), code=sent, password=PASSWORD, nickname=nickname, ref=code)
        link, _ = take_link(owner=member, kind=LinkKind.REGISTRATION, channel_slug="wechat")
        code = link.code


def _described(mall_id: int, demo: DemoMall, number: int) -> Seeded:
    with mall_scope(mall_id):
        product = Product.objects.get(name=TRIAL.name)
        return Seeded(
            slug=demo.slug,
            host=primary_host(),
            staff_email=f"owner@{demo.slug}.example",
            members=[
                {"phone": phone(number, place), "password": PASSWORD, "nickname": nickname}
                for place, nickname in enumerate(demo.members)
            ],
            product=str(product.public_id),
            sku=str(product.skus.get().public_id),
        )
