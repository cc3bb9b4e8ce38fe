"""Every address of a mall's host. Each floor lists its own in <floor>/urls.py; this only puts the floors together."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

import commissions.urls
import mall.urls
import members.urls
import referrals.urls
from config import health

FLOORS = (mall.urls, members.urls, referrals.urls, commissions.urls)

api = [pattern for floor in FLOORS for pattern in floor.api_urlpatterns]
dashboard = [pattern for floor in FLOORS for pattern in floor.dashboard_urlpatterns]
pages = [pattern for floor in FLOORS for pattern in floor.page_urlpatterns]

urlpatterns = [
    *health.urlpatterns,
    path("api/v1/schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/docs", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    path("api/v1/", include((api, "api"))),
    path("dashboard/", include((dashboard, "dashboard"))),
    path("", include((pages, "pages"))),
]
