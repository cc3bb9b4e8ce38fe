"""What the installation's own host answers: the operator's admin and nothing of a shop."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from config import health

urlpatterns = [
    *health.urlpatterns,
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="installation-home"),
]
