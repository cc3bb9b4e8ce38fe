"""Making coupons, taking them and giving them away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from mall import clock
from mall.buyers.models import Buyer
from mall.catalogue.models import Category, Product
from mall.coupons.errors import AllTaken, BadCoupon, NotTakeable, TakenAlready
from mall.coupons.models import Coupon, CouponTemplate
from mall.inputs import checked_line, checked_number
from mall.money import BPS_FULL, FEN_MAX
from mall.pricing.facts import CouponTerms, Scope
from mall.promotions.losses import judge_coupon
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.tenancy.context import require_mall_id

COUNT_MAX = 10_000_000
PER_PERSON_MAX = 100
DAYS_MAX = 365
GIVEN_AT_ONCE_MAX = 500


@dataclass(frozen=True, slots=True)
class CouponKind:
    """What a kind of coupon is worth, for what, how long and how many. Fen and basis points."""

    name: str
    kind: str
    off_fen: int | None = None
    off_bps: int | None = None
    off_max_fen: int | None = None
    threshold_fen: int = 0
    category: Category | None = None
    product: Product | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    valid_days: int | None = None
    per_person: int = 1
    total_count: int | None = None
    is_public: bool = True


def create_coupon_template(*, actor: StaffMember | None, loss_reason: str = "", **terms: Any) -> CouponTemplate:
    """A kind of coupon (terms: those of CouponKind): off_fen off (fixed), or off_bps up to off_max_fen (percent).

    It is for one product, for one category with what is below it, or for everything; it lasts from valid_from until
    valid_until, or valid_days from when it is taken. One on a product that would sell it at a loss after fees and
    commission is refused; one that would do so to some of its goods, or together with a threshold discount, needs the
    owner's loss_reason, which the audit log keeps. Raises BadCoupon naming the field, BelowFloor and SellsAtLoss with
    the computation, NotAllowed.
    """
    asked = CouponKind(**terms)
    loss_reason = checked_line("loss_reason", loss_reason, 200, refuse=BadCoupon)
    fields = {
        "name": checked_line("name", asked.name, 60, least=1, refuse=BadCoupon),
        "threshold_fen": checked_number("threshold_fen", asked.threshold_fen, FEN_MAX, refuse=BadCoupon),
        "per_person": checked_number("per_person", asked.per_person, PER_PERSON_MAX, least=1, refuse=BadCoupon),
        "is_public": bool(asked.is_public),
        **_checked_off(asked),
        **_checked_time(asked.valid_from, asked.valid_until, asked.valid_days),
    }
    if asked.total_count is not None:
        checked_number("total_count", asked.total_count, COUNT_MAX, least=1, refuse=BadCoupon)
    if asked.category is not None and asked.product is not None:
        raise BadCoupon(_("适用范围只能选择一个分类或一件商品。"), field="product")
    loss = judge_coupon(offer=_terms_of(asked), reason=loss_reason, actor=actor)
    template = CouponTemplate.objects.create(
        kind=asked.kind, category=asked.category, product=asked.product, total_count=asked.total_count, **fields
    )
    log(action="coupon.created", actor=actor, subject=template, detail={"kind": asked.kind, **loss})
    return template


def change_coupon_template(
    *, template: CouponTemplate, changes: dict[str, Any], actor: StaffMember | None
) -> CouponTemplate:
    """Change what no taken coupon depends on: name, per_person, total_count, is_public. Locks its row.

    What a coupon is worth and how long stays: buyers have taken it as it was. Raises BadCoupon, NotTakeable when
    it is closed.
    """
    template = CouponTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    if template.closed_at is not None:
        raise NotTakeable(_("已停止发放的优惠券不能再修改，请新建一个。"))
    for field, value in changes.items():
        setattr(template, field, _checked_change(template, field, value))
    if changes:
        template.save(update_fields=list(changes))
        log(action="coupon.changed", actor=actor, subject=template, detail={"fields": sorted(changes)})
    return template


def close_coupon_template(*, template: CouponTemplate, actor: StaffMember | None) -> CouponTemplate:
    """Stop giving it away; what was taken may be used. Locks its row. Closing it twice is harmless."""
    template = CouponTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    if template.closed_at is None:
        template.closed_at = clock.now()
        template.save(update_fields=["closed_at"])
        log(action="coupon.closed", actor=actor, subject=template)
    return template


def take_coupon(*, template: CouponTemplate, buyer: Buyer) -> Coupon:
    """Put one of the public coupons into a buyer's wallet. Locks the template.

    Raises NotTakeable, AllTaken, TakenAlready.
    """
    template = CouponTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    if not template.is_public:
        raise NotTakeable(_("这张优惠券由商家发放，不能自行领取。"))
    return _hand_out(template, [buyer], given_by=None)[0]


def give_coupons(*, template: CouponTemplate, buyers: Sequence[Buyer], actor: StaffMember) -> list[Coupon]:
    """Put one coupon into each of these wallets, all of them or none. Locks the template.

    At most 500 buyers at once; each counts against per_person and total_count. Raises BadCoupon, NotTakeable,
    AllTaken, TakenAlready.
    """
    if not 1 <= len(buyers) <= GIVEN_AT_ONCE_MAX:
        raise BadCoupon(_("每次可发给 1 到 %(most)s 人。") % {"most": GIVEN_AT_ONCE_MAX}, field="members")
    template = CouponTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    coupons = _hand_out(template, buyers, given_by=actor)
    log(action="coupon.given", actor=actor, subject=template, detail={"buyers": len(buyers)})
    return coupons


def _hand_out(template: CouponTemplate, buyers: Sequence[Buyer], *, given_by: StaffMember | None) -> list[Coupon]:
    """The template's row is locked, so what is counted here stays true."""
    now, mall_id = clock.now(), require_mall_id("A coupon")
    if template.closed_at is not None or (template.valid_until is not None and template.valid_until <= now):
        raise NotTakeable(_("这张优惠券已停止发放。"))
    most = Q(total_count__isnull=True) | Q(total_count__gte=F("taken_count") + len(buyers))
    if not CouponTemplate.objects.filter(most, pk=template.pk).update(taken_count=F("taken_count") + len(buyers)):
        raise AllTaken
    held: dict[int, int] = {}
    for buyer_id in Coupon.objects.filter(template=template, buyer__in=buyers).values_list("buyer_id", flat=True):
        held[buyer_id] = held.get(buyer_id, 0) + 1
    for buyer in buyers:
        held[buyer.pk] = held.get(buyer.pk, 0) + 1
        if held[buyer.pk] > template.per_person:
            raise TakenAlready
    starts_at = max(now, template.valid_from) if template.valid_from else now
    expires_at = template.valid_until or now + timedelta(days=template.valid_days or 0)
    return Coupon.objects.bulk_create(
        Coupon(
            mall_id=mall_id, template=template, buyer=buyer, taken_at=now, starts_at=starts_at, expires_at=expires_at,
            given_by=given_by.user if given_by else None,
        )
        for buyer in buyers
    )  # fmt: skip


