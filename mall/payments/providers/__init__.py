"""The ways of paying, behind one interface. Each is a module; this one knows which exist here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, Protocol

from django.conf import settings

from mall.aftersales.models import Refund
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.payments.errors import UnknownProvider
from mall.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider says about a payment or a refund: pending, succeeded or failed."""

    status: str
    reference: str = ""
    instructions: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Who sits in front of the cashier, as far as a provider asks: his openid there, the address he comes from."""

    openid: str = ""
    client_ip: str = ""
    in_mini_program: bool = False


NOBODY = Payer()


class Provider(Protocol):
    """One way of paying. Numbers are fixed before the first call, so that every call may be repeated."""

    name: str
    # How long an order stays open once it is to be paid in this way; None: the mall's own time limit.
    hold: timedelta | None
    # Whether it talks to a server: then its number is written first, and a pending payment is begun anew with it.
    calls_out: bool

    def is_offered(self, mall: Mall) -> bool:
        """Whether this mall can be paid in this way now."""

    def is_begun_for(self, payment: Payment, payer: Payer) -> bool:
        """Whether this pending payment serves this payer too."""

    def start(self, payment: Payment, order: Order, mall: Mall, payer: Payer) -> Answer:
        """Begin a payment. May raise a DomainError."""

    def refund(self, refund: Refund, payment: Payment, evidence: str) -> Answer:
        """Send part of a payment back; pending: it is certain, and on its way. May raise a DomainError."""

    def query(self, payment: Payment) -> Answer:
        """What has become of a payment; the word of a call that timed out counts for nothing."""


def provider(name: str) -> Provider:
    """The provider of this name. Raises UnknownProvider, also for the sandbox where it is not allowed."""
    found = _providers().get(name)
    if found is None:
        raise UnknownProvider
    return found


def offered(mall: Mall) -> list[Provider]:
    """The ways in which a buyer can pay this mall now, the first one first."""
    return [found for found in _providers().values() if found.is_offered(mall)]


def _providers() -> dict[str, Provider]:
    from mall.payments.providers.bank_transfer import BankTransfer
    from mall.payments.providers.sandbox import Sandbox
    from mall.payments.wechat.accounts import is_active
    from mall.payments.wechat.ways import H5, JsApi, Native

    by_wechat = cache(is_active)
    every: list[Provider] = [JsApi(by_wechat), H5(by_wechat), Native(by_wechat), BankTransfer()]
    if settings.SANDBOX_ALLOWED:
        every.insert(0, Sandbox())
    return {found.name: found for found in every}
