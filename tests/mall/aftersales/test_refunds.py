"""Refunds: per line and partial, never more than was paid, at the end exactly what was paid."""

from __future__ import annotations

import pytest

from mall.aftersales.claims import left_of
from mall.aftersales.errors import AlreadyDecided, BadRefund, LineMissing, MoreThanLeft, NotRefundable
from mall.aftersales.models import Refund, RefundLine
from mall.aftersales.services import approve_refund, reject_refund, request_refund
from mall.catalogue.models import Sku
from mall.events.models import Event
from mall.orders.models import Order, OrderLine
from mall.payments.errors import EvidenceRequired
from mall.payments.services import confirm_payment, start_payment
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.factories.trade import ask_refund, lines_of, make_sku, place, place_and_pay, receive, refund, ship


@pytest.fixture
def tea(mall) -> Sku:
    return make_sku(mall, price_fen=1_999, stock=10)


@pytest.fixture
def cup(mall) -> Sku:
    return make_sku(mall, price_fen=501, stock=10)


@pytest.fixture
def order(mall, buyer, tea, cup) -> Order:
    """Paid: three teas for 59.97 and two cups for 10.02."""
    return place_and_pay(mall, buyer, (tea, 3), (cup, 2))


def state(order: Order) -> tuple:
    """(status, refunded of the order, (refunded, pieces) of each line)."""
    with mall_scope(order.mall_id):
        found = Order.objects.get(pk=order.pk)
        lines = [(line.refunded_fen, line.refunded_quantity) for line in lines_of(order)]
    return found.status, found.refunded_fen, lines


def stocks(*skus: Sku) -> list[int]:
    with mall_scope(skus[0].mall_id):
        return [Sku.objects.get(pk=sku.pk).stock for sku in skus]


def told(order: Order) -> list[tuple[str, dict]]:
    with mall_scope(order.mall_id):
        events = Event.objects.filter(subject_id=order.pk, kind__in=["order.refunded", "order.case_changed"])
        return list(events.order_by("id").values_list("kind", "payload"))


def asking(order: Order, *lines: dict, reason="不想要了") -> Refund:
    with mall_scope(order.mall_id):
        return request_refund(order=order, lines=list(lines), reason=reason)


def test_asking_moves_no_money_and_opens_a_case(order, tea):
    claim = ask_refund(order, 1_000)
    assert (claim.status, claim.amount_fen, claim.reason, claim.number[0]) == ("requested", 1_000, "不想要了", "R")
    assert state(order) == ("paid", 0, [(0, 0), (0, 0)])
    assert stocks(tea) == [7]
    assert told(order) == [("order.case_changed", {})]


def test_approving_takes_it_off_the_line_and_the_order(mall, order, owner, tea):
    claim = refund(order, 1_000)
    assert (claim.status, claim.decided_by, claim.decided_at is not None) == ("refunded", owner.user, True)
    assert state(order) == ("paid", 1_000, [(1_000, 0), (0, 0)])
    assert stocks(tea) == [7]
    assert told(order) == [("order.case_changed", {}), ("order.refunded", {"refund": claim.pk})]
    with mall_scope(mall.pk):
        audit = AuditRecord.objects.get(action="refund.approved")
        assert (audit.actor, audit.subject_id, audit.detail) == (
            owner.user, claim.pk, {"order": order.pk, "amount_fen": 1_000},
        )  # fmt: skip


def test_pieces_of_an_order_that_was_not_sent_go_back_into_stock(order, tea, cup):
    refund(order, 1_999, quantity=1)
    assert state(order) == ("paid", 1_999, [(1_999, 1), (0, 0)])
    assert stocks(tea, cup) == [8, 8]


def test_all_the_money_left_of_a_line_means_all_the_pieces_left(order, tea, cup):
    refund(order, 1_999, quantity=1)
    refund(order, 3_998)
    assert state(order) == ("paid", 5_997, [(5_997, 3), (0, 0)])
    assert stocks(tea, cup) == [10, 8]


def test_an_order_refunded_in_full_before_it_was_sent_closes_and_gives_everything_back(order, tea, cup):
    refund(order)
    assert state(order) == ("closed", 6_999, [(5_997, 3), (1_002, 2)])
    assert stocks(tea, cup) == [10, 10]
    with mall_scope(order.mall_id):
        assert Order.objects.get(pk=order.pk).paid_at is not None
        assert not Event.objects.filter(kind="order.cancelled").exists()


@pytest.mark.parametrize("after", [ship, receive])
def test_what_was_sent_does_not_come_back_into_stock_by_itself(order, tea, cup, after):
    sent = after(order)
    refund(order)
    assert state(order) == (sent.status, 6_999, [(5_997, 3), (1_002, 2)])
    assert stocks(tea, cup) == [7, 8]


def test_partial_refunds_in_any_split_end_at_exactly_what_was_paid(order):
    for amounts in [(1, 1), (2_998, 500), (2_997,), (1, 501)]:
        refund(order, *amounts)
    assert state(order) == ("closed", 6_999, [(5_997, 3), (1_002, 2)])


def test_open_claims_count_as_gone(order):
    ask_refund(order, 5_000)
    with pytest.raises(MoreThanLeft, match=r"9\.97") as refused:
        ask_refund(order, 998)
    assert (refused.value.field, refused.value.status) == ("lines.0.amount_fen", 409)
    claim = ask_refund(order, 997)
    with pytest.raises(MoreThanLeft):
        ask_refund(order, 1)
    with mall_scope(order.mall_id):
        assert [(left.amount_fen, left.quantity) for left in left_of(order).values()] == [(0, 0), (1_002, 2)]
        assert Refund.objects.count() == 2
    assert claim.status == "requested"


