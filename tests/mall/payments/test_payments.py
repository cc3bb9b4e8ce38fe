"""Paying an order: once, by whichever way comes first, and no money is ever lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mall import clock
from mall.aftersales.models import Refund, RefundLine
from mall.aftersales.services import approve_refund
from mall.catalogue.models import Product, Sku
from mall.events.models import Event
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.orders.services import cancel_order
from mall.orders.timers import run_timers
from mall.payments import providers
from mall.payments.errors import (
    AlreadyPaid,
    BadConfirmation,
    NotPayable,
    NotPending,
    OrderExpired,
    ProviderUnavailable,
    ReferenceUsed,
    UnknownProvider,
)
from mall.payments.models import Payment
from mall.payments.services import confirm_payment, mark_succeeded, start_payment
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.factories.trade import make_sku, place


@pytest.fixture
def sku(mall) -> Sku:
    return make_sku(mall, price_fen=1_000, stock=10)


@pytest.fixture
def order(mall, buyer, sku) -> Order:
    return place(mall, buyer, (sku, 2))


@pytest.fixture
def scope(mall, order):
    with mall_scope(mall.pk):
        yield


def kinds(order: Order) -> list[str]:
    told = Event.objects.filter(subject_id=order.pk, kind__startswith="order.").order_by("id")
    return list(told.values_list("kind", flat=True))


@pytest.mark.usefixtures("scope")
class TestSandbox:
    def test_it_succeeds_at_once(self, order, sku):
        payment = start_payment(order=order, provider="sandbox")
        assert (payment.status, payment.amount_fen, payment.instructions) == ("succeeded", 2_000, None)
        assert (payment.succeeded_at is not None, payment.confirmed_by) == (True, None)
        order.refresh_from_db()
        assert (order.status, order.paid_at is not None) == ("paid", True)
        assert kinds(order) == ["order.placed", "order.paid"]
        assert Product.objects.get(pk=sku.product_id).sold_count == 2

    def test_it_exists_only_where_the_installation_allows_it(self, order, mall, settings):
        settings.SANDBOX_ALLOWED = False
        with pytest.raises(UnknownProvider):
            start_payment(order=order, provider="sandbox")
        assert [way.name for way in providers.offered(mall)] == ["bank_transfer"]
        assert not Payment.objects.exists()

    def test_a_paid_order_cannot_be_paid_again(self, order):
        start_payment(order=order, provider="sandbox")
        for provider in ("sandbox", "bank_transfer"):
            with pytest.raises(AlreadyPaid):
                start_payment(order=order, provider=provider)
        assert Payment.objects.count() == 1

    def test_time_over_is_over_even_before_the_timer_has_run(self, order):
        clock.advance(minutes=30)
        with pytest.raises(OrderExpired):
            start_payment(order=order, provider="sandbox")
        order.refresh_from_db()
        assert (order.status, Payment.objects.count()) == ("awaiting_payment", 0)

    def test_a_cancelled_order_cannot_be_paid(self, order, buyer):
        cancel_order(order=order, actor=buyer)
        with pytest.raises(NotPayable):
            start_payment(order=order, provider="sandbox")

    @pytest.mark.parametrize("provider", ["", "wechat", "SANDBOX", "x" * 1000, "sandbox\x00", "__class__"])
    def test_an_unknown_way_is_refused(self, order, provider):
        with pytest.raises(UnknownProvider):
            start_payment(order=order, provider=provider)


@pytest.mark.usefixtures("scope")
class TestBankTransfer:
    def test_it_waits_for_staff_and_keeps_the_order_open(self, order, mall):
        payment = start_payment(order=order, provider="bank_transfer")
        assert payment.status == "pending"
        assert payment.instructions == {
            "lines": ["开户行：工商银行", "账号：6222 0000 1111"],
            "amount_fen": 2_000,
            "remark": order.number,
        }
        order.refresh_from_db()
        assert order.status == "awaiting_payment"
        assert order.expires_at == payment.created_at + timedelta(days=3)

    def test_asking_again_answers_the_same_payment(self, order):
        first = start_payment(order=order, provider="bank_transfer")
        assert start_payment(order=order, provider="bank_transfer").pk == first.pk

    def test_staff_confirm_it(self, order, owner):
        payment = start_payment(order=order, provider="bank_transfer")
        confirmed = confirm_payment(payment=payment, actor=owner, reference="ICBC-1")
        assert (confirmed.status, confirmed.provider_reference, confirmed.confirmed_by) == (
            "succeeded",
            "ICBC-1",
            owner.user,
        )
        order.refresh_from_db()
        assert (order.status, kinds(order)) == ("paid", ["order.placed", "order.paid"])
        audit = AuditRecord.objects.get(action="payment.confirmed")
        assert (audit.actor, audit.subject_id, audit.detail) == (
            owner.user, payment.pk, {"order": order.pk, "amount_fen": 2_000},
        )  # fmt: skip

    def test_confirming_twice_changes_nothing(self, order, owner):
        payment = start_payment(order=order, provider="bank_transfer")
        confirm_payment(payment=payment, actor=owner)
        with pytest.raises(NotPending):
            confirm_payment(payment=payment, actor=owner)
        assert kinds(order) == ["order.placed", "order.paid"]

    def test_the_bank_numbers_a_transfer_once(self, mall, order, buyer, owner, sku):
        payment = start_payment(order=order, provider="bank_transfer")
        confirm_payment(payment=payment, actor=owner, reference="ICBC-1")
        other = start_payment(order=place(mall, buyer, (sku, 1)), provider="bank_transfer")
        with pytest.raises(ReferenceUsed):
            confirm_payment(payment=other, actor=owner, reference="ICBC-1")
        other.refresh_from_db()
        assert (other.status, other.order.status) == ("pending", "awaiting_payment")
        assert confirm_payment(payment=other, actor=owner, reference="ICBC-2").status == "succeeded"

    @pytest.mark.parametrize("reference", ["x" * 65, "a\nb", 5, "\x00"])
    def test_a_reference_is_one_short_line(self, order, owner, reference):
        payment = start_payment(order=order, provider="bank_transfer")
        with pytest.raises(BadConfirmation):
            confirm_payment(payment=payment, actor=owner, reference=reference)

    def test_a_mall_without_an_account_does_not_offer_it(self, order, mall):
        Mall.objects.update(bank_instructions=[])
        mall.refresh_from_db()
        with pytest.raises(ProviderUnavailable):
            start_payment(order=order, provider="bank_transfer")
        assert [way.name for way in providers.offered(mall)] == ["sandbox"]
        assert not Payment.objects.exists()

    def test_another_way_that_is_quicker_ends_the_waiting(self, order, owner):
        transfer = start_payment(order=order, provider="bank_transfer")
        start_payment(order=order, provider="sandbox")
        transfer.refresh_from_db()
        assert transfer.status == "failed"
        with pytest.raises(NotPending, match="另一笔"):
            confirm_payment(payment=transfer, actor=owner)
        assert Payment.objects.filter(status="succeeded").count() == 1


def late_transfer(mall, order) -> Payment:
    """A transfer that was announced, and whose order the timer has closed since."""
    with mall_scope(mall.pk):
        payment = start_payment(order=order, provider="bank_transfer")
    clock.advance(days=3)
    assert run_timers(mall.pk).expired == 1
    return payment


def test_money_for_an_expired_order_opens_it_again_while_the_goods_are_there(mall, order, owner, sku):
    payment = late_transfer(mall, order)
    with mall_scope(mall.pk):
        assert Sku.objects.get().stock == 10
        assert confirm_payment(payment=payment, actor=owner).status == "succeeded"
        order.refresh_from_db()
        assert (order.status, order.paid_at is not None, order.ended_at) == ("paid", True, None)
        assert Sku.objects.get().stock == 8
        assert kinds(order) == ["order.placed", "order.cancelled", "order.paid"]
        assert Product.objects.get().sold_count == 2
        assert not Refund.objects.exists()


def test_money_for_an_expired_order_whose_goods_are_gone_is_owed_back(mall, order, owner, sku):
    payment = late_transfer(mall, order)
    with mall_scope(mall.pk):
        Sku.objects.update(stock=1)
        assert confirm_payment(payment=payment, actor=owner).status == "succeeded"
        order.refresh_from_db()
        assert (order.status, order.paid_at, Sku.objects.get().stock) == ("closed", None, 1)
        refund = Refund.objects.get()
        assert (refund.status, refund.amount_fen, refund.order_id) == ("requested", 2_000, order.pk)
        assert list(RefundLine.objects.values_list("amount_fen", "quantity")) == [(2_000, 2)]
        approve_refund(refund=refund, actor=owner, evidence="退回 ICBC-9")
        order.refresh_from_db()
        assert (order.status, order.refunded_fen, Sku.objects.get().stock) == ("closed", 2_000, 1)
        # To the floors above it was never paid, so there is nothing to take back.
        assert kinds(order) == ["order.placed", "order.cancelled"]


def test_money_for_an_order_its_buyer_cancelled_is_owed_back(mall, order, buyer, owner):
    with mall_scope(mall.pk):
        payment = start_payment(order=order, provider="bank_transfer")
        cancel_order(order=order, actor=buyer)
        confirm_payment(payment=payment, actor=owner)
        order.refresh_from_db()
        assert (order.status, Sku.objects.get().stock) == ("cancelled", 10)
        assert Refund.objects.get().amount_fen == 2_000


@pytest.mark.usefixtures("scope")
def test_a_provider_may_tell_the_same_success_twice(order):
    payment = start_payment(order=order, provider="bank_transfer")
    for _ in range(2):
        assert mark_succeeded(payment=payment, actor=None, reference="T1", payer="o1").status == "succeeded"
    payment.refresh_from_db()
    assert (payment.payer, kinds(order)) == ("o1", ["order.placed", "order.paid"])


@pytest.mark.usefixtures("scope")
def test_a_second_success_of_another_payment_is_refused(order):
    transfer = start_payment(order=order, provider="bank_transfer")
    start_payment(order=order, provider="sandbox")
    with pytest.raises(AlreadyPaid):
        mark_succeeded(payment=transfer, actor=None)
    assert Payment.objects.filter(status="succeeded").count() == 1


@pytest.mark.usefixtures("scope")
def test_a_provider_can_be_asked_what_became_of_a_payment(order):
    for name in ("bank_transfer", "sandbox"):
        payment = start_payment(order=order, provider=name)
        assert providers.provider(name).query(payment).status == payment.status


@pytest.mark.usefixtures("scope")
def test_paying_costs_a_constant_number_of_statements(order, query_counts):
    with query_counts("payments.start"):
        start_payment(order=order, provider="sandbox")
