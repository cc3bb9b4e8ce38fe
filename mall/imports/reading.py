"""A table that somebody uploaded, CSV or XLSX, as rows of text. Which column means what is the caller's business."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from mall.imports.errors import BadTable
from mall.imports.formulas import unguarded

BYTES_MAX = 10 * 1024 * 1024
UNPACKED_MAX = 100 * 1024 * 1024
ROWS_MAX = 10_000
COLUMNS_MAX = 60
CELL_MAX = 40_000
# The header stands in the first row, as spreadsheets count them.
FIRST_ROW = 2
_SECONDS = 30
_SHEET = Path(__file__).with_name("sheet.py")


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its rows, each as long as the header, each cell stripped text.

    Blank rows in between are kept, so that row n of `rows` is number n + FIRST_ROW to whoever looks at the file.
    """

    header: list[str]
    rows: list[list[str]]

    @property
    def numbered(self) -> list[tuple[int, list[str]]]:
        """The rows that say anything, each with its number as the merchant counts."""
        return [(number, row) for number, row in enumerate(self.rows, FIRST_ROW) if any(row)]


def read_table(*, data: bytes, rows_max: int = ROWS_MAX) -> Table:
    """The table in a file: the first sheet of an XLSX, or a CSV in UTF-8, UTF-16 or GB18030.

    What the file is, its bytes say, not its name. Apostrophes that our own export put before formulas are taken off.
    Raises BadTable for anything else, for more than 10 MB, rows_max rows or 60 columns, and without a header.
    """
    if not data:
        raise BadTable(_("文件是空的，请选择有内容的表格。"))
    if len(data) > BYTES_MAX:
        raise BadTable(_("表格不能超过 %(most)s MB，请分成几份上传。") % {"most": BYTES_MAX // 1024 // 1024})
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadTable(_("这是旧版 Excel（.xls）或加密的文件，请另存为不加密的 .xlsx 或 CSV 再上传。"))
    rows = _sheet_rows(data, rows_max) if data.startswith(b"PK\x03\x04") else _csv_rows(data, rows_max)
    return _table(rows)


def _table(rows: list[list[str]]) -> Table:
    for number, row in enumerate(rows, 1):
        if any("\x00" in cell or len(cell) > CELL_MAX for cell in row):
            raise BadTable(_("第 %(row)s 行有无法读取的内容，请检查后重新上传。") % {"row": number})
    texts = [[unguarded(cell).strip() for cell in row] for row in rows]
    while texts and not any(texts[-1]):
        texts.pop()
    if not texts or not any(texts[0]):
        raise BadTable(_("第一行须为表头，请补上列名后重新上传。"))
    wide = max(max((n for n, cell in enumerate(row, 1) if cell), default=0) for row in texts)
    header, *rest = [(row + [""] * wide)[:wide] for row in texts]
    if not rest:
        raise BadTable(_("表头下面没有数据，请填写后重新上传。"))
    return Table(header, rest)


def _too_many_rows(rows_max: int) -> BadTable:
    return BadTable(_("一次至多 %(most)s 行，请分成几份上传。") % {"most": rows_max})


def _too_many_columns() -> BadTable:
    return BadTable(_("表格至多 %(most)s 列，请删去用不到的列。") % {"most": COLUMNS_MAX})


def _csv_rows(data: bytes, rows_max: int) -> list[list[str]]:
    text = _decoded(data)
    first_line = text.partition("\n")[0]
    delimiter = max(",\t;", key=first_line.count)
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if len(rows) > rows_max:
                raise _too_many_rows(rows_max)
            if len(row) > COLUMNS_MAX:
                raise _too_many_columns()
            rows.append(row)
    except csv.Error as error:
        raise BadTable(_("第 %(row)s 行不是完整的 CSV，请检查引号后重新上传。") % {"row": len(rows) + 1}) from error
    return rows


def _decoded(data: bytes) -> str:
    # Excel in China saves CSV as GBK; almost no GBK text is UTF-8 by chance, so UTF-8 is tried first.
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable(_("无法识别这个文件，请上传 .xlsx 或 CSV 表格。"))


def _sheet_rows(data: bytes, rows_max: int) -> list[list[str]]:
    unreadable = BadTable(_("无法打开这个 Excel 文件，请另存为 .xlsx 后重新上传。"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(one.file_size for one in packed.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise unreadable from error
    if unpacked > UNPACKED_MAX:
        raise BadTable(_("表格展开后过大，请删去图片和用不到的内容，或分成几份上传。"))
    try:
        # Only our own file and two numbers are on the command line.
        done = subprocess.run(
            [sys.executable, "-I", str(_SHEET), str(rows_max + 1), str(COLUMNS_MAX)],
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise unreadable from error
    if answer.get("refused") == "rows":
        raise _too_many_rows(rows_max)
    if answer.get("refused") == "columns":
        raise _too_many_columns()
    if "rows" not in answer:
        raise unreadable
    return answer["rows"]
