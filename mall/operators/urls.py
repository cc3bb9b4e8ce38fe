"""The room's addresses, on the installation's own host."""

from __future__ import annotations

from django.urls import path

from mall.operators import pages, signup_pages

urlpatterns = [path("arrive", signup_pages.arrive, name="arrive")]

operator_urlpatterns = [
    path("", pages.mall_list, name="malls"),
    path("signup", signup_pages.sign_up, name="sign-up"),
    path("rules", signup_pages.rules, name="rules"),
    path("login", pages.log_in, name="login"),
    path("logout", pages.log_out, name="logout"),
    path("malls/new", pages.mall_new, name="mall-new"),
    path("malls/<str:public_id>/enter", pages.mall_enter, name="mall-enter"),
    path("malls/<str:public_id>/leave", pages.mall_leave, name="mall-leave"),
    path("malls/<str:public_id>/help", pages.mall_help, name="mall-help"),
    path("malls/<str:public_id>/status", pages.mall_status, name="mall-status"),
]
