"""The address book by the API."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.addresses import services
from mall.addresses.errors import BadAddress
from mall.addresses.models import Address
from mall.addresses.parsing import TEXT_MAX, parse_address
from mall.addresses.selectors import addresses_of
from mall.api.fields import ParagraphsField, StrictBooleanField, TextField
from mall.api.lookup import get_or_404

PASTED = "张三 13800138000 浙江省杭州市西湖区文三路1号"


class EntryGiven(serializers.Serializer):
    """An address. Regions by their full official names."""

    name = TextField(max_length=40)
    phone = TextField(max_length=20)
    province = TextField(max_length=40)
    city = TextField(max_length=40)
    district = TextField(max_length=40, allow_blank=True)
    detail = TextField(max_length=200)
    is_default = StrictBooleanField(required=False)


class EntryShown(serializers.ModelSerializer):
    """An address of the book."""

    id = serializers.UUIDField(source="public_id")

    class Meta:
        model = Address
        fields = ("id", "name", "phone", "province", "city", "district", "detail", "is_default")


class Pasted(serializers.Serializer):
    """A text with a name, a phone and an address in it, in any order."""

    text = ParagraphsField(max_length=TEXT_MAX)


class Read(serializers.Serializer):
    """What the text says; empty where it says nothing."""

    name = serializers.CharField()
    phone = serializers.CharField()
    province = serializers.CharField()
    city = serializers.CharField()
    district = serializers.CharField()
    detail = serializers.CharField()


class Book(serializers.Serializer):
    """The whole book: it holds twenty at most."""

    results = EntryShown(many=True)


class Addresses(APIView):
    """The caller's address book."""

    @extend_schema(operation_id="addresses_list", responses=Book)
    def get(self, request: Request) -> Response:
        """All his addresses, the default first."""
        return Response({"results": EntryShown(addresses_of(request.user), many=True).data})

    @extend_schema(request=EntryGiven, responses={201: EntryShown})
    def post(self, request: Request) -> Response:
        """Add an address; the first one is the default."""
        given = EntryGiven(data=request.data)
        given.is_valid(raise_exception=True)
        fields = dict(given.validated_data)
        is_default = fields.pop("is_default", False)
        made = services.add_address(buyer=request.user, fields=fields, is_default=is_default)
        return Response(EntryShown(made).data, status=status.HTTP_201_CREATED)


class OneAddress(APIView):
    """One address of the caller's book."""

    @extend_schema(responses=EntryShown)
    def get(self, request: Request, address_id: str) -> Response:
        """The address."""
        return Response(EntryShown(get_or_404(addresses_of(request.user), address_id)).data)

    @extend_schema(request=EntryGiven(partial=True), responses=EntryShown)
    def patch(self, request: Request, address_id: str) -> Response:
        """Change what is given. Orders that are placed keep the address they have."""
        found = get_or_404(addresses_of(request.user), address_id)
        given = EntryGiven(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        fields = dict(given.validated_data)
        is_default = fields.pop("is_default", None)
        return Response(EntryShown(services.change_address(address=found, fields=fields, is_default=is_default)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, address_id: str) -> Response:
        """Take the address out of the book."""
        services.remove_address(address=get_or_404(addresses_of(request.user), address_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Parsing(APIView):
    """Reading a pasted address."""

    @extend_schema(
        request=Pasted,
        responses=Read,
        examples=[OpenApiExample("pasted", {"text": PASTED}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Read name, phone, region and street out of a text of any order. Nothing is kept."""
        given = Pasted(data=request.data)
        given.is_valid(raise_exception=True)
        read = parse_address(given.validated_data["text"])
        if not read:
            raise BadAddress
        return Response(Read(read).data)
