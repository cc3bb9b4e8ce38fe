"""Questions about coupons: what is in a wallet, and what a coupon is worth to the price pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from mall.buyers.models import Buyer
from mall.coupons.errors import CouponExpired, CouponMissing, CouponNotYet, CouponUsed
from mall.coupons.models import Coupon, CouponTemplate
from mall.pricing.facts import CouponTerms, Scope
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared
from mall.tenancy.postgres.rows import as_row

# More than anybody collects; a bound on what one quote computes.
WALLET_MAX = 50


def coupon_terms(coupon: Coupon) -> CouponTerms:
    """The coupon as the pipeline takes it; its template must be at hand."""
    template = coupon.template
    return CouponTerms(
        id=coupon.pk,
        threshold_fen=template.threshold_fen,
        off_fen=template.off_fen,
        off_bps=template.off_bps,
        off_max_fen=template.off_max_fen,
        scope=Scope(template.product_id, template.category_id),
        expires=coupon.expires_at.timestamp(),
        label=template.name,
    )


def wallet(buyer: Buyer, at: datetime) -> dict[str, QuerySet[Coupon]]:
    """A buyer's coupons by tab: usable (ending first), used and expired (newest first), with their templates."""
    mine = Coupon.objects.select_related("template", "template__category", "template__product").filter(buyer=buyer)
    return {
        "usable": mine.filter(order__isnull=True, expires_at__gt=at).order_by("expires_at", "id"),
        "used": mine.filter(order__isnull=False).order_by("-used_at", "-id"),
        "expired": mine.filter(order__isnull=True, expires_at__lte=at).order_by("-expires_at", "-id"),
    }


def usable_now(buyer: Buyer, at: datetime) -> list[Coupon]:
    """The coupons of a wallet that may be used at this moment, ending first."""
    return list(wallet(buyer, at)["usable"].filter(starts_at__lte=at)[:WALLET_MAX])


def usable_coupon(buyer: Buyer | None, public_id: UUID | None, at: datetime) -> Coupon:
    """This buyer's coupon, ready to be used. Raises what check_usable raises."""
    return check_usable(_own_coupon(buyer, public_id) if buyer is not None and public_id is not None else None, at)


def check_usable(coupon: Coupon | None, at: datetime) -> Coupon:
    """The buyer's coupon, if it may be used at that moment.

    Raises CouponMissing (another's is as missing as one that never was), CouponUsed, CouponExpired, CouponNotYet.
    """
    if coupon is None:
        raise CouponMissing
    if coupon.order_id is not None:
        raise CouponUsed
    if coupon.expires_at <= at:
        raise CouponExpired
    if coupon.starts_at > at:
        raise CouponNotYet
    return coupon


_FIELDS = tuple(field.attname for field in Coupon._meta.concrete_fields)
# What the price asks of its kind; the rest is read when somebody asks for it.
_TEMPLATE_FIELDS = (
    "id", "mall_id", "name", "off_fen", "off_bps", "off_max_fen", "threshold_fen", "category_id", "product_id",
)  # fmt: skip
COUPON_COLUMNS = len(_FIELDS) + len(_TEMPLATE_FIELDS)
OWN_COUPON = f"""
SELECT {", ".join(f"c.{name}" for name in _FIELDS)}, {", ".join(f"t.{name}" for name in _TEMPLATE_FIELDS)}
FROM mall_coupon c JOIN mall_coupontemplate t ON t.mall_id = c.mall_id AND t.id = c.template_id
WHERE c.mall_id = %(mall)s AND c.buyer_id = %(buyer)s AND c.public_id = %(id)s
"""  # noqa: S608 - our own columns
_READ = Prepared("own_coupon", OWN_COUPON, {"mall": "bigint", "buyer": "bigint", "id": "uuid"})


def _own_coupon(buyer: Buyer, public_id: UUID) -> Coupon | None:
    rows = _READ.rows({"mall": require_mall_id("A coupon"), "buyer": buyer.pk, "id": public_id})
    return coupon_of(rows[0]) if rows else None


def coupon_of(row: Sequence[Any]) -> Coupon:
    """A coupon with its kind (what the price asks of it) out of a row of OWN_COUPON."""
    coupon = as_row(Coupon, _FIELDS, row[: len(_FIELDS)])
    coupon.template = as_row(CouponTemplate, _TEMPLATE_FIELDS, row[len(_FIELDS) :])
    return coupon


def open_templates(at: datetime) -> QuerySet[CouponTemplate]:
    """The kinds of coupons that buyers may take for themselves at this moment."""
    return (
        CouponTemplate.objects.select_related("category", "product")
        .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=at), is_public=True, closed_at__isnull=True)
        .filter(Q(total_count__isnull=True) | Q(taken_count__lt=F("total_count")))
    )
