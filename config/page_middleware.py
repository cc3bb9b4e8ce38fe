"""What only pages need: sessions, who is logged in by them, messages, htmx. The API answers to tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_htmx.middleware import HtmxMiddleware

from mall.api.errors import API_PATH


class PagesOnly:
    """Passes a request of the API by."""

    get_response: Callable[[HttpRequest], HttpResponseBase]

    def __call__(self, request: HttpRequest) -> Any:
        """Do the middleware's work for a page, and none for the API."""
        if request.path_info.startswith(API_PATH):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]  # the middleware behind this one


class Sessions(PagesOnly, SessionMiddleware):
    """Django's."""


class Authentication(PagesOnly, AuthenticationMiddleware):
    """Django's."""


class Messages(PagesOnly, MessageMiddleware):
    """Django's."""


class Htmx(PagesOnly, HtmxMiddleware):
    """django-htmx's."""
