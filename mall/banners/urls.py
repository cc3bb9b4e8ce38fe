"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.banners import merchant_api as api

api_urlpatterns = [
    path("merchant/banners", api.Banners.as_view(), name="merchant-banners"),
    path("merchant/banners/<str:banner_id>", api.OneBanner.as_view(), name="merchant-banner"),
    path("merchant/banners/<str:banner_id>/picture", api.BannerPicture.as_view(), name="merchant-banner-picture"),
]
