"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.coupons import api, merchant_api

_ONE = "merchant/coupon-templates/<str:template_id>"

api_urlpatterns = [
    path("coupons", api.Coupons.as_view(), name="coupons"),
    path("coupon-templates", api.CouponTemplates.as_view(), name="coupon-templates"),
    path("coupon-templates/<str:template_id>/take", api.Taking.as_view(), name="coupon-template-take"),
    path("merchant/coupon-templates", merchant_api.MerchantCouponTemplates.as_view(), name="merchant-coupon-templates"),
    path(_ONE, merchant_api.MerchantCouponTemplate.as_view(), name="merchant-coupon-template"),
    path(f"{_ONE}/close", merchant_api.MerchantCouponClosing.as_view(), name="merchant-coupon-template-close"),
    path(f"{_ONE}/give", merchant_api.MerchantGift.as_view(), name="merchant-coupon-template-give"),
]
