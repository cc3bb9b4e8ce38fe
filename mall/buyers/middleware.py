"""request.buyer on the pages."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from mall.buyers.sessions import buyer_of_request


class BuyerMiddleware:
    """Sets request.buyer, looked up when first used; falsy where nobody is logged in.

    Code that must tell None from a buyer asks buyer_of_request(request).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look nothing up yet: most requests do not ask."""
        request.buyer = SimpleLazyObject(lambda: buyer_of_request(request))
        return self.get_response(request)
