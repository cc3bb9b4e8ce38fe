"""From the Host header to the mall: the only way a request gets one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext_lazy as _

from mall.faultpoints import reach
from mall.tenancy.context import mall_scope

if TYPE_CHECKING:
    from mall.malls.models import Mall

# A host's mall hardly ever changes; a few seconds spare every request one statement.
_HOST_SECONDS = 5.0
_hosts: dict[str, tuple[float, int | None]] = {}


def forget_hosts() -> None:
    """Drop the remembered hosts of this process; called when a host is added, and by tests."""
    _hosts.clear()


def mall_id_of_host(host: str) -> int | None:
    """The mall behind a host name (no port, lower case), or None. Looks across malls through the relay."""
    remembered = _hosts.get(host)
    if remembered is not None and time.monotonic() - remembered[0] < _HOST_SECONDS:
        return remembered[1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT find_mall_by_host(%s)", [host])
        mall_id: int | None = cursor.fetchone()[0]
    if len(_hosts) > 10_000:
        _hosts.clear()
    _hosts[host] = (time.monotonic(), mall_id)
    return mall_id


def host_of(request: HttpRequest) -> str:
    """The host name asked for, without port and trailing dot, in lower case."""
    host: str = request.META.get("HTTP_HOST", "")
    if not host.startswith("["):
        host = host.rsplit(":", 1)[0]
    return host.rstrip(".").lower()[:253]


def asked_host(request: HttpRequest) -> str:
    """The host whose mall the request means: its Host header, or the one mall that this process serves."""
    return f"{settings.LAN_MALL}.{settings.MALL_BASE_DOMAIN}" if settings.LAN_MALL else host_of(request)


def asked_mall_id(request: HttpRequest) -> int | None:
    """The mall the request means, or None where its host leads to none."""
    host = asked_host(request)
    return None if "\x00" in host or host in settings.INSTALLATION_HOSTS else mall_id_of_host(host)


class MallMiddleware:
    """Opens the transaction of the whole response and sets the mall inside it.

    ATOMIC_REQUESTS lies inside and undoes a failed view; this one holds the mall for what runs
    around the view (sessions, authentication, lazy templates). Either alone leaks or loses.
    """

    PROBES = ("/healthz", "/readyz")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(self.PROBES):
            return self.get_response(request)
        try:
            return self._answer(request)
        except (OperationalError, InterfaceError):
            words = _in_words_of(request, _("数据库暂时不可用，请稍后再试。"))
            response = JsonResponse(
                {
                    "type": "server_error",
                    "errors": [{"code": "unavailable", "detail": words, "attr": None}],
                },
                status=503,
            )
            response["Retry-After"] = "2"
            return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if asked_host(request) in settings.INSTALLATION_HOSTS:
            request.mall_id = None
            request.mall = None
            return self.get_response(request)
        mall_id = asked_mall_id(request)
        if mall_id is None:
            return self._unknown_host(request)
        request.mall_id = mall_id
        request.mall = SimpleLazyObject(lambda: _load(mall_id))
        with mall_scope(mall_id):
            response = self.get_response(request)
            if response.streaming:
                # A stream is read after the transaction, where no mall is in force any more.
                raise RuntimeError(f"{request.path_info}: a mall's response must not stream")
        reach("web.committed")
        return response

    def _unknown_host(self, request: HttpRequest) -> HttpResponse:
        words = _in_words_of(request, _("没有这个商城。"))
        if request.path_info.startswith("/api/"):
            error = {"code": "not_found", "detail": words, "attr": None}
            return JsonResponse({"type": "client_error", "errors": [error]}, status=404)
        return HttpResponse(words, status=404, content_type="text/plain; charset=utf-8")


def _in_words_of(request: HttpRequest, sentence: Promise) -> str:
    """In the visitor's language: this comes before the middleware that sets it."""
    with override(get_language_from_request(request)):
        return str(sentence)


def _load(mall_id: int) -> Mall:
    from mall.malls.models import Mall

    try:
        return Mall.objects.get(pk=mall_id)
    except Mall.DoesNotExist as missing:
        raise Http404 from missing
