"""Tokens of the merchant API."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import SecretField, TextField
from mall.api.network import client_network
from mall.api.permissions import IsStaff
from mall.staff import logins
from mall.staff.passwords import change_password


class StaffLogin(serializers.Serializer):
    """What staff log in with."""

    email = TextField(max_length=254)
    password = SecretField()


class PasswordChange(serializers.Serializer):
    """One's own password, old and new."""

    old_password = SecretField()
    password = SecretField()


class StaffTokenIssued(serializers.Serializer):
    """A token and its end."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class MerchantTokens(APIView):
    """Logging in to the merchant API."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    also_answers = ("401", "429")

    @extend_schema(request=StaffLogin, responses={201: StaffTokenIssued})
    def post(self, request: Request) -> Response:
        """Exchange email and password for a token of this mall, valid for 12 hours."""
        given = StaffLogin(data=request.data)
        given.is_valid(raise_exception=True)
        member = logins.log_in(**given.validated_data, network=client_network(request))
        token, expires_at = logins.issue_token(member=member)
        answer = StaffTokenIssued({"token": token, "expires_at": expires_at})
        return Response(answer.data, status=status.HTTP_201_CREATED)


class CurrentMerchantToken(APIView):
    """The token of this very call."""

    permission_classes = (IsStaff,)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Log out: the token is no longer valid."""
        logins.revoke_token(token=request.auth)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OwnPassword(APIView):
    """The password of whoever calls."""

    permission_classes = (IsStaff,)
    also_answers = ("429",)

    @extend_schema(
        request=PasswordChange,
        responses=StaffTokenIssued,
        examples=[
            OpenApiExample(
                "Change",
                value={"old_password": "Long-enough-77", "password": "Other-words-88"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Change my password. Every token and session of mine ends, in every mall; the answer is a new token."""
        given = PasswordChange(data=request.data)
        given.is_valid(raise_exception=True)
        typed = given.validated_data
        change_password(
            member=request.user, old=typed["old_password"], new=typed["password"], network=client_network(request)
        )
        token, expires_at = logins.issue_token(member=request.user)
        return Response(StaffTokenIssued({"token": token, "expires_at": expires_at}).data)
