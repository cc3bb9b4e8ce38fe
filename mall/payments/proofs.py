"""What is shown of a bank transfer: a picture and the bank's serial number. What arrived of it, confirm_payment says.

Lock order: the order, then its payment; a payment's proofs change under its lock only.
"""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mall import clock
from mall.buyers.models import Buyer
from mall.catalogue.errors import BadPicture
from mall.catalogue.pictures import drawn_anew
from mall.inputs import checked_line
from mall.payments.errors import BadProof, NotPending, ProofDecided, SerialUsed, TooManyProofs
from mall.payments.models import Payment, TransferProof
from mall.payments.serials import canonical
from mall.payments.services import lock_both
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.tenancy.context import require_mall_id

SERIAL_MAX, REASON_MAX = 64, 200
WAITING_MOST, PROOFS_MOST = 5, 30


def add_proof(*, payment: Payment, by: Buyer | StaffMember, picture: bytes = b"", serial: str = "") -> TransferProof:
    """Show something of a transfer: a picture (JPEG, PNG or WebP up to 10 MB), the bank's serial number, or both.

    The picture is drawn anew and kept where no address leads to. Locks the order and the payment. Raises BadProof,
    BadPicture, NotPending, SerialUsed, TooManyProofs.
    """
    serial = checked_serial(serial)
    if not picture and not serial:
        raise BadProof(_("请上传转账截图，或填写银行流水号（serial）。"), field="picture")
    drawn = _drawn(picture) if picture else b""
    _order, payment = lock_both(payment)
    if payment.provider != "bank_transfer" or payment.status != Payment.Status.PENDING:
        raise NotPending
    held = list(TransferProof.objects.filter(payment=payment).values_list("status", flat=True))
    if held.count(TransferProof.Status.WAITING) >= WAITING_MOST or len(held) >= PROOFS_MOST:
        raise TooManyProofs
    if serial:
        _require_new(serial)
    file = ""
    if drawn:
        file = f"{require_mall_id('A proof')}/proofs/{uuid.uuid4().hex}.jpg"
        storages["private"].save(file, ContentFile(drawn))
    try:
        with transaction.atomic():
            proof = TransferProof.objects.create(payment=payment, file=file, serial=serial, uploaded_by=_who(by))
    except IntegrityError as error:
        if file:
            storages["private"].delete(file)
        raise _used(serial) from error
    if isinstance(by, StaffMember):
        log(action="payment.proof_added", actor=by, subject=payment, detail={"proof": proof.pk})
    return proof


def refuse_proof(*, proof: TransferProof, actor: StaffMember, reason: str) -> TransferProof:
    """Nothing of the kind arrived; the buyer reads the reason and may show something else.

    Locks the order and the payment. Raises BadProof, ProofDecided.
    """
    reason = checked_line("reason", reason, REASON_MAX, least=1, refuse=BadProof)
    lock_both(proof.payment)
    proof = TransferProof.objects.get(pk=proof.pk)
    if proof.status != TransferProof.Status.WAITING:
        raise ProofDecided
    proof.status, proof.note = TransferProof.Status.REFUSED, reason
    proof.decided_at, proof.decided_by = clock.now(), actor.user
    proof.save(update_fields=["status", "note", "decided_at", "decided_by"])
    log(action="payment.proof_refused", actor=actor, subject=proof.payment, detail={"proof": proof.pk})
    return proof


def forget_pictures(*, buyer: Buyer) -> None:
    """Take the pictures of a buyer's proofs away, with the names and accounts on them; numbers and amounts stay."""
    shown = TransferProof.objects.filter(payment__order__buyer=buyer).exclude(file="")
    for file in shown.values_list("file", flat=True):
        transaction.on_commit(partial(storages["private"].delete, file), robust=True)
    shown.update(file="")


def proofs_of(payment: Payment) -> QuerySet[TransferProof]:
    """What was shown of a payment, newest first."""
    return TransferProof.objects.filter(payment=payment).order_by("-id")


def picture_of(proof: TransferProof) -> bytes | None:
    """The picture, or None where there is none (any more)."""
    if not proof.file:
        return None
    try:
        with storages["private"].open(proof.file) as file:
            return file.read()
    except OSError:
        return None


def checked_serial(serial: Any) -> str:
    """The bank's number as it counts, whoever types it. Raises BadProof."""
    return canonical(checked_line("serial", serial, SERIAL_MAX, refuse=BadProof))[:SERIAL_MAX]


def _drawn(picture: bytes) -> bytes:
    try:
        return drawn_anew(picture)
    except BadPicture as error:
        raise BadProof(error.message, field="picture") from error


def _require_new(serial: str) -> None:
    confirmed = Payment.objects.filter(provider="bank_transfer", provider_reference=serial)
    shown = TransferProof.objects.filter(serial=serial).exclude(status=TransferProof.Status.REFUSED)
    if confirmed.exists() or shown.exists():
        raise _used(serial)


def _used(serial: str) -> SerialUsed:
    return SerialUsed(
        _("银行流水号 %(serial)s 已登记在一笔付款上，同一流水号不能用两次，请核对。") % {"serial": serial}
    )


def _who(by: Buyer | StaffMember) -> str:
    return f"staff:{by.user_id}" if isinstance(by, StaffMember) else f"buyer:{by.pk}"
