"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.freight import merchant_api as api

api_urlpatterns = [
    path("merchant/freight-templates", api.MerchantFreightTemplates.as_view(), name="merchant-freight-templates"),
    path(
        "merchant/freight-templates/<str:template_id>",
        api.MerchantFreightTemplate.as_view(),
        name="merchant-freight-template",
    ),
]
