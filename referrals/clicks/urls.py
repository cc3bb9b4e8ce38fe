"""Addresses of clicks."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from referrals.clicks.api import ClickConfirmation, Clicks
from referrals.clicks.arrivals import arrive
from referrals.clicks.beacon import beacon
from referrals.clicks.today_api import TodayReferrals

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("clicks", Clicks.as_view(), name="clicks"),
    path("clicks/<str:click_id>/confirm", ClickConfirmation.as_view(), name="click-confirmation"),
    path("merchant/today/referrals", TodayReferrals.as_view(), name="merchant-today-referrals"),
]
page_urlpatterns: list[URLPattern | URLResolver] = [
    path("s/", arrive, {"code": ""}, name="share-link-without-code"),
    path("s/<path:code>", arrive, name="share-link"),
    path("t", beacon, name="beacon"),
]
