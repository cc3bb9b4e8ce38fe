"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.aftersales import api

api_urlpatterns = [
    path("orders/<str:order_id>/refunds", api.OrderRefunds.as_view(), name="order-refunds"),
    path("merchant/refunds", api.MerchantRefunds.as_view(), name="merchant-refunds"),
    path("merchant/refunds/<str:refund_id>/approve", api.RefundApproval.as_view(), name="merchant-refund-approve"),
    path("merchant/refunds/<str:refund_id>/reject", api.RefundRejection.as_view(), name="merchant-refund-reject"),
]
