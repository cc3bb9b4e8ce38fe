"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.payments import api

api_urlpatterns = [
    path("orders/<str:order_id>/payments", api.OrderPayments.as_view(), name="order-payments"),
    path("merchant/payments", api.MerchantPayments.as_view(), name="merchant-payments"),
    path(
        "merchant/payments/<str:payment_id>/confirm", api.PaymentConfirmation.as_view(), name="merchant-payment-confirm"
    ),
]
