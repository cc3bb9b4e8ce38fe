"""The buyer's pages of the ground floor."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mall.addresses import pages as addresses
from mall.aftersales import case_pages as cases
from mall.buyers import pages as buyers
from mall.carts import pages as carts
from mall.catalogue import pages as catalogue
from mall.coupons import pages as coupons
from mall.invoices import pages as invoices
from mall.malls import pages as malls
from mall.orders import checkout_pages as checkout
from mall.orders import link_pages as links
from mall.orders import pages as orders
from mall.payments import pages as payments
from mall.reviews import pages as reviews

page_urlpatterns: list[URLPattern | URLResolver] = [
    path("", malls.home, name="home"),
    path("cover.jpg", malls.cover, name="mall-cover"),
    path("brand.css", malls.brand_stylesheet, name="brand"),
    path("icon.svg", malls.icon, name="icon"),
    # Asked for by browsers on pages that name no icon.
    path("favicon.ico", malls.icon, name="favicon"),
    path("language/<str:language>", malls.choose_language, name="language"),
    path("fragments/form-token", malls.form_token, name="form-token"),
    path("privacy", malls.privacy, name="privacy"),
    path("categories", catalogue.categories, name="categories"),
    path("products", catalogue.products, name="products"),
    path("products/<uuid:product_id>", catalogue.product, name="product"),
    path("products/<uuid:product_id>/cover.jpg", catalogue.cover, name="cover"),
    path("login", buyers.login, name="login"),
    path("logout", buyers.logout, name="logout"),
    path("password-reset", buyers.password_reset, name="password-reset"),
    path("fragments/phone-code/<str:purpose>", buyers.phone_code, name="phone-code"),
    path("me", buyers.me, name="me"),
    path("me/profile", buyers.profile, name="profile"),
    path("cart", carts.cart, name="cart"),
    path("cart/items", carts.add, name="cart-add"),
    path("cart/items/<uuid:sku_id>", carts.change, name="cart-item"),
    path("cart/selection", carts.select, name="cart-select"),
    path("cart/clear", carts.clear_gone, name="cart-clear"),
    path("orders/<uuid:order_id>/again", carts.again, name="order-again"),
    path("checkout", checkout.checkout, name="checkout"),
    path("fragments/amounts", checkout.amounts, name="amounts"),
    path("fragments/regions", addresses.region_fields, name="regions"),
    path("fragments/address", addresses.address_fields, name="address-fields"),
    path("addresses", addresses.addresses, name="addresses"),
    path("addresses/new", addresses.new_address, name="address-new"),
    path("addresses/<uuid:address_id>", addresses.address, name="address"),
    path("addresses/<uuid:address_id>/delete", addresses.delete_address, name="address-delete"),
    path("addresses/<uuid:address_id>/default", addresses.make_default, name="address-default"),
    path("coupons", coupons.coupons, name="coupons"),
    path("coupons/centre", coupons.centre, name="coupon-centre"),
    path("coupons/<uuid:template_id>/take", coupons.take, name="coupon-take"),
    path("orders", orders.orders, name="orders"),
    path("orders/<uuid:order_id>", orders.order, name="order"),
    path("o/<str:token>", links.linked_order, name="order-link"),
    path("orders/<uuid:order_id>/cancel", orders.cancel, name="order-cancel"),
    path("orders/<uuid:order_id>/receipt", orders.receipt, name="order-receipt"),
    path("orders/<uuid:order_id>/invoice", invoices.invoice, name="invoice"),
    path("orders/<uuid:order_id>/pay", payments.cashier, name="cashier"),
    path("orders/<uuid:order_id>/paid", payments.paid, name="paid"),
    path("orders/<uuid:order_id>/cases/new", cases.case_new, name="case-new"),
    path("cases", cases.case_list, name="cases"),
    path("cases/<uuid:case_id>", cases.case, name="case"),
    path("cases/<uuid:case_id>/withdraw", cases.case_withdraw, name="case-withdraw"),
    path("cases/<uuid:case_id>/send-back", cases.case_send_back, name="case-send-back"),
    path("cases/<uuid:case_id>/confirm", cases.case_confirm, name="case-confirm"),
    path("cases/<uuid:case_id>/pictures", cases.case_pictures, name="case-pictures"),
    path("case-pictures/<uuid:picture_id>", cases.case_picture, name="case-picture"),
    path("orders/<uuid:order_id>/reviews/new", reviews.review_new, name="review-new"),
    path("products/<uuid:product_id>/reviews", reviews.product_reviews, name="product-reviews"),
    path("reviews", reviews.my_reviews, name="my-reviews"),
    path("reviews/<uuid:review_id>/follow-up", reviews.review_follow_up, name="review-follow-up"),
]
