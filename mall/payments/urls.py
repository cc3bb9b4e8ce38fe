"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.payments import api
from mall.payments.wechat import doors as wechat_doors

api_urlpatterns = [
    path("orders/<str:order_id>/payments", api.OrderPayments.as_view(), name="order-payments"),
    path("merchant/payments", api.MerchantPayments.as_view(), name="merchant-payments"),
    path(
        "merchant/payments/<str:payment_id>/confirm", api.PaymentConfirmation.as_view(), name="merchant-payment-confirm"
    ),
]

page_urlpatterns = [*wechat_doors.page_urlpatterns]
