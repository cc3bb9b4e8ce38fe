"""Where WeChat sends its notifications: one address for payments, one for refunds, on every mall's host."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from mall.payments.wechat.inbox import BODY_BYTES_MOST, Outcome, receive

ANSWERS = {
    Outcome.FORGED: HTTPStatus.UNAUTHORIZED,
    Outcome.UNKNOWN: HTTPStatus.NOT_FOUND,
    Outcome.REFUSED: HTTPStatus.BAD_REQUEST,
}


# WeChat sends no cookie and no token of ours: its signature over the body is what counts.
@csrf_exempt
@require_POST
def pay_notify(request: HttpRequest) -> HttpResponse:
    """A payment has been made."""
    return _answer(request, "pay")


@csrf_exempt
@require_POST
def refund_notify(request: HttpRequest) -> HttpResponse:
    """A refund has arrived, or has not."""
    return _answer(request, "refund")


def _answer(request: HttpRequest, kind: str) -> HttpResponse:
    body = request.read(BODY_BYTES_MOST + 1)
    if len(body) > BODY_BYTES_MOST:
        return _no(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    outcome = receive(kind=kind, body=body, headers=request.headers)
    return _no(ANSWERS[outcome]) if outcome in ANSWERS else HttpResponse(status=200)


def _no(status: HTTPStatus) -> HttpResponse:
    return JsonResponse({"code": "FAIL", "message": status.phrase}, status=status)


page_urlpatterns = [
    path("wechat/pay/notify", pay_notify, name="wechat-pay-notify"),
    path("wechat/refund/notify", refund_notify, name="wechat-refund-notify"),
]
