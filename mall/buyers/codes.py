"""One-time codes sent to phones: six digits, five minutes, five guesses, the newest only, used once."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from mall import clock
from mall.buyers.errors import CodeUsed, WrongCode
from mall.buyers.models import PhoneCode
from mall.buyers.phones import normalised
from mall.buyers.ports import SEND_SMS, send_sms
from mall.tenancy.context import require_mall_id

DIGITS = 6
LIFE = timedelta(minutes=5)
GUESSES = 5


def send_phone_code(*, phone: str, purpose: str) -> tuple[datetime, str | None]:
    """Send a fresh code; (its end in UTC, the code itself where the installation is a sandbox).

    A known and an unknown phone are treated alike, so the answer tells nothing about it. The caller
    limits how often. Raises BadPhone; SmsUnavailable where nothing can be sent.
    """
    phone = normalised(phone)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    at = clock.now()
    # Only the newest counts, and old ones are personal data that nobody needs.
    PhoneCode.objects.filter(phone=phone, purpose=purpose).delete()
    sent = PhoneCode.objects.create(
        phone=phone,
        purpose=purpose,
        digest=_digest(phone, purpose, code),
        created_at=at,
        expires_at=at + LIFE,
    )
    if settings.PORTS.get(SEND_SMS):
        # A network call has no place in a transaction, and a code that was rolled back none on a phone.
        transaction.on_commit(lambda: send_sms(phone, purpose, code), robust=True)
    elif not settings.SANDBOX_ALLOWED:
        send_sms(phone, purpose, code)
    return sent.expires_at, code if settings.SANDBOX_ALLOWED else None


def use_phone_code(*, phone: str, purpose: str, code: str) -> None:
    """Take the code, for good. Raises WrongCode (the guess stays counted), CodeUsed if it was right once.

    Locks the code's row until the transaction ends, so that of two callers one gets it. A caller
    that wraps this in a transaction of its own must let the refusal's count through.
    """
    phone = normalised(phone)
    newest = PhoneCode.objects.filter(phone=phone, purpose=purpose).order_by("-id").first()
    if newest is None:
        raise WrongCode
    at = clock.now()
    matches = isinstance(code, str) and hmac.compare_digest(newest.digest, _digest(phone, purpose, code))
    guessed = PhoneCode.objects.filter(
        pk=newest.pk, used_at__isnull=True, attempts__lt=GUESSES, expires_at__gt=at
    ).update(attempts=F("attempts") + 1)
    if guessed and matches:
        PhoneCode.objects.filter(pk=newest.pk).update(used_at=at)
    elif matches and not guessed and PhoneCode.objects.filter(pk=newest.pk, used_at__isnull=False).exists():
        raise CodeUsed
    else:
        raise WrongCode


def _digest(phone: str, purpose: str, code: str) -> str:
    value = f"{require_mall_id('A phone code')}|{phone}|{purpose}|{code}"
    return salted_hmac("mall.buyers.codes", value.encode("utf-8", "surrogatepass"), algorithm="sha256").hexdigest()
