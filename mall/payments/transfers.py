"""A bank transfer as the buyer has to make it."""

from __future__ import annotations

from typing import Any

from mall.money import yuan
from mall.orders.models import Order, OrderStatus
from mall.payments.models import Payment, TransferProof


def transfer_of(order: Order) -> dict[str, Any] | None:
    """A bank transfer the merchant still waits for, as the buyer has to make it."""
    if order.status != OrderStatus.AWAITING_PAYMENT:
        return None
    payment = Payment.objects.filter(order=order, provider="bank_transfer", status=Payment.Status.PENDING).first()
    if payment is None or not payment.instructions:
        return None
    lines, remark = payment.instructions["lines"], payment.instructions["remark"]
    copied = "\n".join([*lines, f"¥{yuan(payment.amount_fen)}", remark])
    shown = list(TransferProof.objects.filter(payment=payment).order_by("-id"))
    received = sum(proof.received_fen or 0 for proof in shown if proof.status == TransferProof.Status.ACCEPTED)
    return {
        "payment": payment,
        "lines": lines,
        "amount_fen": payment.amount_fen,
        "received_fen": received,
        "open_fen": payment.amount_fen - received,
        "remark": remark,
        "copied": copied,
        "proofs": shown,
    }
