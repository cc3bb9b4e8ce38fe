"""The room's addresses in the API."""

from __future__ import annotations

from django.urls import path

from mall.invoices import api

api_urlpatterns = [
    path("orders/<str:order_id>/invoice", api.OrderInvoice.as_view(), name="order-invoice"),
    path("merchant/invoices", api.MerchantInvoices.as_view(), name="merchant-invoices"),
    path("merchant/invoices/<str:invoice_id>/issue", api.Issuing.as_view(), name="merchant-invoice-issue"),
    path("merchant/invoices/<str:invoice_id>/refuse", api.Refusing.as_view(), name="merchant-invoice-refuse"),
]
