"""Which pages a host shows: a mall's own, or the operator's."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class InstallationFace:
    """On the installation's own host there is no shop, and on a mall's host no operator."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Change the table of paths before anything looks a path up."""
        # A probe comes before any host is looked up: it has no such attribute.
        if getattr(request, "mall_id", 0) is None:
            request.urlconf = settings.INSTALLATION_URLCONF
        return self.get_response(request)
