"""The room's addresses in the API."""

from __future__ import annotations

from django.urls import path

from mall.addresses import api

api_urlpatterns = [
    path("addresses", api.Addresses.as_view(), name="addresses"),
    # Before the one below, which would take the word for an id.
    path("addresses/parse", api.Parsing.as_view(), name="address-parse"),
    path("addresses/<str:address_id>", api.OneAddress.as_view(), name="address"),
]
