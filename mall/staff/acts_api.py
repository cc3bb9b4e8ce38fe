"""操作记录 by the merchant API: what staff did."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from mall.api.fields import TextField
from mall.api.permissions import StaffMay
from mall.staff.acts import act_name
from mall.staff.models import AuditRecord
from mall.staff.rights import MANAGE_STAFF


class ActQuery(serializers.Serializer):
    """Which acts."""

    action = TextField(max_length=60, required=False, help_text="order.shipped, say.")
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class ActShown(serializers.ModelSerializer):
    """One act. Nothing here can be changed."""

    id = serializers.UUIDField(source="public_id")
    who = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()

    class Meta:
        model = AuditRecord
        fields = ("id", "at", "who", "action", "name", "detail")

    def get_who(self, act: Any) -> str | None:
        """The name of whoever did it; null: the system."""
        return (act.actor.name or act.actor.email) if act.actor else None

    def get_name(self, act: Any) -> str:
        """What people call it."""
        return act_name(act.action)


class Acts(GenericAPIView):
    """What staff did."""

    permission_classes = (StaffMay(MANAGE_STAFF),)
    serializer_class = ActShown

    def get_queryset(self) -> QuerySet[AuditRecord]:
        """Those asked for."""
        asked = ActQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        names = {"action": "action", "since": "at__gte", "until": "at__lt"}
        return AuditRecord.objects.select_related("actor").filter(**{names[key]: one for key, one in wanted.items()})

    @extend_schema(operation_id="merchant_acts_list", parameters=[ActQuery], responses=ActShown(many=True))
    def get(self, request: Request) -> Response:
        """A page of acts, newest first."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(ActShown(page, many=True).data)
