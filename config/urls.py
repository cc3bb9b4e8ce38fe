"""Every address of a mall's host. Each floor lists its own in <floor>/urls.py; this only puts the floors together."""

from __future__ import annotations

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

import commissions.urls
import mall.urls
import members.urls
import referrals.urls
from config import health
from mall.api.errors import api_not_found

FLOORS = (mall.urls, members.urls, referrals.urls, commissions.urls)

# Addresses are tried in their order: what buyers ask comes before what staff do.
api = sorted(
    (pattern for floor in FLOORS for pattern in floor.api_urlpatterns),
    key=lambda pattern: str(pattern.pattern).startswith("merchant/"),
)
dashboard = [pattern for floor in FLOORS for pattern in floor.dashboard_urlpatterns]
pages = [pattern for floor in FLOORS for pattern in floor.page_urlpatterns]

urlpatterns = [
    *health.urlpatterns,
    path("api/v1/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/docs", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    path("api/v1/", include((api, "api"))),
    # Also where DEBUG would show a page instead.
    re_path(r"^api/", api_not_found),
    path("dashboard/", include((dashboard, "dashboard"))),
    path("", include((pages, "pages"))),
]

handler400 = "mall.api.failures.bad_request"
handler403 = "mall.api.failures.permission_denied"
handler404 = "mall.api.failures.page_not_found"
handler500 = "mall.api.failures.server_error"
