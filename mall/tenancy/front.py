"""As much of a request as the short ways in need, which answer in front of Django's request handling."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import parse_cookie

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]


def begin() -> None:
    """What Django does with a thread's connection when a request begins: no request meets a dead one."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


class FrontRequest:
    """Stands for an HttpRequest where only these are asked for."""

    __slots__ = ("COOKIES", "META", "data", "mall_id", "method")

    def __init__(self, environ: Environ) -> None:
        self.META = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.COOKIES = parse_cookie(environ.get("HTTP_COOKIE", ""))
        self.data: Any = None
        self.mall_id: int | None = None

    def must_be_redirected(self) -> bool:
        """Whether it came by plain HTTP where it must be HTTPS, as Django's SecurityMiddleware sees it."""
        return settings.SECURE_SSL_REDIRECT and not self.is_secure()

    def is_secure(self) -> bool:
        """What HttpRequest.is_secure says."""
        if settings.SECURE_PROXY_SSL_HEADER:
            header, secure = settings.SECURE_PROXY_SSL_HEADER
            if header in self.META:
                return bool(self.META[header].split(",", 1)[0].strip() == secure)
        return self.META.get("wsgi.url_scheme") == "https"
