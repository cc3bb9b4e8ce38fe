"""The floor's addresses, by face."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from members.closing import pages as closing_pages
from members.joining import api as joining
from members.joining import pages as joining_pages
from members.logins import api as logins
from members.profile import api as profile
from members.standing import dashboard as standing_dashboard

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("members", joining.Members.as_view(), name="members"),
    path("tokens", logins.Tokens.as_view(), name="tokens"),
    path("me", profile.Me.as_view(), name="me"),
]
dashboard_urlpatterns: list[URLPattern | URLResolver] = [*standing_dashboard.urlpatterns]
page_urlpatterns: list[URLPattern | URLResolver] = [
    path("register", joining_pages.register, name="register"),
    path("me/close", closing_pages.close, name="close-account"),
]