def _terms_of(asked: CouponKind) -> CouponTerms:
    scope = Scope(asked.product.pk if asked.product else None, asked.category.pk if asked.category else None)
    return CouponTerms(0, asked.threshold_fen, asked.off_fen, asked.off_bps, asked.off_max_fen, scope, 0, asked.name)


def _checked_off(asked: CouponKind) -> dict[str, int | None]:
    off_fen, off_bps, off_max_fen, threshold_fen = (
        asked.off_fen, asked.off_bps, asked.off_max_fen, asked.threshold_fen,
    )  # fmt: skip
    if asked.kind == CouponTemplate.Kind.FIXED:
        checked_number("off_fen", off_fen, FEN_MAX, least=1, refuse=BadCoupon)
        if off_bps is not None or off_max_fen is not None:
            raise BadCoupon(_("满减券只填写优惠金额。"), field="off_bps")
        if threshold_fen and off_fen is not None and off_fen > threshold_fen:
            raise BadCoupon(_("优惠金额不能超过使用门槛。"), field="off_fen")
    elif asked.kind == CouponTemplate.Kind.PERCENT:
        checked_number("off_bps", off_bps, BPS_FULL, least=1, refuse=BadCoupon)
        if off_fen is not None:
            raise BadCoupon(_("折扣券只填写折扣比例和最高优惠。"), field="off_fen")
        if off_max_fen is not None:
            checked_number("off_max_fen", off_max_fen, FEN_MAX, least=1, refuse=BadCoupon)
    else:
        raise BadCoupon(_("kind 须为 fixed 或 percent。"), field="kind")
    return {"off_fen": off_fen, "off_bps": off_bps, "off_max_fen": off_max_fen}


def _checked_time(valid_from: datetime | None, valid_until: datetime | None, valid_days: int | None) -> dict[str, Any]:
    if (valid_until is None) == (valid_days is None):
        raise BadCoupon(_("请在固定日期（valid_until）和领取后天数（valid_days）中选填一个。"), field="valid_until")
    if valid_days is not None:
        checked_number("valid_days", valid_days, DAYS_MAX, least=1, refuse=BadCoupon)
    now = clock.now()
    if valid_until is not None:
        if valid_until <= max(now, valid_from or now):
            raise BadCoupon(_("失效时间须晚于生效时间和现在。"), field="valid_until")
        if valid_from is not None and valid_from < now - timedelta(days=DAYS_MAX):
            raise BadCoupon(_("生效时间不能早于一年之前。"), field="valid_from")
        if valid_until > now + timedelta(days=3 * DAYS_MAX):
            raise BadCoupon(_("失效时间最晚在三年之内。"), field="valid_until")
    elif valid_from is not None:
        raise BadCoupon(_("按领取后天数计算时不填生效时间。"), field="valid_from")
    return {"valid_from": valid_from, "valid_until": valid_until, "valid_days": valid_days}


def _checked_change(template: CouponTemplate, field: str, value: Any) -> Any:
    if field == "name":
        return checked_line("name", value, 60, least=1, refuse=BadCoupon)
    if field == "per_person":
        return checked_number("per_person", value, PER_PERSON_MAX, least=1, refuse=BadCoupon)
    if field == "is_public":
        return bool(value)
    if field == "total_count":
        if value is None:
            return None
        return checked_number("total_count", value, COUNT_MAX, least=max(1, template.taken_count), refuse=BadCoupon)
    raise BadCoupon(_("这一项在创建后不能修改，请新建一个优惠券。"), field=field)
