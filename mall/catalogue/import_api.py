"""Tables of goods by the merchant API: send one, say its columns, look, carry out."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mall.api.fields import ChoiceTextField, StrictBooleanField, StrictIntegerField, TextField
from mall.api.lookup import get_or_404
from mall.api.permissions import StaffMay
from mall.catalogue import exporting, import_jobs
from mall.catalogue.models import Category, Product
from mall.catalogue.product_table import COLUMNS
from mall.catalogue.search import SEARCH_MAX
from mall.imports import carrying, writing
from mall.imports.models import ImportJob
from mall.imports.reading import BYTES_MAX, COLUMNS_MAX
from mall.staff.rights import EDIT_PRODUCTS

_BODY = {
    "text/csv": OpenApiTypes.BINARY,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": OpenApiTypes.BINARY,
}


class TableParser(BaseParser):
    """The bytes of one table. Whether they are one, the service that reads it says."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> bytes:
        """The body, and no more of it than shows that it is too much."""
        return stream.read(BYTES_MAX + 1)


class ColumnSaid(serializers.Serializer):
    """Which column holds a field."""

    field = ChoiceTextField(choices=[column.field for column in COLUMNS])
    column = StrictIntegerField(min_value=0, max_value=COLUMNS_MAX, help_text="Its place in `header`, from 0.")


class ColumnsGiven(serializers.Serializer):
    """What the columns mean; fields left out are not taken in."""

    columns = ColumnSaid(many=True, max_length=len(COLUMNS))


class ApplyGiven(serializers.Serializer):
    """Whether products with errors may be left out."""

    only_good = StrictBooleanField(default=False)


class RowError(serializers.Serializer):
    """What is wrong in one row."""

    row = serializers.IntegerField(help_text="As a spreadsheet counts: the header is row 1.")
    field = serializers.CharField(help_text="The column's title.")
    error = serializers.CharField()


class ImportResult(serializers.Serializer):
    """How many products a table makes and changes, and how many are left out."""

    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    left = serializers.IntegerField()
    errors = serializers.IntegerField(help_text="All of them; the list below ends at 500.")
    rows_written = serializers.IntegerField(default=0, help_text="Rows of the products created and changed so far.")
    rows_left = serializers.IntegerField(default=0, help_text="Once it is `stopped`: rows that nobody has written.")


class ProductImport(serializers.Serializer):
    """A table of goods on its way."""

    id = serializers.UUIDField(source="public_id")
    status = serializers.ChoiceField(choices=ImportJob.Status.choices)
    total = serializers.IntegerField(source="groups", help_text="While `applying`: the products a worker has to write.")
    position = serializers.IntegerField(help_text="How many of them are written.")
    header = serializers.ListField(child=serializers.CharField())
    columns = serializers.SerializerMethodField()
    result = ImportResult()
    errors = RowError(many=True)

    @extend_schema_field(ColumnSaid(many=True))
    def get_columns(self, job: ImportJob) -> list[dict[str, Any]]:
        """Which column holds which field."""
        return [{"field": name, "column": place} for name, place in job.columns.items()]


class ExportQuery(serializers.Serializer):
    """Which products, as what file."""

    file = serializers.ChoiceField(choices=writing.FORMATS, default="csv")
    search = TextField(max_length=SEARCH_MAX, required=False, allow_blank=True)
    category = TextField(max_length=36, required=False, help_text="With everything below it.")
    status = serializers.ChoiceField(choices=Product.Status.choices, required=False)

    def validate_category(self, public_id: str) -> Category:
        """The category itself; another mall's is as missing as one that never was."""
        return get_or_404(Category.objects.all(), public_id)


