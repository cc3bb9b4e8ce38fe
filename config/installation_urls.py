"""What the installation's own host answers: the operator's admin and nothing of a shop."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

import mall.urls
from config import health

urlpatterns = [
    *health.urlpatterns,
    path("operator/", include((mall.urls.operator_urlpatterns, "operator"))),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="installation-home"),
]
