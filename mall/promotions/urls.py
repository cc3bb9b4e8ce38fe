"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.promotions import merchant_api as api

_ONE = "merchant/limited-prices/<str:price_id>"

api_urlpatterns = [
    path("merchant/limited-prices", api.MerchantLimitedPrices.as_view(), name="merchant-limited-prices"),
    path("merchant/limited-prices/simulate", api.Simulation.as_view(), name="merchant-limited-price-simulate"),
    path(_ONE, api.MerchantLimitedPrice.as_view(), name="merchant-limited-price"),
    path(f"{_ONE}/close", api.LimitedPriceClosing.as_view(), name="merchant-limited-price-close"),
    path(f"{_ONE}/extend", api.LimitedPriceExtension.as_view(), name="merchant-limited-price-extend"),
    path(f"{_ONE}/resume", api.LimitedPriceResumption.as_view(), name="merchant-limited-price-resume"),
    path("merchant/threshold-discounts", api.MerchantThresholdDiscounts.as_view(), name="merchant-threshold-discounts"),
    path(
        "merchant/threshold-discounts/<str:discount_id>/close",
        api.ThresholdDiscountClosing.as_view(),
        name="merchant-threshold-discount-close",
    ),
]
