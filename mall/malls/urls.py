"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.malls import merchant_api, opening_api

api_urlpatterns = [
    path("merchant/settings", merchant_api.Settings.as_view(), name="merchant-settings"),
    path("merchant/checklist", opening_api.Checklist.as_view(), name="merchant-checklist"),
    path("merchant/checklist/plan-seen", opening_api.PlanSeen.as_view(), name="merchant-checklist-plan"),
    path("merchant/samples", opening_api.Samples.as_view(), name="merchant-samples"),
]
