"""Looking again at the limited-time prices that hold, when a plan or a cost has changed under them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from mall import clock
from mall.events.models import Event
from mall.money import yuan
from mall.notices.services import notify
from mall.promotions.floors import Floor, floors_at, least_allowed
from mall.promotions.losses import losing_now, subject_of
from mall.promotions.models import LimitedPrice
from mall.staff.audit import log


def recheck(events: Sequence[Event]) -> None:
    """Handler of plan.changed, mall.margin_changed and sku.cost_changed: pause what would lose money now.

    Coupons and discounts are only told of: buyers hold the coupons already, and what a discount is for is the
    merchant's to weigh. It computes from the facts as they stand, so it may come twice, late and in any order.
    """
    changed = {event.subject_id for event in events if event.kind == "sku.cost_changed"}
    sku_ids = None if any(event.kind != "sku.cost_changed" for event in events) else changed
    recheck_limited_prices(sku_ids=sku_ids)
    tell_of_losing_offers(sku_ids=sku_ids)


def tell_of_losing_offers(*, sku_ids: set[int] | None = None) -> None:
    """Tell the staff, once each, of the coupons and discounts that have come to sell at a loss. Locks nothing."""
    for found in losing_now(sku_ids=sku_ids):
        offer, loss = found.offer, found.loss
        if found.is_closed:
            text = _(
                "优惠“%(name)s”现在会亏本：%(piece)s最低卖到 ¥%(price)s，每件亏 ¥%(loss)s。请核对售价、成本和佣金方案。"
            )
        else:
            text = _("优惠“%(name)s”现在会亏本：%(piece)s最低卖到 ¥%(price)s，每件亏 ¥%(loss)s。请核对后停止或保留。")
        words = {
            "name": offer.label,
            "piece": f"{loss.sku.product.name[:40]} {loss.sku}".strip(),
            "price": yuan(loss.floor.price_fen),
            "loss": yuan(loss.fen),
        }
        notify(kind=f"{subject_of(offer)}.losing", subject_id=offer.id, text=text % words)


def recheck_limited_prices(*, sku_ids: set[int] | None = None) -> list[LimitedPrice]:
    """Compute the floors of running and coming prices anew; those below what they may be are paused, with the reason.

    sku_ids None: all of the mall. Answers the paused ones. Locks the prices in the order of their ids; a constant
    number of statements and one for each that changes.
    """
    open_ = LimitedPrice.objects.filter(closed_at__isnull=True, ends_at__gt=clock.now(), paused_reason="")
    if sku_ids is not None:
        open_ = open_.filter(sku_id__in=sku_ids)
    prices = list(open_.select_related("sku__product").select_for_update(no_key=True, of=("self",)).order_by("id"))
    known = [limited for limited in prices if limited.sku.cost_fen is not None]
    # Each SKU has one price at a time, but another may wait for its turn: floors are asked for price by price.
    paused = []
    for turn in _turns(known):
        floors = floors_at({limited.sku: limited.price_fen for limited in turn})
        paused += [limited for limited in turn if _apply(limited, floors[limited.sku_id])]
    return paused


def _turns(prices: Sequence[LimitedPrice]) -> list[list[LimitedPrice]]:
    """The prices in groups in which no SKU comes twice."""
    turns: list[dict[int, LimitedPrice]] = []
    for limited in prices:
        turn = next((turn for turn in turns if limited.sku_id not in turn), None)
        if turn is None:
            turns.append(turn := {})
        turn[limited.sku_id] = limited
    return [list(turn.values()) for turn in turns]


def _apply(limited: LimitedPrice, floor: Floor) -> bool:
    """Write today's floor down, or pause; True when it was paused."""
    least = least_allowed(
        floor,
        has_reason=bool(limited.override_reason),
        is_clearance=bool(limited.floor_basis.get("is_clearance")),
    )
    if limited.price_fen >= least:
        if floor.floor_fen != limited.floor_fen:
            limited.floor_fen = floor.floor_fen
            limited.floor_basis = {**limited.floor_basis, **floor.basis()}
            limited.save(update_fields=["floor_fen", "floor_basis"])
        return False
    reason = _("成本或佣金方案有变动：限时价 ¥%(price)s 已低于最低价 ¥%(least)s，已暂停。")
    limited.paused_reason = (reason % {"price": yuan(limited.price_fen), "least": yuan(least)})[:200]
    # What the new floor is made of; the floor it was allowed under stays where it was.
    limited.floor_basis = {**limited.floor_basis, "paused_on": floor.basis()}
    limited.save(update_fields=["paused_reason", "floor_basis"])
    log(
        action="limited_price.paused",
        actor=None,
        subject=limited,
        detail={"price_fen": limited.price_fen, "least_fen": least, "floor": floor.basis()},
    )
    notify(
        kind="promotion.paused",
        subject_id=limited.pk,
        text=_("限时价已暂停：%(name)s，请核对成本和佣金方案。") % {"name": limited.sku.product.name},
    )
    return True
