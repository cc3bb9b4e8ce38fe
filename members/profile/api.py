"""Who I am in this mall."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import FenField, TextField
from mall.buyers.services import NICKNAME_MAX, change_nickname
from members.access import IsMember, member_of
from members.closing.services import close_account
from members.models import Member

_WHOLE_NUMBER = re.compile(r"[0-9]{1,18}")


class Referrer(serializers.Serializer):
    """What a member sees of who brought him."""

    id = serializers.UUIDField(source="public_id")
    nickname = serializers.CharField(source="buyer.nickname")


class Profile(serializers.Serializer):
    """A member as he sees himself."""

    id = serializers.UUIDField(source="public_id")
    nickname = serializers.CharField(source="buyer.nickname")
    joined_at = serializers.DateTimeField()
    referrer = serializers.SerializerMethodField()
    is_promoter = serializers.SerializerMethodField()

    @extend_schema_field(Referrer(allow_null=True))
    def get_referrer(self, member: Member) -> dict[str, Any] | None:
        above = Member.objects.select_related("buyer").filter(pk=member.referrer_id).first()
        return dict(Referrer(above).data) if above else None

    def get_is_promoter(self, member: Member) -> bool:
        return member.standing == Member.Standing.ACTIVE


class ProfileChange(serializers.Serializer):
    """What a member may change of himself."""

    nickname = TextField(max_length=NICKNAME_MAX)


class Leaving(serializers.Serializer):
    """The sum he gives up by leaving, if he leaves any behind."""

    confirm_forfeit_fen = FenField(required=False)


class Me(APIView):
    """The caller himself."""

    permission_classes = (IsMember,)
    also_answers = ("400",)

    @extend_schema(responses=Profile)
    def get(self, request: Request) -> Response:
        """The profile behind the token."""
        return Response(Profile(member_of(request)).data)

    @extend_schema(request=ProfileChange, responses=Profile)
    def patch(self, request: Request) -> Response:
        """Change the nickname."""
        given = ProfileChange(data=request.data)
        given.is_valid(raise_exception=True)
        member = member_of(request)
        change_nickname(buyer=member.buyer, **given.validated_data)
        return Response(Profile(member).data)

    @extend_schema(parameters=[Leaving], responses={204: None})
    def delete(self, request: Request) -> Response:
        """Close the account (注销) for good: the balance is settled, then the person is erased.

        The sum may also stand in a JSON body, for clients that send one with DELETE.
        """
        given = Leaving(data=request.data or _numbers_of(request))
        given.is_valid(raise_exception=True)
        close_account(member=member_of(request), forfeit_fen=given.validated_data.get("confirm_forfeit_fen"))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _numbers_of(request: Request) -> dict[str, Any]:
    """The query's whole numbers as such; whatever else stands there is left for the fields to refuse."""
    return {
        name: int(value) if _WHOLE_NUMBER.fullmatch(value) else value for name, value in request.query_params.items()
    }
