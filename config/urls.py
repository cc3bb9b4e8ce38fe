"""What a mall's host answers. Each floor says its own paths, written from the root."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from config import health

FLOORS = ("mall", "members", "referrals", "commissions")


def floor_paths() -> list:
    """Pages first, then the REST API; a floor may have only one of the two."""
    pages = [
        path("", include(f"{floor}.urls")) for floor in FLOORS if find_spec(f"{floor}.urls")
    ]
    api = [
        path("api/v1/", include(f"{floor}.api.urls"))
        for floor in FLOORS
        if find_spec(f"{floor}.api") and find_spec(f"{floor}.api.urls")
    ]
    return [*pages, *api]


urlpatterns = [
    *health.urlpatterns,
    path("api/v1/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/docs", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    *floor_paths(),
    # Answers only where DEBUG is on; a server's proxy serves these files.
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
