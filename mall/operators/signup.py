"""Signing up: a merchant opens a mall by himself, on the installation's own host."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction

from mall import clock
from mall.errors import DomainError
from mall.limits.policy import HAND_OVERS, SIGN_UPS_PER_NETWORK, SIGN_UPS_PER_NETWORK_DAY
from mall.malls.models import Mall
from mall.malls.selectors import base_url, primary_host
from mall.malls.services import create_mall
from mall.operators.errors import RulesNotAccepted, SignUpClosed, SlugReserved
from mall.staff.logins import user_behind
from mall.staff.models import StaffMember
from mall.staff.selectors import active_staff_member
from mall.tenancy.context import mall_scope, require_mall_id

HAND_OVER_SECONDS = 120
_SALT = "mall.operators.signup.hand-over"

# Names that a visitor would take for the installation's own, or that it may need one day.
RESERVED = frozenset(
    {
        "about", "account", "accounts", "admin", "administrator", "api", "app", "apps", "assets", "auth", "autoconfig",
        "autodiscover", "beta", "billing", "blog", "cdn", "cname", "dashboard", "demo", "dev", "dns", "docs", "email",
        "example", "fenyong", "files", "ftp", "health", "help", "home", "host", "hosting", "imap", "img", "internal",
        "localhost", "login", "m", "mail", "mall", "malls", "media", "merchant", "mobile", "mx", "news", "ns", "ns1",
        "ns2", "official", "operator", "ops", "pay", "payment", "payments", "ping", "pop", "portal", "postmaster",
        "private", "proxy", "public", "root", "s", "secure", "security", "shop", "shops", "signup", "smtp", "ssl",
        "staff", "stage", "staging", "static", "status", "support", "system", "test", "tmp", "vpn", "wap", "webmail",
        "wechat", "weixin", "wiki", "www", "xn",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A new mall, and where its owner goes next: logged in on its own host, once."""

    mall: Mall
    address: str


def sign_up(*, slug: str, name: str, email: str, password: str, accepts_rules: bool, network: str) -> Opened:
    """Open a mall for whoever asks; he is its owner. At most 20 tries an hour and 50 a day from one network.

    An email that has a log-in already needs that log-in's password (ADR 0011). Raises SignUpClosed,
    RulesNotAccepted, SlugReserved, TooMany, and what create_mall raises. Refusals count as tries: who looks
    for addresses that have a log-in here is stopped soon.
    """
    if not settings.SIGNUP_OPEN:
        raise SignUpClosed
    if accepts_rules is not True:
        raise RulesNotAccepted
    slug = slug.strip().lower() if isinstance(slug, str) else slug
    if slug in RESERVED or (isinstance(slug, str) and slug.startswith("xn--")):
        raise SlugReserved
    SIGN_UPS_PER_NETWORK.count(network)
    SIGN_UPS_PER_NETWORK_DAY.count(network)
    with transaction.atomic():
        mall = create_mall(slug=slug, name=name, owner_email=email, owner_password=password)
        with mall_scope(mall.pk):
            Mall.objects.filter(pk=mall.pk).update(rules_accepted_at=clock.now())
            owner = active_staff_member(user_behind(email, password))
            return Opened(mall, f"{base_url(primary_host())}/dashboard/arrive?t={hand_over(member=owner)}")


def hand_over(*, member: StaffMember) -> str:
    """A token that opens one session for this member in the mall in force, within two minutes, once."""
    facts = {"mall": require_mall_id("A hand-over"), "staff": member.pk, "once": secrets.token_urlsafe(12)}
    return signing.dumps(facts, salt=_SALT, compress=True)


def arrive(*, token: Any) -> StaffMember | None:
    """The member whose token this is, in the mall in force; None for one that is forged, late, used or another's."""
    try:
        facts = signing.loads(token, salt=_SALT, max_age=HAND_OVER_SECONDS)
        if facts["mall"] != require_mall_id("An arrival"):
            return None
        # Counted where it is used: the second time is one too many. Without Valkey nobody arrives.
        HAND_OVERS.count(facts["once"])
    except (signing.BadSignature, DomainError, KeyError, TypeError, ValueError, AttributeError):
        return None
    member = StaffMember.objects.select_related("user").filter(pk=facts["staff"], is_active=True).first()
    return member if member is not None and member.user.is_active else None
