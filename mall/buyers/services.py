"""Buyers: registering one, his password, his log-ins."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password as hash_matches
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mall import clock
from mall.api.authentication import BUYER_PREFIX, new_token, token_digest
from mall.buyers.codes import send_phone_code, use_phone_code
from mall.buyers.errors import BadNickname, PhoneTaken, WeakPassword, WrongCode, WrongLogin
from mall.buyers.models import Buyer, BuyerToken, PhoneCode
from mall.buyers.phones import normalised
from mall.limits import policy
from mall.limits.guesses import guess
from mall.text import clean_line

__all__ = [
    "ask_phone_code",
    "change_nickname",
    "check_password",
    "create_guest",
    "forget_spent_secrets",
    "issue_token",
    "log_in_with_password",
    "prove_phone",
    "register_buyer",
    "registered_buyer",
    "reset_password",
    "revoke_all_tokens",
    "revoke_token",
    "send_phone_code",
    "use_phone_code",
]

LIVES = {BuyerToken.Kind.API: timedelta(days=90), BuyerToken.Kind.SESSION: timedelta(days=30)}
PASSWORD_MAX = 128
NICKNAME_MAX = 40


def register_buyer(*, phone: str, password: str | None = None, nickname: str = "", guest: Buyer | None = None) -> Buyer:
    """A buyer with a phone; a guest who registers stays the same buyer, with the orders he has.

    Without a password he logs in by phone codes. Raises BadPhone, BadNickname, WeakPassword, PhoneTaken.
    """
    phone = normalised(phone)
    buyer = guest if guest is not None and guest.is_guest else Buyer()
    buyer.phone = phone
    buyer.is_guest = False
    buyer.password = make_password(checked_password(password)) if password is not None else ""
    buyer.nickname = checked_nickname(nickname) or _("会员%(code)s") % {"code": buyer.public_id.hex[:6]}
    if Buyer.objects.filter(phone=phone, is_guest=False).exists():
        raise PhoneTaken
    try:
        with transaction.atomic():
            buyer.save()
    except IntegrityError as error:
        raise PhoneTaken from error
    return buyer


def create_guest() -> Buyer:
    """Somebody who orders without registering. His orders are reached by his session or a signed link."""
    return Buyer.objects.create(is_guest=True)


def checked_password(password: Any) -> str:
    """The password, if it may be one. Raises WeakPassword."""
    if not isinstance(password, str) or len(password) > PASSWORD_MAX or "\x00" in password:
        raise WeakPassword
    try:
        validate_password(password)
    except ValidationError as error:
        raise WeakPassword from error
    return password


def checked_nickname(nickname: Any) -> str:
    """The nickname without spaces around it; "" for none. Raises BadNickname."""
    line = clean_line(nickname, most=NICKNAME_MAX)
    if line is None:
        raise BadNickname
    return line


def check_password(buyer: Buyer | None, password: Any) -> bool:
    """Whether this is the buyer's password. Takes as long for nobody, or a buyer without one."""
    if not isinstance(password, str) or len(password) > PASSWORD_MAX:
        return False
    if buyer is None or not buyer.password:
        make_password(password)
        return False
    return hash_matches(password, buyer.password)


def ask_phone_code(*, phone: str, purpose: str, network: str) -> tuple[datetime, str | None]:
    """send_phone_code for a stranger: limited per phone and per network. Raises TooMany as well."""
    phone = normalised(phone)
    policy.CODES_PER_PHONE.count(phone)
    policy.CODES_PER_PHONE_DAY.count(phone)
    if network:
        policy.CODES_PER_NETWORK.count(network)
    return send_phone_code(phone=phone, purpose=purpose)


def log_in_with_password(*, phone: str, password: str, network: str) -> Buyer:
    """The buyer behind phone and password. Raises BadPhone, WrongLogin, TooMany; wrong guesses are counted."""
    phone = normalised(phone)
    with guess(
        login=policy.BUYER_GUESSES,
        login_key=phone,
        network=policy.BUYER_GUESSES_PER_NETWORK,
        network_key=network,
    ):
        buyer = registered_buyer(phone)
        if not check_password(buyer, password) or buyer is None:
            raise WrongLogin
    return buyer


def reset_password(*, phone: str, code: str, password: str, network: str) -> Buyer:
    """A new password for who holds the phone; every log-in he had ends.

    Raises WeakPassword before the code is used up, BadPhone, WrongCode (for an unknown phone too), TooMany.
    """
    checked_password(password)
    prove_phone(phone=phone, purpose="reset", code=code, network=network)
    buyer = registered_buyer(normalised(phone))
    if buyer is None:
        raise WrongCode
    buyer.password = make_password(password)
    buyer.save(update_fields=["password"])
    revoke_all_tokens(buyer=buyer)
    return buyer


def change_nickname(*, buyer: Buyer, nickname: str) -> Buyer:
    """Raises BadNickname, for an empty one too."""
    checked = checked_nickname(nickname)
    if not checked:
        raise BadNickname
    buyer.nickname = checked
    buyer.save(update_fields=["nickname"])
    return buyer


def issue_token(*, buyer: Buyer, kind: str = BuyerToken.Kind.API) -> tuple[str, datetime]:
    """A log-in of the buyer, valid in this mall: (the token, its end in UTC). Only its digest is kept.

    kind: "api" for 90 days, "session" (the pages' cookie) for 30.
    """
    at = clock.now()
    token = new_token(BUYER_PREFIX)
    issued = BuyerToken.objects.create(
        buyer=buyer, kind=kind, digest=token_digest(token), created_at=at, expires_at=at + LIVES[BuyerToken.Kind(kind)]
    )
    return token, issued.expires_at


def revoke_token(*, token: str) -> None:
    """End one log-in. No effect on a token that is unknown or ended already."""
    BuyerToken.objects.filter(digest=token_digest(token), revoked_at__isnull=True).update(revoked_at=clock.now())


def revoke_all_tokens(*, buyer: Buyer) -> None:
    """End every log-in of the buyer, on the pages and in apps."""
    BuyerToken.objects.filter(buyer=buyer, revoked_at__isnull=True).update(revoked_at=clock.now())


def forget_spent_secrets() -> int:
    """Delete phone codes a day after their end and log-ins a month after theirs; how many rows went.

    A phone that asked for a code and never joined is somebody's personal data without a use.
    """
    at = clock.now()
    codes, _ = PhoneCode.objects.filter(expires_at__lt=at - timedelta(days=1)).delete()
    tokens, _ = BuyerToken.objects.filter(expires_at__lt=at - timedelta(days=30)).delete()
    return codes + tokens


def prove_phone(*, phone: str, purpose: str, code: str, network: str) -> None:
    """use_phone_code for a stranger: the network's wrong guesses are counted. Raises TooMany as well."""
    if network:
        policy.CODE_GUESSES_PER_NETWORK.count(network)
    use_phone_code(phone=phone, purpose=purpose, code=code)
    if network:
        policy.CODE_GUESSES_PER_NETWORK.give_back(network)


def registered_buyer(phone: str) -> Buyer | None:
    """The buyer registered with this phone (E.164)."""
    return Buyer.objects.filter(phone=phone, is_guest=False, closed_at__isnull=True).first()
