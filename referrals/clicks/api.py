"""Clicks of apps: they record one when a link is opened, and confirm it once its page is on the screen."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import TextField
from mall.api.lookup import get_or_404
from mall.buyers.models import Buyer
from mall.errors import Missing
from mall.staff.models import StaffMember
from mall.tenancy.context import require_mall_id
from members.selectors import member_of_buyer
from referrals.clicks.models import Click
from referrals.clicks.services import confirm_click, record_click
from referrals.clicks.sightings import observe
from referrals.clicks.visitors import key_of_token, new_key, remember, signed
from referrals.links.selectors import link_by_code


class ClickInput(serializers.Serializer):
    """Which link was opened, and by whom."""

    code = TextField(max_length=200, help_text="The share code of the opened link.")
    visitor = TextField(
        max_length=400,
        required=False,
        allow_null=True,
        help_text="What an earlier answer gave, unchanged. Without one a new visitor is issued; keep it.",
    )


class ClickOutput(serializers.Serializer):
    """The recorded click, and the visitor to send along from now on."""

    id = serializers.UUIDField()
    visitor = serializers.CharField()


class Clicks(APIView):
    """The mall's clicks."""

    permission_classes = (AllowAny,)

    @extend_schema(request=ClickInput, responses={201: ClickOutput})
    def post(self, request: Request) -> Response:
        """Record that a link was opened in an app. A bearer token, where there is one, says who it was."""
        given = ClickInput(data=request.data)
        given.is_valid(raise_exception=True)
        token = given.validated_data.get("visitor")
        mall_id = require_mall_id("A click")
        key = key_of_token(token) if token else new_key()
        link = link_by_code(given.validated_data["code"])
        if link is None:
            raise Missing
        member = member_of_buyer(request.user.pk) if isinstance(request.user, Buyer) else None
        if member is not None:
            remember(key, buyer_id=member.buyer_id)
        # The page is opened with GET, whatever this call is.
        seen = observe(request, mall_id=mall_id, visitor_key=key, source="app", method="GET")
        click = record_click(link=link, seen=seen, member=member, by_staff=isinstance(request.user, StaffMember))
        answer = ClickOutput({"id": click.public_id, "visitor": signed(mall_id, key)})
        return Response(answer.data, status=status.HTTP_201_CREATED)


class ClickConfirmation(APIView):
    """That the page of a click was shown."""

    permission_classes = (AllowAny,)

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, click_id: str) -> Response:
        """Confirm a click within a minute of recording it; later ones answer 409. Saying it again changes nothing."""
        confirm_click(click=get_or_404(Click.objects.filter(source="app"), click_id))
        return Response(status=status.HTTP_204_NO_CONTENT)
