"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.malls import merchant_api

api_urlpatterns = [path("merchant/settings", merchant_api.Settings.as_view(), name="merchant-settings")]
