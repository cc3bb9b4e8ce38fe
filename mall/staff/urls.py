"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.staff import acts_api, api

api_urlpatterns = [
    path("merchant/tokens", api.MerchantTokens.as_view(), name="merchant-tokens"),
    path("merchant/tokens/current", api.CurrentMerchantToken.as_view(), name="merchant-token"),
    path("merchant/password", api.OwnPassword.as_view(), name="merchant-password"),
    path("merchant/acts", acts_api.Acts.as_view(), name="merchant-acts"),
]
