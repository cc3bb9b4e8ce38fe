"""The floor's addresses, by face."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from members.joining import api as joining
from members.logins import api as logins
from members.profile import api as profile

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("members", joining.Members.as_view(), name="members"),
    path("tokens", logins.Tokens.as_view(), name="tokens"),
    path("me", profile.Me.as_view(), name="me"),
]
dashboard_urlpatterns: list[URLPattern | URLResolver] = []
page_urlpatterns: list[URLPattern | URLResolver] = []
