"""网页授权: a browser inside WeChat is sent away for a code and comes back with it, without a word to its reader.

The state is random, signed into a cookie of this browser for ten minutes, and good once: somebody else's code cannot
be slipped under it.
"""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from mall.buyers.sessions import buyer_of_request
from mall.errors import DomainError, TooMany
from mall.limits.policy import Limit
from mall.pages.rendering import safe_next
from mall.payments.wechat import identity
from mall.payments.wechat.accounts import account_seen
from mall.payments.wechat.client import base_address, is_pretended_for_phones

STATE_COOKIE, HANDLE_COOKIE = "fy_wx_state", "fy_wx"
STATE_SECONDS = 600
_SALT = "mall.payments.wechat.oauth"
STATES = Limit("wechat-state", 1, STATE_SECONDS)


def may_ask(request: HttpRequest) -> bool:
    """Whether this browser can be sent for its openid: inside WeChat, and the mall has entered its app's secret."""
    if "MicroMessenger/" not in request.headers.get("User-Agent", "") or is_pretended_for_phones():
        return False
    seen = account_seen()
    return seen is not None and seen.is_active and seen.has_app_secret


def known_in(request: HttpRequest) -> identity.Known | None:
    """The openid that this browser has shown before."""
    return identity.known_by_handle(request.COOKIES.get(HANDLE_COOKIE, ""))


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """To WeChat for a code; ?next= is a path of this host."""
    seen = account_seen()
    wanted = safe_next(request, "/me")
    if seen is None or not seen.has_app_secret:
        return redirect(wanted)
    state = secrets.token_urlsafe(24)
    query = {
        "appid": seen.appid,
        "redirect_uri": request.build_absolute_uri(reverse("pages:wechat-back")),
        "response_type": "code",
        "scope": "snsapi_base",
        "state": state,
    }
    address = f"{base_address('WECHAT_OPEN_BASE_URL')}/connect/oauth2/authorize?{urlencode(query)}#wechat_redirect"
    answer = redirect(address)
    answer["Cache-Control"] = "no-store"
    answer.set_cookie(
        STATE_COOKIE,
        signing.dumps([request.mall_id, state, wanted], salt=_SALT),
        max_age=STATE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
        path=reverse("pages:wechat-back"),
    )
    return answer


@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """From WeChat with a code: whatever comes, the reader goes on to his page; without an openid it says so there."""
    wanted = _next_of(request)
    if wanted is None:
        return _leave("/me")
    answer = _leave(wanted)
    try:
        known = identity.of_page(request.GET.get("code", ""))
    except DomainError:
        return answer
    buyer = buyer_of_request(request)
    if buyer is not None and not buyer.is_guest:
        identity.link(known=known, buyer=buyer)
    answer.set_cookie(
        HANDLE_COOKIE,
        identity.handle_of(known),
        max_age=identity.HANDLE_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return answer


def _next_of(request: HttpRequest) -> str | None:
    """Where this browser wanted to go, if it is the one that was sent away, with this state, for the first time."""
    try:
        mall_id, state, wanted = signing.loads(request.COOKIES.get(STATE_COOKIE, ""), salt=_SALT, max_age=STATE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    given = request.GET.get("state", "")
    if mall_id != request.mall_id or not hmac.compare_digest(state.encode(), given.encode(errors="replace")):
        return None
    try:
        STATES.count(state)
    except TooMany:
        return None
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else None


def _leave(wanted: str) -> HttpResponse:
    answer = redirect(wanted)
    answer["Cache-Control"] = "no-store"
    answer.delete_cookie(STATE_COOKIE, path=reverse("pages:wechat-back"), samesite="Lax")
    return answer


@require_safe
def verify_file(request: HttpRequest, word: str) -> HttpResponse:
    """MP_verify_<word>.txt: WeChat's proof that the merchant controls this domain, read at its root."""
    seen = account_seen()
    if seen is None or not seen.verify_word or not hmac.compare_digest(seen.verify_word, word):
        return HttpResponse(status=404)
    return HttpResponse(word, content_type="text/plain; charset=utf-8")


page_urlpatterns = [
    path("wechat/oauth", start, name="wechat-oauth"),
    path("wechat/oauth/back", back, name="wechat-back"),
    path("MP_verify_<slug:word>.txt", verify_file, name="wechat-verify-file"),
]
