"""What a request shows of the one who comes through a link. Observed as it is; judged later."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from mall import clock
from mall.api.network import client_network
from mall.staff.selectors import active_staff_member
from referrals.clicks.user_agents import may_be_machine

USER_AGENT_MAX = 400
# How long a page has to say that it was shown. WeChat opens a page in a second or two, a slow
# network in some ten; who forwards a link unopened never says it.
CONFIRM_SECONDS = 60

_PREFETCH_HEADERS = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
_PREFETCH_WORDS = ("prefetch", "prerender", "preview")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One arrival as observed. network: a keyed hash, so that no address is kept. at: UTC."""

    visitor_key: str
    at: datetime
    source: str
    method: str
    is_prefetch: bool
    user_agent: str
    network: str

    @property
    def due_at(self) -> datetime:
        """When it may be judged first: at once where no page will be shown, else after the page's time."""
        if self.method != "GET" or self.is_prefetch or may_be_machine(self.user_agent):
            return self.at
        return self.at + timedelta(seconds=CONFIRM_SECONDS)


def observe(
    request: HttpRequest, *, mall_id: int, visitor_key: str, source: str, method: str | None = None
) -> Sighting:
    """What this request shows. source: "browser" or "app". method: of the page, where the request is another."""
    return Sighting(
        visitor_key=visitor_key,
        at=clock.now(),
        source=source,
        method=method or (request.method or "")[:8],
        is_prefetch=any(
            word in request.META[header].lower()
            for header in _PREFETCH_HEADERS
            if header in request.META
            for word in _PREFETCH_WORDS
        ),
        user_agent=_storable(request.META.get("HTTP_USER_AGENT", "")),
        network=network_hash(
            mall_id, _network(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))
        ),
    )


def is_staff(request: HttpRequest) -> bool:
    """Whether somebody of this mall's staff is logged in on the dashboard in this browser. Needs mall_scope."""
    # Without the cookie there is no session to look into.
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    return request.user.is_authenticated and active_staff_member(request.user) is not None


def network_hash(mall_id: int, network: str) -> str:
    """32 hex digits that stand for a network in this mall, and cannot be turned back without the key."""
    return hmac.digest(_network_key(settings.SECRET_KEY), f"{mall_id}:{network}".encode(), "sha256")[:16].hex()


def _storable(user_agent: str) -> str:
    """Cut, and without what no database takes."""
    text = user_agent[:USER_AGENT_MAX]
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return text.replace("\x00", "")


class _Hops:
    """The two lines of a request that tell where it comes from."""

    def __init__(self, peer: str, forwarded: str) -> None:
        self.META = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}


def _network(peer: str, forwarded: str) -> str:
    return _network_believed(peer, forwarded, tuple(settings.TRUSTED_PROXIES))


# Reading addresses takes as long as everything else that is observed, and a page asks several times.
@lru_cache(maxsize=5_000)
def _network_believed(peer: str, forwarded: str, _trusted: tuple[str, ...]) -> str:
    return client_network(_Hops(peer, forwarded))


@lru_cache(maxsize=8)
def _network_key(secret: str) -> bytes:
    return hashlib.sha256(b"referrals.network\0" + secret.encode()).digest()
