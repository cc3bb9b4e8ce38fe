"""Every page of the dashboard is shown through here: who looks, what he may, in the mall's own time."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from mall.staff import rights


def show(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page or a fragment for the member of staff who asks."""
    staff = getattr(request, "staff_member", None)
    with timezone.override(request.mall.timezone):
        response = render(
            request,
            template,
            {
                "staff": staff,
                "rights": rights.RIGHTS.get(staff.role, frozenset()) if staff else frozenset(),
                **(context or {}),
            },
            status=status,
        )
    # Figures and names of people: never into a shared cache, nor shown again after logging out.
    response["Cache-Control"] = "no-store, private"
    return response
