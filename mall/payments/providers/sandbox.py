"""Pretended money: succeeds at once, refunds at once. It gives goods away, so only where the installation allows it."""

from __future__ import annotations

from mall.aftersales.models import Refund
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.payments.models import Payment
from mall.payments.providers import Answer, Payer


class Sandbox:
    """See mall.payments.providers.Provider."""

    name = "sandbox"
    hold = None
    calls_out = False

    def is_offered(self, mall: Mall) -> bool:
        return True

    def is_begun_for(self, payment: Payment, payer: Payer) -> bool:
        return True

    def start(self, payment: Payment, order: Order, mall: Mall, payer: Payer) -> Answer:
        return Answer("succeeded", reference=f"sandbox-{payment.number}")

    def refund(self, refund: Refund, payment: Payment, evidence: str) -> Answer:
        return Answer("succeeded", reference=f"sandbox-{refund.number}")

    def query(self, payment: Payment) -> Answer:
        return Answer(payment.status, reference=payment.provider_reference)
