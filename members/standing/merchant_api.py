"""Members by the merchant API: who they are, who brought them, and whether they earn."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import ChoiceTextField, TextField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.staff.rights import MANAGE_MEMBERS, SEE_COMMISSIONS
from members.models import Member
from members.selectors import members_with_buyers
from members.standing.services import reinstate, suspend


class MemberQuery(serializers.Serializer):
    """Which members."""

    standing = ChoiceTextField(choices=Member.Standing.choices, required=False)
    search = TextField(max_length=40, required=False, help_text="A part of the nickname.")


class ReferrerNamed(serializers.Serializer):
    """Who brought him."""

    id = serializers.UUIDField(source="public_id")
    nickname = serializers.CharField(source="buyer.nickname")


class MerchantMember(serializers.ModelSerializer):
    """A member as his merchant sees him."""

    id = serializers.UUIDField(source="public_id")
    buyer = serializers.UUIDField(source="buyer.public_id", help_text="What coupons are given to.")
    nickname = serializers.CharField(source="buyer.nickname")
    phone = serializers.CharField(source="buyer.phone", allow_null=True)
    referrer = ReferrerNamed(allow_null=True)

    class Meta:
        model = Member
        fields = ("id", "buyer", "nickname", "phone", "standing", "referrer", "joined_at")


class ReasonGiven(serializers.Serializer):
    """Why; kept for good."""

    reason = TextField(max_length=200)


class MerchantMembers(GenericAPIView):
    """The mall's members."""

    permission_classes = (StaffMay(SEE_COMMISSIONS),)
    serializer_class = MerchantMember

    def get_queryset(self) -> QuerySet[Member]:
        """Those asked for."""
        asked = MemberQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        names = {"standing": "standing", "search": "buyer__nickname__icontains"}
        return members_with_buyers().filter(**{names[key]: one for key, one in asked.validated_data.items()})

    @extend_schema(operation_id="merchant_members_list", parameters=[MemberQuery], responses=MerchantMember(many=True))
    def get(self, request: Request) -> Response:
        """A page of members, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(MerchantMember(page, many=True).data)


class _Standing(APIView):
    """A change of what a member may earn."""

    permission_classes = (StaffMay(MANAGE_MEMBERS),)

    def change(self, request: Request, member_id: str, do: Callable[..., Member]) -> Response:
        """The member as he stands after it."""
        member = get_or_404(Member.objects.all(), member_id)
        given = ReasonGiven(data=request.data)
        given.is_valid(raise_exception=True)
        do(member=member, reason=given.validated_data["reason"], actor=request.user)
        return Response(MerchantMember(members_with_buyers().get(pk=member.pk)).data)


_WHY = OpenApiExample("Why", value={"reason": "clicks by a machine"}, request_only=True)


class MemberSuspension(_Standing):
    """Suspending."""

    @extend_schema(request=ReasonGiven, responses=MerchantMember, examples=[_WHY])
    def post(self, request: Request, member_id: str) -> Response:
        """From now on he earns nothing and cannot withdraw; what he has earned stays his."""
        return self.change(request, member_id, suspend)


class MemberReinstatement(_Standing):
    """Taking back."""

    @extend_schema(request=ReasonGiven, responses=MerchantMember)
    def post(self, request: Request, member_id: str) -> Response:
        """From now on he earns again; nothing is paid for the time between."""
        return self.change(request, member_id, reinstate)
