"""The room's addresses in the API."""

from __future__ import annotations

from django.urls import path

from mall.carts import api

api_urlpatterns = [
    path("cart", api.OneCart.as_view(), name="cart"),
    path("cart/items", api.Items.as_view(), name="cart-items"),
    path("cart/items/<str:sku_id>", api.OneItem.as_view(), name="cart-item"),
]
