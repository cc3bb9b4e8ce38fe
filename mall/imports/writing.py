"""Tables to take along, CSV and XLSX: safe to open, and read back by mall.imports.reading as they were."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from mall.imports.formulas import guarded

FORMATS = ("csv", "xlsx")
# An export is one answer, held in memory: a list beyond this is narrowed first.
ROWS_MAX = 20_000
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Cell = str | int | None


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV that Excel opens as UTF-8. Texts are guarded against formulas; integers stay numbers, None is empty."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    for row in (header, *rows):
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def xlsx_bytes(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """An XLSX of one sheet, its header bold and kept in sight. Texts are written as texts and guarded as well.

    Numbers with more than 15 digits must come as text: a sheet keeps no more.
    """
    written = io.BytesIO()
    # Eight megabytes that most processes never need.
    import xlsxwriter

    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        for column, title in enumerate(header):
            sheet.write_string(0, column, guarded(title), bold)
            sheet.set_column(column, column, min(40, max(12, 2 * len(title) + 2)))
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, guarded(cell))
                elif cell is not None:
                    sheet.write_number(number, column, cell)
    return written.getvalue()


def download(*, kind: str, name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """The table as a file to keep. kind: one of FORMATS, KeyError for another; name: without its ending."""
    make = {"csv": csv_bytes, "xlsx": xlsx_bytes}[kind]
    response = HttpResponse(make(header, rows), content_type=_TYPES[kind])
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=f"{name}.{kind}")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
