"""Logging in by the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import SecretField, TextField
from mall.api.network import client_network
from mall.buyers.holding import log_in_with_code
from mall.buyers.ports import buyer_logged_in
from mall.buyers.services import issue_token, log_in_with_password
from members.selectors import member_of_buyer


class Login(serializers.Serializer):
    """A phone with its password, or with a code of purpose `login`."""

    phone = TextField(max_length=32)
    password = SecretField(required=False)
    code = TextField(max_length=16, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("password" in attrs) == ("code" in attrs):
            raise serializers.ValidationError({"password": _("请填写密码（password）或验证码（code），二者选一。")})
        return attrs


class LoggedIn(serializers.Serializer):
    """A token, its end, and the member who holds it; none for a guest who proved the phone when he bought."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    member = serializers.UUIDField(allow_null=True)


class Tokens(APIView):
    """Logging in."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    also_answers = ("401", "429")

    @extend_schema(request=Login, responses={201: LoggedIn})
    def post(self, request: Request) -> Response:
        """Exchange a phone with its password, or with a code, for a token of 90 days, valid in this mall."""
        given = Login(data=request.data)
        given.is_valid(raise_exception=True)
        log_in = log_in_with_code if "code" in given.validated_data else log_in_with_password
        buyer = log_in(**given.validated_data, network=client_network(request))
        buyer_logged_in(request, buyer.pk)
        token, expires_at = issue_token(buyer=buyer)
        member = member_of_buyer(buyer.pk)
        answer = {"token": token, "expires_at": expires_at, "member": member.public_id if member else None}
        return Response(LoggedIn(answer).data, status=status.HTTP_201_CREATED)
