"""Where an offer sells at a loss: the piece that it leaves least of, with the computation.

The worst order is looked for, not a likely one: just at the offer's threshold, where its share of each piece is the
largest, with the offer of the other kind on top. A kind of coupon that is no longer given out counts for as long as
somebody may use one. Limited-time prices keep their own floor in every order and stay out.
Goods whose cost nobody has said are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from mall import clock
from mall.catalogue.models import Category, Sku
from mall.coupons.models import Coupon, CouponTemplate
from mall.errors import NotAllowed
from mall.money import floor_share, yuan
from mall.pricing.facts import CouponTerms, Line, Scope, Threshold
from mall.promotions.errors import BelowFloor, SellsAtLoss
from mall.promotions.floors import Floor, floors_at
from mall.promotions.models import ThresholdDiscount
from mall.promotions.selectors import goods_of_scope
from mall.staff.models import AuditRecord, StaffMember
from mall.staff.rights import OVERRIDE_FLOORS, may

# A worst case is looked for among so many SKUs; a larger mall's offer is checked on its dearest ones to sell.
CHECKED_MAX = 20_000

Offer = Threshold | CouponTerms


@dataclass(frozen=True, slots=True)
class Loss:
    """A piece that would be sold below break-even. beside: the offer on top, by name; empty without one."""

    sku: Sku
    floor: Floor
    beside: str

    @property
    def fen(self) -> int:
        """What one piece loses."""
        return self.floor.break_even_fen - self.floor.price_fen

    def basis(self) -> dict[str, Any]:
        """The computation as it is kept and answered."""
        return {**self.floor.basis(), "sku": str(self.sku.public_id), "beside": self.beside}

    def sentence(self) -> str:
        """The computation as people read it."""
        words = {
            "name": self.sku.product.name,
            "specs": str(self.sku),
            "beside": self.beside,
            "price": yuan(self.floor.price_fen),
            "computation": self.floor.sentence(),
            "loss": yuan(self.fen),
        }
        if self.beside:
            return (
                _("“%(name)s %(specs)s”与“%(beside)s”同用时最低卖到 ¥%(price)s：%(computation)s，每件会亏 ¥%(loss)s。")
                % words
            )
        return _("“%(name)s %(specs)s”在此优惠下最低卖到 ¥%(price)s：%(computation)s，每件会亏 ¥%(loss)s。") % words


@dataclass(frozen=True, slots=True)
class Losing:
    """An offer that has come to lose, with what it loses most on. is_closed: it is given out no more."""

    offer: Offer
    loss: Loss
    is_closed: bool


def judge_threshold(*, offer: Threshold, reason: str, actor: StaffMember | None) -> dict[str, Any]:
    """What the audit log keeps of a loss that was confirmed; empty without one.

    Raises BelowFloor for a discount that loses by itself; SellsAtLoss, or NotAllowed, where it loses together with a
    coupon that somebody may use and nobody, or nobody who may, says why.
    """
    lines = _lines_of(offer.scope)
    alone = _worst_alone(lines, offer)
    if alone is not None:
        raise BelowFloor(alone.sentence(), basis=alone.basis(), field="off_fen")
    coupons = [_terms_of(kind) for kind in _coupons_now()]
    return _confirmed(
        _worst(lines, lambda line: [(_after_both(line, offer, one), one.label) for one in coupons if _meet(line, one)]),
        reason,
        actor,
    )


def judge_coupon(*, offer: CouponTerms, reason: str, actor: StaffMember | None) -> dict[str, Any]:
    """What the audit log keeps of a loss that was confirmed; empty without one.

    Raises BelowFloor for a coupon on one product that loses by itself. One on more goods loses with some of them only,
    and together with a threshold discount in some orders only: SellsAtLoss, or NotAllowed, where nobody, or nobody
    who may, says why.
    """
    lines = _lines_of(offer.scope)
    alone = _worst_alone(lines, offer)
    if alone is not None and offer.scope.product_id is not None:
        raise BelowFloor(alone.sentence(), basis=alone.basis(), field="off_bps" if offer.off_bps else "off_fen")
    discounts = _thresholds_now()
    beside = _worst(
        lines, lambda line: [(_after_both(line, one, offer), one.label) for one in discounts if _meet(line, one)]
    )
    losses = [loss for loss in (alone, beside) if loss is not None]
    return _confirmed(max(losses, key=lambda loss: loss.fen, default=None), reason, actor)


def losing_now(*, sku_ids: Collection[int] | None = None) -> list[Losing]:
    """The discounts and the coupons that somebody may use that lose by themselves, with what they lose most on.

    sku_ids: only these goods have changed. Those whose loss the owner has confirmed are left out. A few statements for
    each offer.
    """
    offers: list[tuple[Offer, bool]] = [(offer, False) for offer in _thresholds_now()]
    offers += [(_terms_of(kind), kind.closed_at is not None) for kind in _coupons_now()]
    found = [
        Losing(offer, loss, is_closed)
        for offer, is_closed in offers
        if (loss := _worst_alone(_lines_of(offer.scope, sku_ids), offer)) is not None
    ]
    confirmed = _confirmed_offers() if found else frozenset()
    return [one for one in found if (subject_of(one.offer), one.offer.id) not in confirmed]


def subject_of(offer: Offer) -> str:
    """Coupon or threshold_discount: as the audit log and the notices call it."""
    return "coupon" if isinstance(offer, CouponTerms) else "threshold_discount"


def _confirmed_offers() -> frozenset[tuple[str, int]]:
    made = AuditRecord.objects.filter(
        action__in=["coupon.created", "threshold_discount.created"], detail__has_key="loss_reason"
    )
    return frozenset((action.partition(".")[0], pk) for action, pk in made.values_list("action", "subject_id"))


def _confirmed(loss: Loss | None, reason: str, actor: StaffMember | None) -> dict[str, Any]:
    if loss is None:
        return {}
    is_allowed = actor is None or may(actor.role, OVERRIDE_FLOORS)
    if not reason:
        mend = _("如确认要这样做，请填写理由。") if is_allowed else _("只有店主可以确认亏本的优惠。")
        raise SellsAtLoss(_("%(loss)s%(mend)s") % {"loss": loss.sentence(), "mend": mend}, basis=loss.basis())
    if not is_allowed:
        raise NotAllowed(_("只有店主可以确认亏本的优惠。"))
    return {"loss": loss.basis(), "loss_reason": reason}


def _lines_of(scope: Scope, sku_ids: Collection[int] | None = None) -> dict[Sku, Line]:
    """The goods of a scope whose cost is known, as the price pipeline sees one piece of each; sku_ids: only these."""
    category = Category.objects.get(pk=scope.category_id) if scope.category_id else None
    skus = goods_of_scope(category=category)
    if scope.product_id is not None:
        skus = skus.filter(product=scope.product_id)
    if sku_ids is not None:
        skus = skus.filter(pk__in=sku_ids)
    parents: dict[int, int | None] = dict(Category.objects.order_by().values_list("pk", "parent_id"))
    return {
        sku: Line(
            sku.pk, sku.product_id, 1, sku.price_fen, _above(sku.product.category_id, parents), sku.member_price_fen
        )
        for sku in skus[:CHECKED_MAX]
        if sku.price_fen
    }


def _above(category_id: int | None, parents: Mapping[int, int | None]) -> frozenset[int]:
    found = set()
    while category_id is not None:
        found.add(category_id)
        category_id = parents.get(category_id)
    return frozenset(found)


def _lowest(line: Line) -> int:
    return line.list_fen if line.member_fen is None else min(line.list_fen, line.member_fen)


def _meet(line: Line, offer: Offer) -> bool:
    return offer.scope.covers(line)


def _after_both(line: Line, discount: Threshold, coupon: CouponTerms) -> int:
    """What one piece may cost in an order that has both."""
    base_fen = max(discount.threshold_fen, _lowest(line))
    if discount.scope != coupon.scope:
        # Other goods of the order may reach one threshold without being in the other's sum.
        return _after(coupon, _after(discount, _lowest(line)))
    # For the same goods the coupon sees what the discount left of all of them.
    base_fen = max(base_fen, coupon.threshold_fen + discount.off_fen)
    return _after(coupon, _after(discount, _lowest(line), base_fen), base_fen - discount.off_fen)


def _after(offer: Offer, price_fen: int, at_least: int = 0) -> int:
    """What an offer leaves of one piece in the smallest order that it holds for; at_least: that is not smaller."""
    base_fen = max(offer.threshold_fen, price_fen, at_least)
    if not base_fen:
        return 0
    off_fen = offer.off_fen or 0
    if isinstance(offer, CouponTerms) and offer.off_bps is not None:
        off_fen = floor_share(base_fen, offer.off_bps)
        if offer.off_max_fen is not None:
            off_fen = min(off_fen, offer.off_max_fen)
    return max(0, price_fen - -(-price_fen * min(off_fen, base_fen) // base_fen))


def _worst(lines: Mapping[Sku, Line], prices_of: Callable[[Line], list[tuple[int, str]]]) -> Loss | None:
    """The piece that loses most at the lowest of its prices; None when all of them earn, or nothing is lost."""
    lowest, beside = {}, {}
    for sku, line in lines.items():
        if prices := prices_of(line):
            lowest[sku], beside[sku.pk] = min(prices)
    if not lowest:
        return None
    floors = floors_at(lowest)
    worst = max(lowest, key=lambda sku: (floors[sku.pk].break_even_fen - lowest[sku], -sku.pk))
    loss = Loss(worst, floors[worst.pk], beside[worst.pk])
    return loss if loss.fen > 0 else None


def _worst_alone(lines: Mapping[Sku, Line], offer: Offer) -> Loss | None:
    """The worst piece with nothing on top. A product of one variant is sold by whole pieces of one price: exactly."""
    product_id = offer.scope.product_id
    is_one = product_id is not None and Sku.objects.filter(product=product_id, is_active=True).count() == 1

    def prices(line: Line) -> list[tuple[int, str]]:
        price_fen = _lowest(line)
        whole_fen = -(-offer.threshold_fen // price_fen) * price_fen if is_one and price_fen else 0
        return [(_after(offer, price_fen, whole_fen), "")]

    return _worst(lines, prices)


def _thresholds_now() -> list[Threshold]:
    """The threshold discounts that hold or will."""
    open_ = ThresholdDiscount.objects.filter(closed_at__isnull=True, ends_at__gt=clock.now()).order_by("id")
    return [
        Threshold(one.pk, one.threshold_fen, one.off_fen, Scope(one.product_id, one.category_id), one.name)
        for one in open_
    ]


def _coupons_now() -> list[CouponTemplate]:
    """The kinds of coupons that are given out and have not ended, and the closed ones of which some may be used."""
    now = clock.now()
    usable = Coupon.objects.filter(template=OuterRef("pk"), order__isnull=True, expires_at__gt=now)
    given_out = Q(closed_at__isnull=True) & (Q(valid_until__isnull=True) | Q(valid_until__gt=now))
    in_wallets = Q(closed_at__isnull=False) & Exists(usable)
    return list(CouponTemplate.objects.filter(given_out | in_wallets).order_by("id"))


def _terms_of(kind: CouponTemplate) -> CouponTerms:
    label = kind.name
    if kind.closed_at is not None:
        # Nobody would look for it among what is given out.
        label = _("%(name)s（已停止发放，买家手中还有未用的）") % {"name": kind.name}
    return CouponTerms(
        id=kind.pk,
        threshold_fen=kind.threshold_fen,
        off_fen=kind.off_fen,
        off_bps=kind.off_bps,
        off_max_fen=kind.off_max_fen,
        scope=Scope(kind.product_id, kind.category_id),
        label=label,
    )
