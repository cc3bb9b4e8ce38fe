"""Registering by the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import SecretField, TextField
from mall.api.network import client_network
from mall.buyers.ports import buyer_logged_in
from mall.buyers.services import NICKNAME_MAX, issue_token
from mall.limits import policy
from mall.orders.ports import visitor_of_request, visitor_of_token
from members.joining.services import join


class Registration(serializers.Serializer):
    """Who joins, his proof, and who brought him."""

    phone = TextField(max_length=32)
    code = TextField(max_length=16, required=False, help_text="From POST /phone-codes, purpose `register`.")
    password = SecretField(required=False)
    nickname = TextField(max_length=NICKNAME_MAX, required=False, allow_blank=True)
    ref = TextField(
        max_length=200,
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text="A share code of any kind, for clients without cookies. An unknown one binds nobody.",
    )
    visitor = TextField(max_length=400, required=False, help_text="From POST /clicks, for clients without cookies.")


class Registered(serializers.Serializer):
    """The new member and his first token."""

    member = serializers.UUIDField()
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class Members(APIView):
    """The mall's members."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    also_answers = ("429",)

    @extend_schema(request=Registration, responses={201: Registered})
    def post(self, request: Request) -> Response:
        """Become a member; the referrer behind `ref`, or behind the visitor, is bound when this answers."""
        given = Registration(data=request.data)
        given.is_valid(raise_exception=True)
        network = client_network(request)
        policy.REGISTRATIONS_PER_NETWORK.count(network)
        fields = given.validated_data
        signed = fields.pop("visitor", "")
        visitor_key = visitor_of_token(signed) if signed else visitor_of_request(request)
        member = join(**fields, visitor_key=visitor_key)
        buyer_logged_in(request, member.buyer_id)
        token, expires_at = issue_token(buyer=member.buyer)
        answer = Registered({"member": member.public_id, "token": token, "expires_at": expires_at})
        return Response(answer.data, status=status.HTTP_201_CREATED)
