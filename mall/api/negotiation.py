"""Which format an answer has: JSON, for whoever has not asked for another."""

from __future__ import annotations

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

_JSON = "application/json"
# What nearly everybody sends; taking it apart costs more than some answers.
PLAIN = frozenset({"", "*/*", _JSON})


class PlainNegotiation(DefaultContentNegotiation):
    """The framework's, without its work where an operation answers in JSON only and nobody wants anything else."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """(renderer, media type), as the framework answers it."""
        is_plain = request.META.get("HTTP_ACCEPT", "") in PLAIN and "format" not in request.GET
        if is_plain and format_suffix is None and len(renderers) == 1 and renderers[0].media_type == _JSON:
            return renderers[0], _JSON
        return super().select_renderer(request, renderers, format_suffix)
