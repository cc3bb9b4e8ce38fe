"""The floor's pages of the dashboard; each room lists its own."""

from __future__ import annotations

from mall.aftersales import case_dashboard as cases
from mall.aftersales import dashboard as aftersales
from mall.banners import dashboard as banners
from mall.catalogue import category_pages, import_pages, picture_pages, stock_pages
from mall.catalogue import dashboard as catalogue
from mall.coupons import dashboard as coupons
from mall.dashboard import home
from mall.events import dashboard as events
from mall.freight import dashboard as freight
from mall.invoices import dashboard as invoices
from mall.malls import dashboard as malls
from mall.malls import opening
from mall.notices import dashboard as notices
from mall.operators import urls as operators
from mall.orders import dashboard as orders
from mall.orders import shipping_pages
from mall.payments import dashboard as payments
from mall.payments.wechat import dashboard as wechat
from mall.promotions import dashboard as promotions
from mall.reviews import dashboard as reviews
from mall.staff import audit_pages, password_pages
from mall.staff import dashboard as staff

dashboard_urlpatterns = [
    *home.urlpatterns,
    *orders.urlpatterns,
    *shipping_pages.urlpatterns,
    *catalogue.urlpatterns,
    *category_pages.urlpatterns,
    *picture_pages.urlpatterns,
    *stock_pages.urlpatterns,
    *import_pages.urlpatterns,
    *payments.urlpatterns,
    *wechat.urlpatterns,
    *aftersales.urlpatterns,
    *cases.urlpatterns,
    *reviews.urlpatterns,
    *invoices.urlpatterns,
    *events.urlpatterns,
    *staff.urlpatterns,
    *password_pages.urlpatterns,
    *audit_pages.urlpatterns,
    *notices.urlpatterns,
    *banners.urlpatterns,
    *coupons.urlpatterns,
    *promotions.urlpatterns,
    *freight.urlpatterns,
    *malls.urlpatterns,
    *opening.urlpatterns,
    *operators.urlpatterns,
]
