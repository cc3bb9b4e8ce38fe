"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.catalogue import api, merchant_api

api_urlpatterns = [
    path("categories", api.categories, name="categories"),
    path("products", api.products, name="products"),
    path("products/<str:product_id>", api.product, name="product"),
    path("merchant/products", merchant_api.MerchantProducts.as_view(), name="merchant-products"),
    path("merchant/products/<str:product_id>", merchant_api.MerchantProduct.as_view(), name="merchant-product"),
]
