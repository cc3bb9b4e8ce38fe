"""Phone codes, logging out, and a new password."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import ChoiceTextField, SecretField, TextField
from mall.api.network import client_network
from mall.buyers import services
from mall.buyers.models import PhoneCode


class PhoneCodeAsked(serializers.Serializer):
    """For which phone, and what for."""

    phone = TextField(max_length=32)
    purpose = ChoiceTextField(choices=PhoneCode.Purpose.choices)


class PhoneCodeSent(serializers.Serializer):
    """demo_code is there only where the installation allows the sandbox."""

    expires_at = serializers.DateTimeField()
    demo_code = serializers.CharField(required=False)


class PasswordReset(serializers.Serializer):
    """Proof of the phone, and the password to be."""

    phone = TextField(max_length=32)
    code = TextField(max_length=16)
    password = SecretField()


class PhoneCodes(APIView):
    """One-time codes by text message."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    also_answers = ("429",)

    @extend_schema(request=PhoneCodeAsked, responses={202: PhoneCodeSent})
    def post(self, request: Request) -> Response:
        """Send a code of six digits, good for five minutes; the answer is the same for every phone."""
        asked = PhoneCodeAsked(data=request.data)
        asked.is_valid(raise_exception=True)
        expires_at, code = services.ask_phone_code(**asked.validated_data, network=client_network(request))
        sent = {"expires_at": expires_at} | ({"demo_code": code} if code else {})
        return Response(PhoneCodeSent(sent).data, status=status.HTTP_202_ACCEPTED)


class CurrentToken(APIView):
    """The token of this very call."""

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Log out: the token is no longer valid."""
        services.revoke_token(token=request.auth)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordResets(APIView):
    """Forgotten passwords."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    also_answers = ("429",)

    @extend_schema(request=PasswordReset, responses={204: None})
    def post(self, request: Request) -> Response:
        """Set a new password with a code of purpose `reset`; every log-in of the account ends."""
        given = PasswordReset(data=request.data)
        given.is_valid(raise_exception=True)
        services.reset_password(**given.validated_data, network=client_network(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
