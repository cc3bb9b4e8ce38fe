"""The floor's addresses, by face."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from members.closing import pages as closing_pages
from members.joining import api as joining
from members.joining import pages as joining_pages
from members.logins import api as logins
from members.profile import api as profile
from members.standing import dashboard as standing_dashboard
from members.standing import merchant_api as standing

api_urlpatterns: list[URLPattern | URLResolver] = [
    path("members", joining.Members.as_view(), name="members"),
    path("tokens", logins.Tokens.as_view(), name="tokens"),
    path("me", profile.Me.as_view(), name="me"),
    path("merchant/members", standing.MerchantMembers.as_view(), name="merchant-members"),
    path("merchant/members/<str:member_id>/suspend", standing.MemberSuspension.as_view(), name="merchant-suspend"),
    path(
        "merchant/members/<str:member_id>/reinstate", standing.MemberReinstatement.as_view(), name="merchant-reinstate"
    ),
]
dashboard_urlpatterns: list[URLPattern | URLResolver] = [*standing_dashboard.urlpatterns]
page_urlpatterns: list[URLPattern | URLResolver] = [
    path("register", joining_pages.register, name="register"),
    path("me/close", closing_pages.close, name="close-account"),
]
