"""The floor's addresses, by face; each room lists its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from referrals.clicks import dashboard as clicks_dashboard
from referrals.clicks import urls as clicks
from referrals.conversions import urls as conversions
from referrals.links import dashboard as links_dashboard
from referrals.links import urls as links

api_urlpatterns: list[URLPattern | URLResolver] = [
    *links.api_urlpatterns,
    *clicks.api_urlpatterns,
    *conversions.api_urlpatterns,
]
dashboard_urlpatterns: list[URLPattern | URLResolver] = [*links_dashboard.urlpatterns, *clicks_dashboard.urlpatterns]
page_urlpatterns: list[URLPattern | URLResolver] = [
    *links.page_urlpatterns,
    *clicks.page_urlpatterns,
]
