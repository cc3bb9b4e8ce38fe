"""What the installation's own host answers: the operator's pages and nothing of a shop."""

from __future__ import annotations

from django.urls import include, path, re_path

import mall.urls
from config import health
from mall.api.errors import api_not_found
from mall.operators.admin import site
from mall.operators.signup_pages import front

urlpatterns = [
    *health.urlpatterns,
    path("operator/admin/", site.urls),
    path("operator/", include((mall.urls.operator_urlpatterns, "operator"))),
    re_path(r"^api/", api_not_found),
    path("", front, name="installation-home"),
]

handler400 = "mall.api.failures.bad_request"
handler403 = "mall.api.failures.permission_denied"
handler404 = "mall.api.failures.page_not_found"
handler500 = "mall.api.failures.server_error"
