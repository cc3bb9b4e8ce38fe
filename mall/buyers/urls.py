"""The room's addresses."""

from __future__ import annotations

from django.urls import path

from mall.buyers import api

api_urlpatterns = [
    path("phone-codes", api.PhoneCodes.as_view(), name="phone-codes"),
    path("tokens/current", api.CurrentToken.as_view(), name="token"),
    path("password-resets", api.PasswordResets.as_view(), name="password-resets"),
]
