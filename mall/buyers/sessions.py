"""The log-in of the pages: a cookie of its own, so that leaving the shop leaves the dashboard alone."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token

from mall import clock
from mall.api.authentication import BUYER_PREFIX, token_digest
from mall.buyers.models import Buyer, BuyerToken
from mall.buyers.ports import buyer_logged_in
from mall.buyers.selectors import buyer_of_token
from mall.buyers.services import issue_token, revoke_token

COOKIE = "fy_buyer"
_REMEMBERED = "_buyer_of_request"
_TOKEN_MAX = 200


def buyer_of_request(request: HttpRequest) -> Buyer | None:
    """The buyer (a guest too) behind the pages' cookie, read once per request. Never raises."""
    if not hasattr(request, _REMEMBERED):
        setattr(request, _REMEMBERED, _find(request))
    return getattr(request, _REMEMBERED)


def log_in(request: HttpRequest, response: HttpResponse, buyer: Buyer) -> None:
    """Begin a session of 30 days in this browser, ending the one it had."""
    _end(request)
    token, expires_at = issue_token(buyer=buyer, kind=BuyerToken.Kind.SESSION)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int((expires_at - clock.now()).total_seconds()),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    setattr(request, _REMEMBERED, buyer)
    # A form that was opened before must not be sent as the new buyer.
    rotate_token(request)
    if not buyer.is_guest:
        buyer_logged_in(request, buyer.pk)


def log_out(request: HttpRequest, response: HttpResponse) -> None:
    """End this browser's session."""
    _end(request)
    response.delete_cookie(COOKIE, samesite="Lax")
    setattr(request, _REMEMBERED, None)


def _end(request: HttpRequest) -> None:
    token = _token(request)
    if token:
        revoke_token(token=token)


def _token(request: HttpRequest) -> str:
    token = request.COOKIES.get(COOKIE, "")
    return token if token.startswith(BUYER_PREFIX) and len(token) <= _TOKEN_MAX else ""


def _find(request: HttpRequest) -> Buyer | None:
    token = _token(request)
    if not token or getattr(request, "mall_id", None) is None:
        return None
    return buyer_of_token(token_digest(token), kind=BuyerToken.Kind.SESSION)
