"""What the commissions floor refuses, and how it says so."""

from __future__ import annotations

from mall.errors import DomainError


class PlanRefused(DomainError):
    """A plan that cannot stand; the message shows the sum."""

    code = "plan_refused"
    status = 400


class InsufficientBalance(DomainError):
    """A payout above what is available."""

    code = "insufficient_balance"
    status = 409
    field = "amount_fen"


class DebtOutstanding(DomainError):
    """Payouts wait until the debt of earlier refunds is repaid."""

    code = "debt_outstanding"
    status = 409


class PayoutBelowMinimum(DomainError):
    """A payout below the mall's minimum."""

    code = "below_minimum"
    status = 400
    field = "amount_fen"


class PayoutNotInState(DomainError):
    """A step that the payout's status does not allow."""

    code = "wrong_state"
    status = 409


class FourEyes(DomainError):
    """The mall wants another person for this step."""

    code = "four_eyes"
    status = 403


class PayeeUnknown(DomainError):
    """No such payee of this member."""

    code = "not_found"
    status = 404
    field = "payee"


class NotActive(DomainError):
    """A suspended or closed member asks for what active members may do."""

    code = "not_active"
    status = 403


class BalanceNotSettled(DomainError):
    """An account with money in it cannot be closed."""

    code = "balance_not_settled"
    status = 409
    field = "confirm_forfeit_fen"
