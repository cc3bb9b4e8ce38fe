"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.orders import api, merchant_api, shipping_api

api_urlpatterns = [
    path("orders", api.orders, name="orders"),
    path("orders/quote", api.Quoting.as_view(), name="order-quote"),
    path("orders/<str:order_id>", api.OneOrder.as_view(), name="order"),
    path("orders/<str:order_id>/cancel", api.Cancellation.as_view(), name="order-cancel"),
    path("orders/<str:order_id>/receipt", api.Receipt.as_view(), name="order-receipt"),
    path("merchant/orders", merchant_api.MerchantOrders.as_view(), name="merchant-orders"),
    path("merchant/orders/<str:order_id>", merchant_api.OneMerchantOrder.as_view(), name="merchant-order"),
    path("merchant/orders/<str:order_id>/ship", merchant_api.Shipping.as_view(), name="merchant-order-ship"),
    path("merchant/pick-list", shipping_api.Picking.as_view(), name="merchant-pick-list"),
    path("merchant/shipments", shipping_api.Shipments.as_view(), name="merchant-shipments"),
    path("merchant/shipping-tables", shipping_api.ShippingTables.as_view(), name="merchant-shipping-tables"),
    path(
        "merchant/shipping-tables/<str:table_id>",
        shipping_api.OneShippingTable.as_view(),
        name="merchant-shipping-table",
    ),
    path(
        "merchant/shipping-tables/<str:table_id>/apply",
        shipping_api.ShippingTableApply.as_view(),
        name="merchant-shipping-table-apply",
    ),
]
