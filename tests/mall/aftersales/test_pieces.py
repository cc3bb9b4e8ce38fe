"""A piece is claimed back or exchanged or mended, never two of them at once."""

from __future__ import annotations

import pytest

from mall.aftersales.case_models import Case
from mall.aftersales.case_pieces import free_pieces
from mall.aftersales.errors import MoreThanLeft, PiecesInCase
from mall.aftersales.models import Refund
from mall.catalogue.models import Sku
from mall.orders.models import OrderLine
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.cases import complain, sent_back, step
from tests.factories.http import errors_of
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import ask_refund, lines_of, make_sku, place_and_pay, receive, refund


@pytest.fixture
def order(mall, buyer):
    """Received: three pieces for 30.00."""
    return receive(place_and_pay(mall, buyer, (make_sku(mall, price_fen=1_000, stock=10), 3)))


def refunds(order) -> list[int]:
    with mall_scope(order.mall_id):
        return list(Refund.objects.order_by("id").values_list("amount_fen", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["exchange", "repair"])
def test_pieces_that_are_exchanged_or_mended_keep_their_money(order, kind):
    complain(order, kind, 0, quantity=2)

    for asked in ({"quantity": 2}, {"quantity": 0}, {"quantity": None}):
        with pytest.raises(PiecesInCase, match=r"2 件正在换货或维修中，现在最多还可退 1 件、¥10\.00"):
            ask_refund(order, 3_000 if asked["quantity"] != 2 else 1_000, **asked)
    with pytest.raises(PiecesInCase):
        ask_refund(order, 1_001, quantity=0)
    assert refunds(order) == []

    ask_refund(order, 1_000, quantity=1)
    with pytest.raises(MoreThanLeft):
        ask_refund(order, 1, quantity=0)
    assert refunds(order) == [1_000]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["refund", "return"])
def test_a_case_that_wants_money_is_held_to_the_same(order, kind):
    complain(order, "exchange", 0, quantity=3)
    with pytest.raises(PiecesInCase):
        complain(order, kind, 3_000, quantity=3)
    assert refunds(order) == []


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["withdraw_case", "confirm_case"])
def test_what_came_back_from_an_exchange_can_be_refunded(order, end):
    case = complain(order, "exchange", 0, quantity=3)
    if end == "confirm_case":
        step(step(sent_back(case), "receive_goods"), "resend")
    step(case, end)
    assert ask_refund(order).amount_fen == 3_000


@pytest.mark.django_db
def test_pieces_that_are_claimed_back_are_neither_exchanged_nor_mended(order):
    ask_refund(order, 2_000, quantity=2)
    with pytest.raises(MoreThanLeft, match="1 件"):
        complain(order, "exchange", 0, quantity=2)
    complain(order, "exchange", 0, quantity=1)
    with pytest.raises(MoreThanLeft, match="0 件"):
        complain(order, "repair", 0, quantity=1)


@pytest.mark.django_db
@pytest.mark.parametrize("is_paid_back", [False, True])
def test_pieces_whose_money_is_all_gone_are_not_exchanged(order, is_paid_back):
    """Money asked back without pieces: the goods stay, and nobody sends new ones for nothing."""
    (refund if is_paid_back else ask_refund)(order, 3_000, quantity=0)
    with mall_scope(order.mall_id):
        assert list(free_pieces(order).values()) == [0]
    for kind in ("exchange", "repair"):
        with pytest.raises(MoreThanLeft):
            complain(order, kind, 0, quantity=1)


@pytest.mark.django_db
def test_money_back_without_a_word_about_pieces_empties_an_order_that_was_not_sent(mall, buyer):
    """The order closes and nobody gets a parcel, so every piece is for sale again."""
    sku = make_sku(mall, price_fen=1_000, stock=10)
    refund(place_and_pay(mall, buyer, (sku, 3)), 3_000, quantity=0)
    with mall_scope(mall.pk):
        assert Sku.objects.get(pk=sku.pk).stock == 10
        assert OrderLine.objects.get().refunded_quantity == 3


@pytest.mark.django_db
def test_the_api_says_why_and_what_is_free(api, order):
    complain(order, "repair", 0, quantity=3)
    line = str(lines_of(order)[0].public_id)
    body = {"lines": [{"line": line, "amount_fen": 1_000, "quantity": 1}], "reason": "x"}
    answer = api.post(f"orders/{order.public_id}/refunds", body, HTTP_IDEMPOTENCY_KEY="a-key-of-its-own")
    assert (answer.status_code, errors_of(answer)) == (409, [("pieces_in_case", "lines.0.quantity")])
    assert "先撤销那张售后单" in answer.json()["errors"][0]["detail"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_number", range(3))
def test_of_a_refund_and_an_exchange_of_the_same_pieces_at_once_one_is_taken(round_number):
    mall = make_mall()
    order = receive(place_and_pay(mall, make_member(mall).buyer, (make_sku(mall, price_fen=1_000, stock=10), 3)))

    def claim():
        return ask_refund(order, 3_000, quantity=3).pk

    def exchange():
        return complain(order, "exchange", 0, quantity=3).pk

    jobs = [claim, exchange] * 5 if round_number % 2 else [exchange, claim] * 5
    answers = together(jobs, keep_errors=True)
    assert sum(isinstance(answer, int) for answer in answers) == 1
    assert sum(isinstance(answer, MoreThanLeft) for answer in answers) == 9
    with mall_scope(mall.pk):
        assert Refund.objects.count() + Case.objects.count() == 1
