"""Addresses of conversions."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from referrals.conversions.api import Conversions

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("conversions", Conversions.as_view(), name="conversions"),
]
