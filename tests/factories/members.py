"""Members for tests, made through joining."""

from __future__ import annotations

import itertools
import secrets

from django.conf import settings
from django.test import override_settings

from mall.buyers.services import issue_token, send_phone_code
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from members.joining.ports import ReferrerFound
from members.joining.services import join
from members.models import Member

_numbers = itertools.count(secrets.randbelow(90_000_000))

REFERRER_BEHIND = "members.joining.ports.referrer_behind"


def new_phone() -> str:
    """A Chinese mobile number no other test of this process has."""
    return f"139{next(_numbers) % 100_000_000:08d}"


def named_referrer(code: str | None, visitor_key: str) -> ReferrerFound:
    """Stands in for the referrals floor: the "share code" is the referrer's id, written member:<id>."""
    if code and code.startswith("member:"):
        return ReferrerFound(member_id=int(code.removeprefix("member:")), source="ref", code=code[:20])
    return ReferrerFound(source="refused:unknown_code" if code else "none", code=(code or "")[:20])


def bind_by_id() -> override_settings:
    """Make joining take `ref="member:<id>"`, without share links."""
    return override_settings(PORTS={**settings.PORTS, REFERRER_BEHIND: "tests.factories.members.named_referrer"})


def make_member(
    mall: Mall,
    referrer: Member | None = None,
    *,
    phone: str | None = None,
    nickname: str = "",
    password: str | None = None,
) -> Member:
    """A member of the mall under `referrer`, joined with a phone code."""
    phone = phone or new_phone()
    with mall_scope(mall.pk), bind_by_id():
        code = send_phone_code(phone=phone, purpose="register")[1]
        ref = f"member:{referrer.pk}" if referrer is not None else None
        return join(phone=phone, code=code, password=password, nickname=nickname, ref=ref)


def make_chain(mall: Mall, length: int) -> list[Member]:
    """Members each under the one before; the first has no referrer."""
    chain: list[Member] = []
    for _ in range(length):
        chain.append(make_member(mall, chain[-1] if chain else None))
    return chain


def bearer(member: Member) -> dict[str, str]:
    """Headers of a request with a fresh token of this member."""
    with mall_scope(member.mall_id):
        return {"HTTP_AUTHORIZATION": f"Bearer {issue_token(buyer=member.buyer)[0]}"}
