"""Picking and sending off many orders, by the merchant API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import StrictBooleanField, TextField
from mall.api.lookup import get_or_404, public_uuid
from mall.api.permissions import StaffMay
from mall.catalogue.import_api import TableParser
from mall.imports.models import ImportJob
from mall.orders.idempotency import KEY_PARAMETER, idempotent
from mall.orders.models import Order
from mall.orders.picking import pick_list
from mall.orders.shipping_table import ROWS_MAX, apply_shipments, by_field, ship_parcels, take_in_shipments
from mall.staff.rights import SHIP

_TABLE = {
    "text/csv": OpenApiTypes.BINARY,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": OpenApiTypes.BINARY,
}


class PickedLine(serializers.Serializer):
    """So many pieces of a SKU for one order."""

    sku = serializers.UUIDField(source="sku.public_id")
    name = serializers.CharField()
    specs = serializers.DictField(child=serializers.CharField())
    code = serializers.CharField(source="sku.code")
    quantity = serializers.IntegerField(source="left", help_text="Without what was refunded.")


class PickedAddress(serializers.Serializer):
    """Where the parcel goes."""

    name = serializers.CharField()
    phone = serializers.CharField()
    province = serializers.CharField()
    city = serializers.CharField()
    district = serializers.CharField()
    detail = serializers.CharField()


class PickedOrder(serializers.Serializer):
    """The slip of one parcel."""

    id = serializers.UUIDField(source="public_id")
    number = serializers.CharField()
    paid_at = serializers.DateTimeField()
    note = serializers.CharField()
    address = PickedAddress(allow_null=True)
    lines = PickedLine(many=True, source="to_pick")


class PickedGoods(serializers.Serializer):
    """All pieces of one SKU."""

    sku = serializers.UUIDField(source="sku.public_id")
    name = serializers.CharField()
    specs = serializers.DictField(child=serializers.CharField())
    code = serializers.CharField()
    quantity = serializers.IntegerField()
    orders = serializers.IntegerField()


class PickListShown(serializers.Serializer):
    """A round through the store room."""

    goods = PickedGoods(many=True, source="pieces")
    orders = PickedOrder(many=True)
    is_more = serializers.BooleanField(help_text="Whether more than these 200 orders wait.")


class ParcelGiven(serializers.Serializer):
    """One parcel."""

    order = TextField(max_length=64, help_text="The order's id or its number.")
    company = TextField(max_length=40)
    number = TextField(max_length=40)


class ParcelsGiven(serializers.Serializer):
    """Many parcels."""

    parcels = ParcelGiven(many=True, min_length=1, max_length=ROWS_MAX)
    only_good = StrictBooleanField(default=False, help_text="Send off the right ones, whatever the others are.")


class ParcelError(serializers.Serializer):
    """What is wrong with one parcel."""

    row = serializers.IntegerField(help_text="Its place, from 1; in a table the header is row 1.")
    field = serializers.CharField(allow_blank=True)
    error = serializers.CharField()


class ParcelsSent(serializers.Serializer):
    """What came of many parcels."""

    shipped = serializers.IntegerField()
    unchanged = serializers.IntegerField(help_text="Orders that say the same already.")
    errors = ParcelError(many=True)


class TableResult(serializers.Serializer):
    """What a table does, or did."""

    shipped = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    errors = serializers.IntegerField(help_text="All of them; the list below ends at 500.")


class ShippingTable(serializers.Serializer):
    """A table of parcels on its way."""

    id = serializers.UUIDField(source="public_id")
    status = serializers.ChoiceField(choices=ImportJob.Status.choices)
    result = TableResult()
    errors = serializers.SerializerMethodField()

    @extend_schema_field(ParcelError(many=True))
    def get_errors(self, job: ImportJob) -> list[dict[str, Any]]:
        """Row by row."""
        return by_field(job.errors)


class TableApplied(serializers.Serializer):
    """Whether rows with errors may be left out."""

    only_good = StrictBooleanField(default=False)


class Picking(APIView):
    """What to pick."""

    permission_classes = (StaffMay(SHIP),)

    @extend_schema(responses=PickListShown)
    def get(self, request: Request) -> Response:
        """The next 200 orders to send, oldest first, and all their pieces by SKU."""
        return Response(PickListShown(pick_list()).data)


class Shipments(APIView):
    """Sending off many orders."""

    permission_classes = (StaffMay(SHIP),)

    @extend_schema(
        parameters=[KEY_PARAMETER],
        request=ParcelsGiven,
        responses=ParcelsSent,
        examples=[
            OpenApiExample(
                "Two parcels",
                value={
                    "parcels": [
                        {"order": "20261122000001", "company": "顺丰速运", "number": "SF1000001"},
                        {"order": "20261122000002", "company": "中通快递", "number": "ZT1000002"},
                    ],
                    "only_good": True,
                },
                request_only=True,
            ),
            OpenApiExample(
                "One of them wrong",
                value={
                    "shipped": 1,
                    "unchanged": 0,
                    "errors": [{"row": 2, "field": "order", "error": "There is no such order."}],
                },
                response_only=True,
            ),
        ],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Send off up to 1,000 parcels. With errors and without `only_good` nothing goes: 409, errors in `result`."""
        given = ParcelsGiven(data=request.data)
        given.is_valid(raise_exception=True)
        parcels = given.validated_data["parcels"]
        ids = {uuid for one in parcels if (uuid := public_uuid(one["order"])) is not None}
        numbers = {str(key): number for key, number in _numbers(ids)}
        rows = [(numbers.get(one["order"].lower(), one["order"]), one["company"], one["number"]) for one in parcels]
        sent = ship_parcels(rows=rows, only_good=given.validated_data["only_good"], actor=request.user)
        return Response(ParcelsSent(sent).data)


def _numbers(ids: set[Any]) -> list[tuple[Any, str]]:
    return list(Order.objects.filter(public_id__in=ids).values_list("public_id", "number")) if ids else []


class ShippingTables(APIView):
    """Tables of parcels."""

    permission_classes = (StaffMay(SHIP),)
    parser_classes = (TableParser,)

    @extend_schema(request=_TABLE, responses={201: ShippingTable})
    def post(self, request: Request) -> Response:
        """Look a table through; nothing goes yet. The body is the file: XLSX or CSV, 10 MB, 1,000 rows."""
        job = take_in_shipments(data=request.data or b"", file_name="", author=request.user.user)
        return Response(ShippingTable(job).data, status=status.HTTP_201_CREATED)


class OneShippingTable(APIView):
    """One table of parcels."""

    permission_classes = (StaffMay(SHIP),)

    @extend_schema(responses=ShippingTable)
    def get(self, request: Request, table_id: str) -> Response:
        """What it would do or did, and its errors row by row."""
        return Response(ShippingTable(_table(table_id)).data)


class ShippingTableApply(APIView):
    """Carrying out."""

    permission_classes = (StaffMay(SHIP),)

    @extend_schema(request=TableApplied, responses=ShippingTable)
    def post(self, request: Request, table_id: str) -> Response:
        """Send the parcels off; 409 with errors in the table unless `only_good`, and the second time."""
        given = TableApplied(data=request.data)
        given.is_valid(raise_exception=True)
        job = apply_shipments(job=_table(table_id), only_good=given.validated_data["only_good"], actor=request.user)
        return Response(ShippingTable(job).data)


def _table(table_id: str) -> ImportJob:
    return get_or_404(ImportJob.objects.filter(kind=ImportJob.Kind.SHIPMENTS), table_id)
