"""Notices by the merchant API, and the robot they are passed on to."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.aftersales.case_models import Case
from mall.api.fields import ChoiceTextField, TextField
from mall.api.permissions import StaffMay
from mall.notices.models import StaffNotice
from mall.notices.selectors import notices_of_mall, with_subjects
from mall.notices.services import is_pushed, see_all, set_webhook
from mall.staff.rights import MANAGE_STAFF, SEE_ORDERS


class NoticeQuery(serializers.Serializer):
    """Which notices."""

    seen = ChoiceTextField(choices=["new", "seen"], required=False)
    search = TextField(max_length=40, required=False, allow_blank=True)


class NoticeSubject(serializers.Serializer):
    """What a notice is about."""

    type = serializers.ChoiceField(choices=["order", "case"])
    id = serializers.UUIDField()


class NoticeShown(serializers.ModelSerializer):
    """Something that has come in."""

    subject = serializers.SerializerMethodField()

    class Meta:
        model = StaffNotice
        fields = ("kind", "text", "at", "seen_at", "subject")

    @extend_schema_field(NoticeSubject(allow_null=True))
    def get_subject(self, notice: Any) -> dict[str, str] | None:
        """The order or the after-sales case; null for what has neither."""
        row = notice.subject_row
        return row and {"type": "case" if isinstance(row, Case) else "order", "id": str(row.public_id)}


class SeenGiven(serializers.Serializer):
    """Up to when."""

    until = serializers.DateTimeField(required=False, help_text="The `at` of the newest notice shown; absent: all.")


class SeenCount(serializers.Serializer):
    """How many were new."""

    seen = serializers.IntegerField()


class WebhookGiven(serializers.Serializer):
    """The robot's address as 企业微信 shows it; empty: no robot any more."""

    webhook = TextField(max_length=300, allow_blank=True)


class WebhookState(serializers.Serializer):
    """Whether there is a robot. Its address is never shown again."""

    is_set = serializers.BooleanField()


class Notices(GenericAPIView):
    """What has come in."""

    permission_classes = (StaffMay(SEE_ORDERS),)
    serializer_class = NoticeShown

    def get_queryset(self) -> QuerySet[StaffNotice]:
        """Those asked for."""
        asked = NoticeQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return notices_of_mall(**asked.validated_data)

    @extend_schema(operation_id="merchant_notices_list", parameters=[NoticeQuery], responses=NoticeShown(many=True))
    def get(self, request: Request) -> Response:
        """A page of notices, newest first: paid orders, after-sales cases, promotions that were paused."""
        page = self.paginate_queryset(self.get_queryset())
        with_subjects(page)
        return self.get_paginated_response(NoticeShown(page, many=True).data)


class NoticesSeen(APIView):
    """Having looked."""

    permission_classes = (StaffMay(SEE_ORDERS),)

    @extend_schema(
        request=SeenGiven,
        responses=SeenCount,
        examples=[OpenApiExample("Seen", value={"until": "2026-11-22T14:00:00+08:00"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Mark notices as seen, for everybody of the staff."""
        given = SeenGiven(data=request.data)
        given.is_valid(raise_exception=True)
        return Response({"seen": see_all(**given.validated_data)})


class Webhook(APIView):
    """The robot of the staff's 企业微信 group."""

    permission_classes = (StaffMay(MANAGE_STAFF),)

    @extend_schema(responses=WebhookState)
    def get(self, request: Request) -> Response:
        """Whether notices are passed on."""
        return Response({"is_set": is_pushed()})

    @extend_schema(
        request=WebhookGiven,
        responses=WebhookState,
        examples=[
            OpenApiExample(
                "Robot",
                value={"webhook": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2"},
                request_only=True,
            )
        ],
    )
    def put(self, request: Request) -> Response:
        """Name the robot, or take it away."""
        given = WebhookGiven(data=request.data)
        given.is_valid(raise_exception=True)
        set_webhook(address=given.validated_data["webhook"], actor=request.user)
        return Response({"is_set": is_pushed()})
