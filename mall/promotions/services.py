"""Making and ending promotions. A limited-time price is made under its SKU's lock, so that a SKU has one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from mall import clock
from mall.catalogue.models import Category, Product, Sku
from mall.errors import NotAllowed
from mall.inputs import checked_line, checked_number
from mall.money import FEN_MAX, yuan
from mall.pricing.facts import Scope, Threshold
from mall.promotions.errors import (
    BadPromotion,
    BelowFloor,
    ExtendedAlready,
    PromotionClosed,
    SkuNotThere,
    TimedAlready,
)
from mall.promotions.floors import Floor, floor_at, least_allowed
from mall.promotions.losses import judge_threshold
from mall.promotions.models import LimitedPrice, ThresholdDiscount
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.staff.rights import OVERRIDE_FLOORS, may

DAYS_MAX = 30
AHEAD_DAYS_MAX = 365
QUANTITY_MAX = 100_000_000


@dataclass(frozen=True, slots=True)
class Override:
    """Why the owner wants a price below its floor; is_clearance: the shelf is to be cleared, at cost if need be."""

    reason: str = ""
    is_clearance: bool = False


NO_OVERRIDE = Override()


def create_limited_price(
    *,
    sku: Sku | UUID,
    price_fen: int,
    starts_at: datetime,
    ends_at: datetime,
    actor: StaffMember | None,
    name: str = "",
    quantity_limit: int | None = None,
    override: Override = NO_OVERRIDE,
) -> LimitedPrice:
    """A lower price for a while, of quantity_limit pieces or of all.

    It ends within 30 days of its start, and lies on its floor or above: cost, fees, the largest commission under
    the live plan, and the mall's margin. An override's reason, which is kept, lets it go down to break-even, or to
    clear the shelf to the cost price, never below. Locks the SKU. Raises BadPromotion naming the
    field, SkuNotThere, CostRequired, NotAllowed, BelowFloor with the computation, TimedAlready with the other one's id.
    """
    name = checked_line("name", name, 60, refuse=BadPromotion)
    reason = checked_line("reason", override.reason, 200, refuse=BadPromotion)
    checked_number("price_fen", price_fen, FEN_MAX, refuse=BadPromotion)
    if quantity_limit is not None:
        checked_number("quantity_limit", quantity_limit, QUANTITY_MAX, least=1, refuse=BadPromotion)
    _check_dates(starts_at, ends_at)
    sku = _lock_sku(sku.public_id if isinstance(sku, Sku) else sku)
    if price_fen >= sku.price_fen:
        raise BadPromotion(_("限时价须低于原价 ¥%(price)s。") % {"price": yuan(sku.price_fen)}, field="price_fen")
    floor = floor_at(sku, price_fen)
    if price_fen < floor.floor_fen and reason and actor is not None and not may(actor.role, OVERRIDE_FLOORS):
        raise NotAllowed(_("只有店主可以让限时价低于底价。"))
    check_floor(floor, reason=reason, is_clearance=override.is_clearance)
    _require_free_days(sku, starts_at, ends_at)
    limited = LimitedPrice.objects.create(
        sku=sku,
        name=name,
        price_fen=price_fen,
        starts_at=starts_at,
        ends_at=ends_at,
        quantity_limit=quantity_limit,
        floor_fen=floor.floor_fen,
        floor_basis={**floor.basis(), "is_clearance": override.is_clearance and bool(reason)},
        # Kept only where it was needed: it is what lets a price stand below its floor.
        override_reason=reason if price_fen < floor.floor_fen else "",
        author=actor.user if actor else None,
    )
    _log("limited_price.created", actor, limited, price_fen=price_fen, floor_fen=floor.floor_fen, reason=reason)
    return limited


def close_limited_price(*, limited: LimitedPrice, actor: StaffMember | None) -> LimitedPrice:
    """End it now; it does not come back. Locks its row. Raises PromotionClosed."""
    limited = _lock_open(limited)
    limited.closed_at = clock.now()
    limited.save(update_fields=["closed_at"])
    _log("limited_price.closed", actor, limited)
    return limited


def extend_limited_price(*, limited: LimitedPrice, ends_at: datetime, actor: StaffMember | None) -> LimitedPrice:
    """Move the end once, within 30 days of the start. Locks the SKU, then the price.

    Raises PromotionClosed, ExtendedAlready, BadPromotion, TimedAlready.
    """
    sku = _lock_sku(limited.sku.public_id)
    limited = _lock_open(limited)
    if limited.floor_basis.get("extended_from"):
        raise ExtendedAlready
    if ends_at <= limited.ends_at:
        raise BadPromotion(_("新的结束时间须晚于原来的结束时间。"), field="ends_at")
    _check_dates(limited.starts_at, ends_at)
    _require_free_days(sku, limited.ends_at, ends_at, besides=limited)
    limited.floor_basis = {**limited.floor_basis, "extended_from": limited.ends_at.isoformat()}
    limited.ends_at = ends_at
    limited.save(update_fields=["ends_at", "floor_basis"])
    _log("limited_price.extended", actor, limited, ends_at=ends_at.isoformat())
    return limited


def resume_limited_price(*, limited: LimitedPrice, actor: StaffMember | None) -> LimitedPrice:
    """Let a paused price hold again, if it lies on today's floor. Locks the SKU, then the price.

    Raises PromotionClosed, CostRequired, BelowFloor.
    """
    sku = _lock_sku(limited.sku.public_id)
    limited = _lock_open(limited)
    floor = floor_at(sku, limited.price_fen)
    clearance = bool(limited.floor_basis.get("is_clearance"))
    check_floor(floor, reason=limited.override_reason, is_clearance=clearance)
    limited.floor_fen, limited.floor_basis = floor.floor_fen, {**limited.floor_basis, **floor.basis()}
    limited.paused_reason = ""
    limited.save(update_fields=["floor_fen", "floor_basis", "paused_reason"])
    _log("limited_price.resumed", actor, limited, floor_fen=floor.floor_fen)
    return limited


@dataclass(frozen=True, slots=True)
class DiscountTerms:
    """What a threshold discount takes off, from what amount, for what and how long. Fen."""

    name: str
    threshold_fen: int
    off_fen: int
    starts_at: datetime
    ends_at: datetime
    category: Category | None = None
    product: Product | None = None


def create_threshold_discount(*, actor: StaffMember | None, loss_reason: str = "", **terms: Any) -> ThresholdDiscount:
    """off_fen off whoever buys for threshold_fen, everywhere or in one scope (满减). It ends within 30 days.

    terms: those of DiscountTerms. Refused where an order just at the threshold would sell one of the goods at a loss
    after fees and commission, as far as costs are known. Where that happens only with a coupon on top, it needs the
    owner's loss_reason, which the audit log keeps. Raises BadPromotion naming the field, BelowFloor and SellsAtLoss
    with the computation, NotAllowed.
    """
    asked = DiscountTerms(**terms)
    name = checked_line("name", asked.name, 60, least=1, refuse=BadPromotion)
    loss_reason = checked_line("loss_reason", loss_reason, 200, refuse=BadPromotion)
    checked_number("threshold_fen", asked.threshold_fen, FEN_MAX, least=1, refuse=BadPromotion)
    checked_number("off_fen", asked.off_fen, FEN_MAX, least=1, refuse=BadPromotion)
    if asked.off_fen > asked.threshold_fen:
        raise BadPromotion(_("优惠金额不能超过满额门槛。"), field="off_fen")
    if asked.category is not None and asked.product is not None:
        raise BadPromotion(_("适用范围只能选择一个分类或一件商品。"), field="product")
    _check_dates(asked.starts_at, asked.ends_at)
    scope = Scope(asked.product.pk if asked.product else None, asked.category.pk if asked.category else None)
    offer = Threshold(0, asked.threshold_fen, asked.off_fen, scope, name)
    loss = judge_threshold(offer=offer, reason=loss_reason, actor=actor)
    discount = ThresholdDiscount.objects.create(
        name=name,
        threshold_fen=asked.threshold_fen,
        off_fen=asked.off_fen,
        starts_at=asked.starts_at,
        ends_at=asked.ends_at,
        category=asked.category,
        product=asked.product,
        author=actor.user if actor else None,
    )
    amounts = {"threshold_fen": asked.threshold_fen, "off_fen": asked.off_fen}
    _log("threshold_discount.created", actor, discount, **amounts, **loss)
    return discount


def close_threshold_discount(*, discount: ThresholdDiscount, actor: StaffMember | None) -> ThresholdDiscount:
    """End it now; it does not come back. Locks its row. Raises PromotionClosed."""
    discount = ThresholdDiscount.objects.select_for_update(no_key=True).get(pk=discount.pk)
    if discount.closed_at is not None or discount.ends_at <= clock.now():
        raise PromotionClosed
    discount.closed_at = clock.now()
    discount.save(update_fields=["closed_at"])
    _log("threshold_discount.closed", actor, discount)
    return discount


def check_floor(floor: Floor, *, reason: str, is_clearance: bool) -> None:
    """Raise BelowFloor with the computation when the price lies below what may be asked."""
    least = least_allowed(floor, has_reason=bool(reason), is_clearance=is_clearance)
    if floor.price_fen >= least:
        return
    raise BelowFloor(
        _("%(computation)s；¥%(price)s 低于允许的最低价 ¥%(least)s。")
        % {"computation": floor.sentence(), "price": yuan(floor.price_fen), "least": yuan(least)},
        basis=floor.basis(),
    )


def _check_dates(starts_at: datetime, ends_at: datetime) -> None:
    now = clock.now()
    if not isinstance(starts_at, datetime) or not isinstance(ends_at, datetime):
        raise BadPromotion(_("请填写开始和结束时间。"), field="ends_at")
    if ends_at <= max(starts_at, now):
        raise BadPromotion(_("结束时间须晚于开始时间和现在。"), field="ends_at")
    if ends_at - starts_at > timedelta(days=DAYS_MAX):
        raise BadPromotion(_("活动最长 %(days)s 天，请提前结束时间。") % {"days": DAYS_MAX}, field="ends_at")
    if starts_at > now + timedelta(days=AHEAD_DAYS_MAX):
        raise BadPromotion(_("开始时间最晚在一年之内。"), field="starts_at")


def _lock_sku(public_id: UUID) -> Sku:
    skus = Sku.objects.select_related("product").select_for_update(no_key=True, of=("self",))
    sku = skus.filter(public_id=public_id, is_active=True).first()
    if sku is None:
        raise SkuNotThere
    return sku


def _lock_open(limited: LimitedPrice) -> LimitedPrice:
    limited = LimitedPrice.objects.select_for_update(no_key=True).get(pk=limited.pk)
    if limited.closed_at is not None or limited.ends_at <= clock.now():
        raise PromotionClosed
    return limited


def _require_free_days(
    sku: Sku, starts_at: datetime, ends_at: datetime, *, besides: LimitedPrice | None = None
) -> None:
    others = LimitedPrice.objects.filter(sku=sku, closed_at__isnull=True, starts_at__lt=ends_at, ends_at__gt=starts_at)
    other = others.exclude(pk=besides.pk).first() if besides is not None else others.first()
    if other is not None:
        raise TimedAlready(_("这个规格在该时段已有限时价，请先结束它或换一个时段。"), conflict=str(other.public_id))


def _log(action: str, actor: StaffMember | None, subject: LimitedPrice | ThresholdDiscount, **detail: Any) -> None:
    log(action=action, actor=actor, subject=subject, detail=detail)