def test_pieces_are_counted_like_money(order):
    ask_refund(order, 100, quantity=2)
    with pytest.raises(MoreThanLeft, match="1 件"):
        ask_refund(order, 100, quantity=2)
    ask_refund(order, 100, quantity=1)
    ask_refund(order, 100, quantity=0)


def test_a_rejected_claim_is_free_again(mall, order, owner):
    claim = ask_refund(order)
    with mall_scope(mall.pk):
        rejected = reject_refund(refund=claim, reason="已过保质期", actor=owner)
        assert (rejected.status, rejected.decision_note, rejected.decided_by) == ("rejected", "已过保质期", owner.user)
        assert AuditRecord.objects.filter(action="refund.rejected", subject_id=claim.pk).count() == 1
    assert state(order) == ("paid", 0, [(0, 0), (0, 0)])
    assert told(order) == [("order.case_changed", {}), ("order.case_changed", {})]
    assert refund(order).amount_fen == 6_999


@pytest.mark.parametrize("first", ["approve", "reject"])
@pytest.mark.parametrize("second", ["approve", "reject"])
def test_a_refund_is_decided_once(mall, order, owner, first, second):
    claim = ask_refund(order, 1_000)
    decide = {
        "approve": lambda: approve_refund(refund=claim, actor=owner),
        "reject": lambda: reject_refund(refund=claim, reason="x", actor=owner),
    }
    with mall_scope(mall.pk):
        decide[first]()
    before = (state(order), told(order))
    with mall_scope(mall.pk), pytest.raises(AlreadyDecided):
        decide[second]()
    assert (state(order), told(order)) == before


@pytest.mark.parametrize("amount_fen", [0, -1, 2**63, True, 1.0, "1", None, float("nan")])
def test_an_amount_is_a_whole_number_of_fen_from_1(order, amount_fen):
    with pytest.raises(BadRefund) as refused:
        asking(order, {"line": lines_of(order)[0], "amount_fen": amount_fen})
    assert refused.value.field == "lines.0.amount_fen"
    assert told(order) == []


@pytest.mark.parametrize("quantity", [-1, 10_000, 2**63, True, 1.0, "1", float("nan")])
def test_a_quantity_is_a_whole_number(order, quantity):
    with pytest.raises(BadRefund) as refused:
        asking(order, {"line": lines_of(order)[0], "amount_fen": 1, "quantity": quantity})
    assert refused.value.field == "lines.0.quantity"


def test_the_lines_must_be_the_orders_own_each_once(mall, buyer, order):
    first = lines_of(order)[0]
    foreign = lines_of(place_and_pay(mall, buyer))[0]
    with pytest.raises(LineMissing):
        asking(order, {"line": foreign, "amount_fen": 1})
    with pytest.raises(BadRefund):
        asking(order, {"line": first, "amount_fen": 1}, {"line": first, "amount_fen": 1})
    with pytest.raises(BadRefund):
        asking(order)
    with mall_scope(mall.pk):
        assert not Refund.objects.exists()


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "a\nb", None, 5])
def test_a_reason_is_asked_for(order, owner, mall, reason):
    with pytest.raises(BadRefund):
        asking(order, {"line": lines_of(order)[0], "amount_fen": 1}, reason=reason)
    claim = ask_refund(order, 1)
    with mall_scope(mall.pk), pytest.raises(BadRefund):
        reject_refund(refund=claim, reason=reason, actor=owner)


def test_an_unpaid_order_has_nothing_to_refund(mall, buyer):
    order = place(mall, buyer)
    with pytest.raises(NotRefundable):
        asking(order, {"line": lines_of(order)[0], "amount_fen": 1})


def transferred(mall, buyer, owner) -> Order:
    order = place(mall, buyer)
    with mall_scope(mall.pk):
        confirm_payment(payment=start_payment(order=order, provider="bank_transfer"), actor=owner)
    return order


def test_a_bank_transfer_goes_back_by_hand_and_with_evidence(mall, buyer, owner):
    order = transferred(mall, buyer, owner)
    claim = ask_refund(order, 500)
    with mall_scope(mall.pk):
        with pytest.raises(EvidenceRequired):
            approve_refund(refund=claim, actor=owner)
        # The refusal came last, and nothing of the attempt stays, although the caller goes on.
        assert (Refund.objects.get().status, Order.objects.get().refunded_fen) == ("requested", 0)
        assert OrderLine.objects.get().refunded_fen == 0
        done = approve_refund(refund=claim, actor=owner, evidence="ICBC 20260101 123")
    assert (done.status, done.decision_note) == ("refunded", "ICBC 20260101 123")
    assert state(order) == ("paid", 500, [(500, 0)])


@pytest.mark.parametrize("evidence", ["x" * 201, "a\nb", 5, None])
def test_evidence_is_one_line(mall, order, owner, evidence):
    claim = ask_refund(order, 1)
    with mall_scope(mall.pk), pytest.raises(BadRefund):
        approve_refund(refund=claim, actor=owner, evidence=evidence)


def test_refunding_costs_a_constant_number_of_statements(mall, buyer, owner, query_counts):
    skus = [make_sku(mall) for _ in range(4)]
    one, many = place_and_pay(mall, buyer, (skus[0], 1)), place_and_pay(mall, buyer, *((sku, 2) for sku in skus))
    for order in (one, many):
        lines = [{"line": line, "amount_fen": 100, "quantity": 1} for line in lines_of(order)]
        with mall_scope(mall.pk):
            with query_counts("refunds.request"):
                claim = request_refund(order=order, lines=lines, reason="x")
            with query_counts("refunds.approve"):
                approve_refund(refund=claim, actor=owner)
            assert RefundLine.objects.filter(refund=claim).count() == len(lines)
