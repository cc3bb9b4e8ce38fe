"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.catalogue import api, category_api, import_api, merchant_api, picture_api, stock_api

api_urlpatterns = [
    path("categories", api.categories, name="categories"),
    path("products", api.products, name="products"),
    path("products/<str:product_id>", api.product, name="product"),
    path("merchant/products", merchant_api.MerchantProducts.as_view(), name="merchant-products"),
    path("merchant/products/<str:product_id>", merchant_api.MerchantProduct.as_view(), name="merchant-product"),
    path(
        "merchant/products/<str:product_id>/pictures",
        picture_api.MerchantPictures.as_view(),
        name="merchant-product-pictures",
    ),
    path(
        "merchant/products/<str:product_id>/pictures/<str:picture_id>",
        picture_api.MerchantPicture.as_view(),
        name="merchant-product-picture",
    ),
    path("merchant/product-imports", import_api.ProductImports.as_view(), name="merchant-product-imports"),
    path(
        "merchant/product-imports/<str:import_id>",
        import_api.OneProductImport.as_view(),
        name="merchant-product-import",
    ),
    path(
        "merchant/product-imports/<str:import_id>/check",
        import_api.ProductImportCheck.as_view(),
        name="merchant-product-import-check",
    ),
    path(
        "merchant/product-imports/<str:import_id>/apply",
        import_api.ProductImportApply.as_view(),
        name="merchant-product-import-apply",
    ),
    path(
        "merchant/product-imports/<str:import_id>/stop",
        import_api.ProductImportStop.as_view(),
        name="merchant-product-import-stop",
    ),
    path("merchant/product-export", import_api.ProductExport.as_view(), name="merchant-product-export"),
    path("merchant/low-stock", stock_api.LowStock.as_view(), name="merchant-low-stock"),
    path("merchant/skus/<str:sku_id>/restock", stock_api.Restocking.as_view(), name="merchant-sku-restock"),
    path("merchant/categories", category_api.MerchantCategories.as_view(), name="merchant-categories"),
    path("merchant/categories/<str:category_id>", category_api.MerchantCategory.as_view(), name="merchant-category"),
    path(
        "merchant/categories/<str:category_id>/icon",
        category_api.MerchantCategoryIcon.as_view(),
        name="merchant-category-icon",
    ),
]
