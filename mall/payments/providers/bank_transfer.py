"""转帐到企业帐户: the buyer transfers to the merchant's account, staff confirm what arrived and send refunds back."""

from __future__ import annotations

from datetime import timedelta

from mall.aftersales.models import Refund
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.payments.errors import EvidenceRequired, ProviderUnavailable
from mall.payments.models import Payment
from mall.payments.providers import Answer, Payer


class BankTransfer:
    """See mall.payments.providers.Provider."""

    name = "bank_transfer"
    # A transfer on a Friday evening arrives on Monday.
    hold = timedelta(days=3)
    calls_out = False

    def is_offered(self, mall: Mall) -> bool:
        return bool(mall.bank_instructions)

    def is_begun_for(self, payment: Payment, payer: Payer) -> bool:
        return True

    def start(self, payment: Payment, order: Order, mall: Mall, payer: Payer) -> Answer:
        if not self.is_offered(mall):
            raise ProviderUnavailable
        return Answer(
            "pending",
            instructions={
                "lines": mall.bank_instructions,
                "amount_fen": payment.amount_fen,
                # What the buyer writes into the transfer, so that staff find his order.
                "remark": order.number,
            },
        )

    def refund(self, refund: Refund, payment: Payment, evidence: str) -> Answer:
        if not evidence:
            raise EvidenceRequired
        return Answer("succeeded", reference=evidence)

    def query(self, payment: Payment) -> Answer:
        return Answer(payment.status, reference=payment.provider_reference)