class ProductExport(APIView):
    """Goods to take along."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(parameters=[ExportQuery], responses={(200, media): OpenApiTypes.BINARY for media in _BODY})
    def get(self, request: Request) -> HttpResponse:
        """The mall's products as a file, one SKU a row, that the import reads back; safe to open in a spreadsheet.

        Narrow it by `search`, `category` and `status`; 409 beyond 20,000 SKUs.
        """
        asked = ExportQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        narrowing = dict(asked.validated_data)
        kind = narrowing.pop("file")
        return exporting.product_file(products=exporting.narrowed(**narrowing), kind=kind, actor=request.user)


def _found(import_id: str) -> ImportJob:
    # Asked again and again while it is carried out: its ten thousand rows stay where they are.
    return get_or_404(ImportJob.objects.filter(kind=ImportJob.Kind.PRODUCTS).defer("rows", "plan"), import_id)


class ProductImports(APIView):
    """Tables of goods."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)
    parser_classes = (TableParser,)

    @extend_schema(request=_BODY, responses={201: ProductImport})
    def post(self, request: Request) -> Response:
        """Look a table through; nothing changes yet. The body is the file: XLSX or CSV, 10 MB, 10,000 rows."""
        job = import_jobs.take_in_products(data=request.data or b"", file_name="", author=request.user.user)
        return Response(ProductImport(job).data, status=status.HTTP_201_CREATED)


class OneProductImport(APIView):
    """One table of goods."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(responses=ProductImport)
    def get(self, request: Request, import_id: str) -> Response:
        """Its columns, what it would do or did, and its errors row by row."""
        return Response(ProductImport(_found(import_id)).data)


class ProductImportCheck(APIView):
    """Other columns."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(
        request=ColumnsGiven,
        responses=ProductImport,
        examples=[
            OpenApiExample(
                "Columns",
                value={"columns": [{"field": "name", "column": 0}, {"field": "price_fen", "column": 2}]},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, import_id: str) -> Response:
        """Look the table through again with these columns; nothing changes yet."""
        given = ColumnsGiven(data=request.data)
        given.is_valid(raise_exception=True)
        columns = {one["field"]: one["column"] for one in given.validated_data["columns"]}
        return Response(ProductImport(import_jobs.check_products(job=_found(import_id), columns=columns)).data)


class ProductImportApply(APIView):
    """Carrying out."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(request=ApplyGiven, responses=ProductImport)
    def post(self, request: Request, import_id: str) -> Response:
        """Make and change the products; 409 with errors in the table unless `only_good`, and the second time.

        Up to 20 products are written at once, and the answer is `done`. More are written by a worker: the answer is
        `applying`; ask again until it is `done`. One that was stopped goes on where it stood; `only_good` then stays
        as it was said at first.
        """
        given = ApplyGiven(data=request.data)
        given.is_valid(raise_exception=True)
        job = import_jobs.apply_products(job=_found(import_id), only_good=given.validated_data["only_good"])
        return Response(ProductImport(job).data)


class ProductImportStop(APIView):
    """Half-way."""

    permission_classes = (StaffMay(EDIT_PRODUCTS),)

    @extend_schema(
        request=None,
        responses=ProductImport,
        examples=[
            OpenApiExample(
                "Stopped after 40 of 1,000 products",
                value={
                    "id": "7c0f2a52-3c1e-4a51-9e0b-7f1a0d6f9b11",
                    "status": "stopped",
                    "total": 1000,
                    "position": 40,
                    "header": ["Product name", "Price"],
                    "columns": [{"field": "name", "column": 0}, {"field": "price_fen", "column": 1}],
                    "result": {
                        "created": 40,
                        "changed": 0,
                        "unchanged": 0,
                        "left": 0,
                        "errors": 0,
                        "rows_written": 40,
                        "rows_left": 960,
                    },
                    "errors": [],
                },
                response_only=True,
            )
        ],
    )
    def post(self, request: Request, import_id: str) -> Response:
        """Stop a worker half-way: what is written stays, and nothing more is written, whatever becomes of the worker.

        `rows_written` and `rows_left` say how far it came; `apply` goes on from there. 409 unless it is `applying`:
        `import_stopped`, `import_done` or `import_not_running`.
        """
        return Response(ProductImport(carrying.stop(job=_found(import_id))).data)
