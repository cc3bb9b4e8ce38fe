"""What is refused about payments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict, NotAllowed


class UnknownProvider(BadInput):
    """400: no such way of paying here."""

    code = "unknown_provider"
    field = "provider"
    message = _("本商城不支持这种付款方式（provider），请换一种。")


class BadConfirmation(BadInput):
    """400: what staff say about the money's arrival cannot be meant."""


class ProviderUnavailable(Conflict):
    """409: the mall has not set this way of paying up."""

    code = "provider_unavailable"
    field = "provider"
    message = _("商家还没有填写收款账户，暂时不能转账付款，请换一种付款方式。")


class AlreadyPaid(Conflict):
    """409: the order has been paid already."""

    code = "already_paid"
    message = _("订单已付款，无需再次支付。")


class OrderExpired(Conflict):
    """409: the time to pay is over."""

    code = "order_expired"
    message = _("订单已超过付款时限，请重新下单。")


class NotPayable(Conflict):
    """409: cancelled or closed."""

    code = "wrong_state"
    message = _("订单已取消或关闭，不能付款，请重新下单。")


class NotPending(Conflict):
    """409: this payment was decided before."""

    code = "payment_not_pending"
    message = _("这笔付款已经处理过，请刷新后再看。")


class ReferenceUsed(Conflict):
    """409: the bank's number stands in another payment."""

    code = "reference_used"
    field = "reference"
    message = _("这个银行流水号已登记在另一笔付款上，请核对。")


class EvidenceRequired(BadInput):
    """400: money was sent back by hand, and somebody must be able to find it."""

    code = "evidence_required"
    field = "evidence"
    message = _("这笔订单是银行转账付款的，请填写退款凭证（evidence），例如银行流水号。")


class BadProof(BadInput):
    """400: what is shown of a transfer cannot be meant; `field` says what of it."""

    code = "bad_proof"


class ProofDecided(Conflict):
    """409: staff have accepted or refused this proof before."""

    code = "proof_decided"
    message = _("这份凭证已经处理过，请刷新后再看。")


class TooManyProofs(Conflict):
    """409: enough proofs wait to be looked at."""

    code = "too_many_proofs"
    message = _("已上传的凭证较多，请等商家核对后再上传。")


class SerialUsed(Conflict):
    """409: another proof, or another payment, has this bank serial number."""

    code = "serial_used"
    field = "serial"


class SamePerson(NotAllowed):
    """403: who uploads for a buyer does not confirm it too."""

    code = "same_person"
    message = _("这份凭证是您上传的，请由另一位同事核对确认。")
