"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.notices import merchant_api as api

api_urlpatterns = [
    path("merchant/notices", api.Notices.as_view(), name="merchant-notices"),
    path("merchant/notices/seen", api.NoticesSeen.as_view(), name="merchant-notices-seen"),
    path("merchant/webhook", api.Webhook.as_view(), name="merchant-webhook"),
]
