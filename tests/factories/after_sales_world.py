"""A case at every step and reviews of every kind, each text with the mall's marker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mall.aftersales import case_services
from mall.aftersales.case_models import Case
from mall.aftersales.evidence import add_evidence, evidence_id
from mall.events.delivery import deliver
from mall.orders.models import OrderLine
from mall.reviews import services as reviews
from mall.tenancy.context import mall_scope
from tests.factories.pictures import a_picture
from tests.factories.trade import lines_of, place_and_pay, receive

if TYPE_CHECKING:
    from tests.factories.world import World


def complain_and_review(world: World) -> None:
    """Needs no scope."""
    buyer = world.members["customer"].buyer
    world.orders["thanked"] = receive(place_and_pay(world.mall, buyer, (world.sku, 1)))
    (world.unreviewed,) = lines_of(world.orders["thanked"])
    with mall_scope(world.mall.pk):
        _complain(world)
        _review(world)
    # Not drain: the world has a delivery that failed.
    deliver(world.mall.pk)


def _complain(world: World) -> None:
    marker, staff, buyer = world.marker, world.staff["owner"], world.members["customer"].buyer
    cases = world.cases
    cases["requested"] = _open(world, "shipped", "refund", amount_fen=100)
    cases["rejected"] = _open(world, "shipped", "refund", amount_fen=50)
    case_services.reject_case(case=cases["rejected"], reason=f"{marker}拒绝", actor=staff)
    for name, order in (
        ("awaiting_return", "shipped"), ("returning", "shipped"), ("resending", "received"), ("resent", "received"),
    ):  # fmt: skip
        cases[name] = _open(world, order, "repair", quantity=1)
        case_services.approve_case(case=cases[name], actor=staff, return_to=f"{marker}仓")
    for name in ("returning", "resending", "resent"):
        case_services.send_back(case=cases[name], carrier=f"{marker}快递", number=f"{marker}1", actor=buyer)
    for name in ("resending", "resent"):
        case_services.receive_goods(case=cases[name], actor=staff)
    case_services.resend(case=cases["resent"], carrier=f"{marker}快递", number=f"{marker}2", actor=staff)
    world.evidence = evidence_id(add_evidence(case=cases["requested"], data=a_picture()))


def _open(world: World, order: str, kind: str, **asked: int) -> Case:
    line = OrderLine.objects.get(order=world.orders[order])
    return case_services.open_case(
        order=world.orders[order],
        kind=kind,
        lines=[{"line": line, **asked}],
        reason=f"{world.marker}售后",
        actor=world.members["customer"].buyer,
    )


def _review(world: World) -> None:
    marker, staff, buyer = world.marker, world.staff["owner"], world.members["customer"].buyer
    for name, stars in (("received", 5), ("completed", 2)):
        line = OrderLine.objects.select_related("order").get(order=world.orders[name])
        world.reviews[name] = reviews.write_review(line=line, buyer=buyer, stars=stars, text=f"{marker}评价")
    reviews.add_review_picture(review=world.reviews["received"], data=a_picture())
    reviews.reply_to_review(review=world.reviews["received"], text=f"{marker}回复", actor=staff)
    reviews.follow_up(review=world.reviews["completed"], text=f"{marker}追评")
    reviews.hide_review(review=world.reviews["completed"], reason=f"{marker}原因", actor=staff)
