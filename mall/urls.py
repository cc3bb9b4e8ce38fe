"""The floor's addresses, by face."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from mall.addresses import urls as address_urls
from mall.aftersales import urls as aftersales_urls
from mall.banners import urls as banner_urls
from mall.buyers import urls as buyer_urls
from mall.carts import urls as cart_urls
from mall.catalogue import urls as catalogue_urls
from mall.coupons import urls as coupon_urls
from mall.dashboard import today_api
from mall.dashboard import urls as dashboard_urls
from mall.freight import urls as freight_urls
from mall.invoices import urls as invoice_urls
from mall.malls import urls as mall_urls
from mall.notices import urls as notice_urls
from mall.operators import urls as operator_urls
from mall.orders import urls as order_urls
from mall.pages import urls as page_urls
from mall.payments import urls as payment_urls
from mall.promotions import urls as promotion_urls
from mall.reviews import urls as review_urls
from mall.staff import urls as staff_urls

api_urlpatterns: list[URLPattern | URLResolver] = [
    *catalogue_urls.api_urlpatterns,
    *buyer_urls.api_urlpatterns,
    *order_urls.api_urlpatterns,
    *payment_urls.api_urlpatterns,
    *address_urls.api_urlpatterns,
    *cart_urls.api_urlpatterns,
    *invoice_urls.api_urlpatterns,
    *aftersales_urls.api_urlpatterns,
    *review_urls.api_urlpatterns,
    *coupon_urls.api_urlpatterns,
    *promotion_urls.api_urlpatterns,
    *freight_urls.api_urlpatterns,
    *staff_urls.api_urlpatterns,
    *banner_urls.api_urlpatterns,
    *notice_urls.api_urlpatterns,
    *mall_urls.api_urlpatterns,
    *today_api.api_urlpatterns,
]
dashboard_urlpatterns: list[URLPattern | URLResolver] = [*dashboard_urls.dashboard_urlpatterns]
page_urlpatterns: list[URLPattern | URLResolver] = [*page_urls.page_urlpatterns, *payment_urls.page_urlpatterns]
# On the installation's own host only.
operator_urlpatterns: list[URLPattern | URLResolver] = [*operator_urls.operator_urlpatterns]
