"""Cases: what may be complained of, each step once and by the right one, and never more than is left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mall import clock
from mall.aftersales import case_services as services
from mall.aftersales.case_models import Case, CaseStep
from mall.aftersales.case_pieces import free_pieces
from mall.aftersales.case_transitions import OPEN, STEPS
from mall.aftersales.errors import (
    AlreadyDecided,
    BadCase,
    BadRefund,
    LineMissing,
    MoreThanLeft,
    NothingToResend,
    NotRefundable,
    NotSentYet,
    ReturnAddressMissing,
    WrongCaseState,
)
from mall.aftersales.models import Refund
from mall.aftersales.services import approve_refund, reject_refund
from mall.catalogue.models import Sku
from mall.events.models import Event
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.orders.services import complete_order
from mall.payments.errors import EvidenceRequired
from mall.payments.services import confirm_payment, start_payment
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.factories.cases import WAREHOUSE, approved, complain, sent_back, step
from tests.factories.trade import ask_refund, lines_of, make_sku, place, place_and_pay, receive, ship


@pytest.fixture
def tea(mall) -> Sku:
    return make_sku(mall, price_fen=1_999, stock=10)


@pytest.fixture
def cup(mall) -> Sku:
    return make_sku(mall, price_fen=501, stock=10)


@pytest.fixture
def order(mall, buyer, tea, cup) -> Order:
    """Received: three teas for 59.97 and two cups for 10.02."""
    return receive(place_and_pay(mall, buyer, (tea, 3), (cup, 2)))


def now(case: Case) -> Case:
    with mall_scope(case.mall_id):
        return Case.objects.select_related("order", "refund").get(pk=case.pk)


def life(case: Case) -> list[tuple[str, str, str]]:
    with mall_scope(case.mall_id):
        steps = CaseStep.objects.filter(case=case).order_by("id")
        return [(one.before, one.after, one.actor.split(":")[0]) for one in steps]


def told(order: Order) -> list[str]:
    with mall_scope(order.mall_id):
        kinds = ["order.refunded", "order.case_changed"]
        return list(
            Event.objects.filter(subject_id=order.pk, kind__in=kinds).order_by("id").values_list("kind", flat=True)
        )


def stock_of(sku: Sku) -> int:
    with mall_scope(sku.mall_id):
        return Sku.objects.get(pk=sku.pk).stock


def refunded(order: Order) -> int:
    with mall_scope(order.mall_id):
        return Order.objects.get(pk=order.pk).refunded_fen


def test_a_refund_only_files_its_claim_and_ends_with_the_money(order, owner):
    case = complain(order, "refund", 1_000)
    assert (case.status, case.kind, case.number[0], case.refund.status) == ("requested", "refund", "C", "requested")
    assert case.deadline_at - case.created_at == timedelta(days=3)
    assert told(order) == ["order.case_changed"]
    with mall_scope(order.mall_id):
        assert Event.objects.get(kind="case.opened").subject_id == case.pk
    step(case, "approve_case")
    done = now(case)
    assert (done.status, done.refund.status, done.refund.decided_by) == ("done", "refunded", owner.user)
    assert (done.deadline_at, done.closed_at is not None, refunded(order)) == (None, True, 1_000)
    assert life(case) == [("", "requested", "buyer"), ("requested", "done", "staff")]
    assert told(order) == ["order.case_changed", "order.refunded", "order.case_changed"]
    with mall_scope(order.mall_id):
        assert set(AuditRecord.objects.filter(action__startswith="case.").values_list("action", flat=True)) == {
            "case.approved"
        }


def test_a_return_pays_when_the_goods_have_come(order, tea):
    case = complain(order, "return", 3_998, quantity=2)
    approved(case)
    assert (now(case).status, now(case).return_to, refunded(order)) == ("awaiting_return", WAREHOUSE, 0)
    step(case, "send_back", carrier="中通快递", number="ZT9")
    assert (now(case).status, now(case).return_carrier, now(case).return_number) == ("returning", "中通快递", "ZT9")
    assert refunded(order) == 0
    step(case, "receive_goods")
    assert (now(case).status, refunded(order)) == ("done", 3_998)
    line = lines_of(order)[0]
    assert (line.refunded_fen, line.refunded_quantity) == (3_998, 2)
    assert stock_of(tea) == 7, "nobody has looked at the goods yet"
    assert [after for _before, after, _who in life(case)] == ["requested", "awaiting_return", "returning", "done"]


def test_an_exchange_moves_goods_and_no_money(order, tea):
    case = complain(order, "exchange", 0, quantity=2)
    assert (case.refund, told(order)) == (None, ["order.case_changed"])
    sent_back(case)
    step(case, "receive_goods")
    assert (now(case).status, stock_of(tea)) == ("resending", 7)
    step(case, "resend", carrier="京东物流", number="JD1")
    assert (now(case).status, now(case).resend_number, stock_of(tea)) == ("resent", "JD1", 5)
    step(case, "confirm_case")
    assert (now(case).status, refunded(order), stock_of(tea)) == ("done", 0, 5)
    assert told(order) == ["order.case_changed", "order.case_changed"]
    with mall_scope(order.mall_id):
        assert not Refund.objects.exists()


def test_a_repair_takes_nothing_out_of_stock(order, tea):
    case = complain(order, "repair", 0)
    sent_back(case)
    step(case, "receive_goods")
    step(case, "resend")
    assert (now(case).status, stock_of(tea)) == ("resent", 7)


def test_an_exchange_without_stock_waits_or_is_refused(order, tea):
    case = complain(order, "exchange", 0, quantity=2)
    sent_back(case)
    step(case, "receive_goods")
    with mall_scope(order.mall_id):
        Sku.objects.filter(pk=tea.pk).update(stock=1)
    with pytest.raises(NothingToResend):
        step(case, "resend")
    assert (now(case).status, stock_of(tea)) == ("resending", 1)
    step(case, "reject_case", reason="已断货")
    assert (now(case).status, now(case).decision_note) == ("rejected", "已断货")
    assert complain(order, "refund", 1_999).refund.amount_fen == 1_999


@pytest.mark.parametrize("kind", ["return", "exchange", "repair"])
def test_goods_that_were_not_sent_cannot_come_back(mall, buyer, kind):
    paid = place_and_pay(mall, buyer)
    with pytest.raises(NotSentYet):
        complain(paid, kind)
    assert complain(paid, "refund").status == "requested"


def test_a_refund_only_before_shipment_unwinds_the_order(mall, buyer, tea):
    paid = place_and_pay(mall, buyer, (tea, 3))
    step(complain(paid, "refund", quantity=None), "approve_case")
    with mall_scope(mall.pk):
        assert Order.objects.get(pk=paid.pk).status == "closed"
    assert stock_of(tea) == 10


@pytest.mark.parametrize("kind", ["refund", "return", "exchange", "repair"])
def test_only_between_payment_and_completion(mall, buyer, order, kind):
    with pytest.raises(NotRefundable):
        complain(place(mall, buyer), kind)
    with mall_scope(mall.pk):
        complete_order(order=order)
    with pytest.raises(NotRefundable):
        complain(order, kind)


def test_claims_through_cases_and_beside_them_never_exceed_what_is_left(order):
    complain(order, "refund", 5_000, quantity=0)
    with pytest.raises(MoreThanLeft):
        complain(order, "return", 998)
    ask_refund(order, 900)
    with pytest.raises(MoreThanLeft):
        complain(order, "refund", 98)
    assert complain(order, "return", 97).refund.amount_fen == 97


def test_pieces_on_their_way_cannot_be_complained_of_twice(order):
    first = complain(order, "exchange", 0, quantity=2)
    with pytest.raises(MoreThanLeft, match="1 件"):
        complain(order, "repair", 0, quantity=2)
    with pytest.raises(MoreThanLeft):
        complain(order, "return", 100, quantity=2)
    complain(order, "return", 100, quantity=1)
    with mall_scope(order.mall_id):
        assert list(free_pieces(order).values()) == [0, 2]
    step(first, "withdraw_case")
    with mall_scope(order.mall_id):
        assert list(free_pieces(order).values()) == [2, 2]


def test_a_rejected_case_frees_what_it_claimed_and_says_why(order):
    case = complain(order, "return", 5_997, quantity=3)
    step(case, "reject_case", reason="已拆封")
    found = now(case)
    assert (found.status, found.decision_note, found.refund.status) == ("rejected", "已拆封", "rejected")
    assert told(order) == ["order.case_changed", "order.case_changed"]
    complain(order, "return", 5_997, quantity=3)


def test_goods_that_came_in_another_state_can_be_refused(order):
    case = sent_back(complain(order, "return", 1_999))
    step(case, "reject_case", reason="空包裹")
    assert (now(case).status, refunded(order), now(case).refund.status) == ("rejected", 0, "rejected")


def test_the_buyer_withdraws_until_the_goods_are_on_their_way(order):
    case = complain(order, "return", 1_999)
    step(approved(case), "withdraw_case")
    found = now(case)
    assert (found.status, found.refund.status, found.refund.decided_by) == ("withdrawn", "rejected", None)
    assert refunded(order) == 0
    other = sent_back(complain(order, "return", 1_999))
    with pytest.raises(WrongCaseState):
        step(other, "withdraw_case")
    assert now(other).status == "returning"


def test_the_return_address_is_the_malls_own_or_asked_for(order):
    case = complain(order, "exchange", 0)
    with pytest.raises(ReturnAddressMissing):
        step(case, "approve_case")
    assert now(case).status == "requested"
    with mall_scope(order.mall_id):
        Mall.objects.update(returns_address="默认仓库")
    step(case, "approve_case")
    assert now(case).return_to == "默认仓库"


@pytest.mark.parametrize("status", OPEN)
def test_a_refund_that_is_decided_beside_its_case_takes_the_case_with_it(order, owner, status):
    for decide, after in ((approve_refund, "done"), (reject_refund, "rejected")):
        case = complain(order, "return", 500)
        with mall_scope(order.mall_id):
            Case.objects.filter(pk=case.pk).update(status=status)
            extra = {"reason": "不符"} if decide is reject_refund else {}
            decide(refund=case.refund, actor=owner, **extra)
        assert now(case).status == after
        assert now(case).closed_at is not None
    assert refunded(order) == 500


def test_a_decided_case_stays_decided(order, owner):
    case = complain(order, "refund", 500)
    step(case, "approve_case")
    before = (life(case), told(order), refunded(order))
    for name, given in [("approve_case", {}), ("reject_case", {"reason": "x"}), ("withdraw_case", {}),
                        ("send_back", {}), ("receive_goods", {}), ("resend", {}), ("confirm_case", {})]:  # fmt: skip
        with pytest.raises(WrongCaseState):
            step(case, name, **given)
    with mall_scope(order.mall_id), pytest.raises(AlreadyDecided):
        approve_refund(refund=case.refund, actor=owner)
    assert (life(case), told(order), refunded(order)) == before


@pytest.mark.parametrize("status", Case.Status.values)
@pytest.mark.parametrize("name", ["approve", "reject", "withdraw", "send_back", "receive", "resend", "confirm"])
def test_each_step_begins_only_where_the_table_says(order, status, name):
    case = complain(order, "exchange", 0)
    closed = clock.now() if status not in OPEN else None
    with mall_scope(order.mall_id):
        Case.objects.filter(pk=case.pk).update(status=status, closed_at=closed)
    service, given = {
        "approve": ("approve_case", {"return_to": "仓"}),
        "reject": ("reject_case", {"reason": "x"}),
        "withdraw": ("withdraw_case", {}),
        "send_back": ("send_back", {}),
        "receive": ("receive_goods", {}),
        "resend": ("resend", {}),
        "confirm": ("confirm_case", {}),
    }[name]
    if status in STEPS[name].before:
        step(case, service, **given)
        assert now(case).status == STEPS[name].after
    else:
        with pytest.raises(WrongCaseState):
            step(case, service, **given)
        assert now(case).status == status


@pytest.mark.parametrize(
    ("kind", "line", "field", "error"),
    [
        ("return", {"amount_fen": 100}, "lines.0.quantity", BadCase),
        ("return", {"amount_fen": 100, "quantity": 0}, "lines.0.quantity", BadCase),
        ("return", {"quantity": 1}, "lines.0.amount_fen", BadRefund),
        ("refund", {"amount_fen": 0}, "lines.0.amount_fen", BadRefund),
        ("refund", {"amount_fen": 2**63}, "lines.0.amount_fen", BadRefund),
        ("exchange", {"quantity": 0}, "lines.0.quantity", BadCase),
        ("exchange", {"quantity": True}, "lines.0.quantity", BadCase),
        ("exchange", {"quantity": 1, "amount_fen": 5}, "lines.0.amount_fen", BadCase),
        ("repair", {}, "lines.0.quantity", BadCase),
        ("repair", {"quantity": 4}, "lines.0.quantity", MoreThanLeft),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_field(order, kind, line, field, error):
    asked = [{"line": lines_of(order)[0], **line}]
    with mall_scope(order.mall_id), pytest.raises(error) as refused:
        services.open_case(order=order, kind=kind, lines=asked, reason="x", actor=order.buyer)
    assert refused.value.field == field
    with mall_scope(order.mall_id):
        assert not Case.objects.exists()
    assert told(order) == []


def test_lines_are_the_orders_own_each_once_and_the_kind_is_known(mall, buyer, order):
    own, foreign = lines_of(order)[0], lines_of(receive(place_and_pay(mall, buyer)))[0]
    bad = [
        ("exchange", [], BadCase),
        ("exchange", [{"line": foreign, "quantity": 1}], LineMissing),
        ("exchange", [{"line": own, "quantity": 1}] * 2, BadCase),
        ("swap", [{"line": own, "quantity": 1}], BadCase),
    ]
    for kind, lines, error in bad:
        with mall_scope(mall.pk), pytest.raises(error):
            services.open_case(order=order, kind=kind, lines=lines, reason="x", actor=buyer)


@pytest.mark.parametrize("text", ["", " ", "x" * 201, "a\nb", None, 5])
def test_reasons_are_asked_for(order, text):
    with pytest.raises(BadCase):
        complain(order, "exchange", 0, reason=text)
    case = complain(order, "exchange", 0)
    with pytest.raises(BadCase):
        step(case, "reject_case", reason=text)
    assert now(case).status == "requested"


@pytest.mark.parametrize("text", ["", "x" * 41, "a\nb", None, 5])
def test_a_parcel_has_a_carrier_and_a_number(order, text):
    case = approved(complain(order, "exchange", 0))
    for given in ({"carrier": text}, {"number": text}):
        with pytest.raises(BadCase):
            step(case, "send_back", **given)
    assert now(case).status == "awaiting_return"


def test_a_bank_transfer_goes_back_with_evidence_or_nothing_happens(mall, buyer, owner):
    placed = place(mall, buyer)
    with mall_scope(mall.pk):
        confirm_payment(payment=start_payment(order=placed, provider="bank_transfer"), actor=owner)
    order = receive(Order(pk=placed.pk, mall_id=mall.pk, status="paid", buyer=buyer))
    case = sent_back(complain(order, "return"))
    with pytest.raises(EvidenceRequired):
        step(case, "receive_goods")
    assert (now(case).status, refunded(order)) == ("returning", 0)
    step(case, "receive_goods", evidence="回单 1")
    assert (now(case).status, now(case).refund.decision_note) == ("done", "回单 1")


def test_nothing_of_an_order_moves_by_itself_while_goods_are_away(mall, buyer, tea):
    from mall.orders.timers import run_timers

    order = ship(place_and_pay(mall, buyer, (tea, 1)))
    with clock.unmoved():
        case = complain(order, "exchange", 0)
        clock.advance(days=400)
        assert run_timers(mall.pk).received == 0
        step(case, "withdraw_case")
        assert run_timers(mall.pk).received == 1
