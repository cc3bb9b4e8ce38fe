"""What buyers need from outside this floor."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.http import HttpRequest

from mall.buyers.errors import SmsUnavailable
from mall.ports import port

logger = logging.getLogger(__name__)

SEND_SMS = "mall.buyers.ports.send_sms"


def _refuse_sms(phone: str, purpose: str, code: str) -> None:
    """Send a one-time code to a phone (E.164). Called after the commit; must not take long."""
    logger.error("a phone code was asked for, and no sender of text messages is plugged into %s", SEND_SMS)
    raise SmsUnavailable


def _nobody_listens(request: HttpRequest, buyer_id: int) -> None:
    """Hear that a buyer logged in, joined or ordered from this browser or app."""


def _nobody_is_credited(order_ids: Sequence[int]) -> None:
    """Hear that orders are about to become another buyer's: who is credited with them is written down before."""


send_sms = port(SEND_SMS, _refuse_sms)
buyer_logged_in = port("mall.buyers.ports.buyer_logged_in", _nobody_listens)
orders_change_hands = port("mall.buyers.ports.orders_change_hands", _nobody_is_credited)
