"""开店清单: what a new mall still lacks, told from the facts. Nobody ticks anything by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from mall.catalogue.models import Product
from mall.freight.models import FreightTemplate
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.payments.wechat.models import WeChatAccount
from mall.staff import rights
from mall.staff.audit import log
from mall.staff.models import AuditRecord, StaffMember

DISMISSED = "checklist.dismissed"
# Written by the floor that keeps plans: changing one, or saying that it is well as it stands.
PLAN_CHANGED, PLAN_SEEN = "plan.changed", "checklist.plan_seen"


@dataclass(frozen=True)
class Step:
    """One step: whether its fact is there, and where to bring it about. right: who may."""

    key: str
    title: Any
    hint: Any
    address: str
    is_done: bool
    right: str


@dataclass(frozen=True)
class Checklist:
    """The steps in the order a merchant takes them, and what there is of samples."""

    steps: list[Step]
    has_samples: bool
    has_goods: bool

    @property
    def done(self) -> int:
        """How many are behind him."""
        return sum(step.is_done for step in self.steps)


def checklist(mall_id: int) -> Checklist | None:
    """The list of the mall in force, or None once everything is done or it was put away. One statement."""
    acts = AuditRecord.objects.order_by()
    facts = (
        Mall.objects.filter(pk=mall_id)
        .annotate(
            dismissed=Exists(acts.filter(action=DISMISSED)),
            goods=Exists(Product.objects.filter(status=Product.Status.ON_SALE)),
            samples=Exists(Product.objects.filter(is_sample=True)),
            wechat=Exists(WeChatAccount.objects.all()),
            # Goods that travel free are a decision about freight as well.
            freight=Exists(FreightTemplate.objects.all())
            | Exists(Product.objects.filter(status=Product.Status.ON_SALE, is_sample=False, free_freight=True)),
            plan=Exists(acts.filter(Q(action=PLAN_CHANGED) | Q(action=PLAN_SEEN))),
            sold=Exists(Order.objects.filter(paid_at__isnull=False)),
        )
        .values("dismissed", "goods", "samples", "bank_instructions", "wechat", "freight", "plan", "sold")
        .get()
    )
    if facts["dismissed"]:
        return None
    pays = bool(facts["bank_instructions"]) or facts["wechat"]
    steps = [
        Step(
            "goods", _("上架商品"), _("至少一件在售商品；也可以先放示例商品。"), reverse("dashboard:product-new"),
            facts["goods"], rights.EDIT_PRODUCTS,
        ),
        Step(
            "payment", _("设置收款"), _("填写银行转账账户，或开通微信支付。"),
            reverse("dashboard:settings") + "#payment", pays, rights.MANAGE_STAFF,
        ),
        Step(
            "freight", _("定好运费"), _("建一个运费模板；商品勾选包邮也算定好。"), reverse("dashboard:freight"),
            facts["freight"], rights.EDIT_PRODUCTS,
        ),
        Step(
            "plan", _("看一遍推广方案"), _("新商城只开订单一级 10%，其余都关着。"), reverse("dashboard:plan"),
            facts["plan"], rights.EDIT_PLAN,
        ),
        Step(
            "order", _("收到第一笔订单"), _("打开商城首页，分享给顾客，或自己先下一单试试。"), "/",
            facts["sold"], rights.SEE_ORDERS,
        ),
    ]  # fmt: skip
    if all(step.is_done for step in steps):
        return None
    return Checklist(steps, has_samples=facts["samples"], has_goods=facts["goods"])


def dismiss(*, actor: StaffMember) -> None:
    """Put the list away for good; the audit log says who did. Again changes nothing."""
    if not AuditRecord.objects.filter(action=DISMISSED).exists():
        log(action=DISMISSED, actor=actor)


def plan_seen(*, actor: StaffMember) -> None:
    """Say that the plan is well as it stands. Again changes nothing."""
    if not AuditRecord.objects.filter(action=PLAN_SEEN).exists():
        log(action=PLAN_SEEN, actor=actor)
