"""Addresses of share links."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from referrals.links import pages
from referrals.links.api import ShareLinks
from referrals.links.pictures import qr_picture
from referrals.links.posters import poster

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("share-links", ShareLinks.as_view(), name="share-links"),
]
page_urlpatterns: list[URLPattern | URLResolver] = [
    path("promote/links", pages.links, name="links"),
    path("fragments/share", pages.share_panel, name="share-panel"),
    path("fragments/share/<uuid:product_id>", pages.take_product_link, name="take-product-link"),
    path("q/<str:code>/poster.png", poster, name="poster"),
    path("q/<str:code>.<str:form>", qr_picture, name="qr-picture"),
]
