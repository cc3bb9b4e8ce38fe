"""Tables: what is written is read back as it was, nothing in it is a formula, and no file harms who reads it."""

from __future__ import annotations

import csv
import io
import time
import zipfile

import pytest
import xlsxwriter

from mall.imports import reading
from mall.imports.errors import BadTable
from mall.imports.formulas import guarded
from mall.imports.reading import Table, read_table
from mall.imports.writing import csv_bytes, download, xlsx_bytes

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1+1", '=HYPERLINK("http://x")', "'=1", "''-1"]
WRITERS = {"csv": csv_bytes, "xlsx": xlsx_bytes}


def sheet(rows: list[list[object]]) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return written.getvalue()


@pytest.mark.parametrize("writer", WRITERS.values(), ids=list(WRITERS))
@pytest.mark.parametrize(
    "text",
    [*[text for text in FORMULAS if text == text.strip()], "龙井", "a,b", 'say "no"', "两\n行", "'", "'a", "007"],
)
def test_what_is_written_is_read_back_as_it_was(writer, text):
    table = read_table(data=writer(["名称", "数"], [[text, 12], ["", None], ["x", 0]]))
    assert table == Table(["名称", "数"], [[text, "12"], ["", ""], ["x", "0"]])
    assert [number for number, _row in table.numbered] == [2, 4]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_an_export_begins_as_a_formula(text):
    cells = list(csv.reader(io.StringIO(csv_bytes([text], [[text]]).decode("utf-8-sig"), newline="")))
    assert cells == [["'" + text], ["'" + text]]
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes([text], [[text]]))) as packed:
        assert b"<f>" not in packed.read("xl/worksheets/sheet1.xml")


def test_a_harmless_text_is_left_alone():
    assert [guarded(text) for text in ("", "龙井-1", "a=b", "'a")] == ["", "龙井-1", "a=b", "'a"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_in_the_ways_spreadsheets_save_it(encoding, delimiter):
    text = f"名称{delimiter}库存\r\n龙井茶{delimiter} 5 \r\n\r\n"
    assert read_table(data=text.encode(encoding)) == Table(["名称", "库存"], [["龙井茶", "5"]])


def test_a_sheet_is_read_as_it_shows():
    table = read_table(data=sheet([["a", "b", "c", "d"], [1.0, 12.5, 0.1 + 0.2, True], ["x", 123456789012345678]]))
    assert table.rows == [["1", "12.5", "0.3", "TRUE"], ["x", "1.23456789012346e+17", "", ""]]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空的"),
        (b"\xd0\xcf\x11\xe0rest", "xls"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\xfd", "无法识别"),
        (b"PK\x03\x04nonsense", "无法打开"),
        ("\n名称\n龙井".encode(), "第一行须为表头"),
        (b"a,b\n", "没有数据"),
        (b"a,b\n" + b'"x,1\n', "第 2 行"),
        (b"a,b\nx\x00,1\n", "第 2 行"),
        (b"a\n" + b"x" * 50_000, "第 2 行"),
        (b"a\n" + b"x" * 200_000, "第 2 行"),
        (b",".join([b"a"] * 61) + b"\n1", "60 列"),
        (b"a\n" + b"1\n" * 10_001, "10000 行"),
        (b"x" * (reading.BYTES_MAX + 1), "10 MB"),
        (sheet([["a"] * 61, [1]]), "60 列"),
        (sheet([["a"], *[[1]] * 10_001]), "10000 行"),
        (sheet([[]]), "第一行须为表头"),
        (sheet([["a"], ["x" * 32_000 + "\x00"]])[:-30], "无法打开"),
    ],
    ids=range(17),
)
def test_what_is_no_table_is_refused_and_says_why(data, says):
    with pytest.raises(BadTable, match=says):
        read_table(data=data)


def repacked(**replaced: bytes) -> bytes:
    written = io.BytesIO()
    before = zipfile.ZipFile(io.BytesIO(sheet([["a"], ["b"]])))
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            short = name.rsplit("/", 1)[-1].removesuffix(".xml")
            after.writestr(name, replaced.get(short, before.read(name)))
    return written.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
STRINGS = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</sst>'


def bombs() -> dict[str, bytes]:
    corner = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    cells = b"<row>" + b'<c t="s"><v>0</v></c>' * 50 + b"</row>"
    return {
        "a cell in the last corner": repacked(sheet1=SHEET % corner),
        "two hundred megabytes of blanks": repacked(styles=b" " * 200_000_000),
        "one long text used a quarter of a million times": repacked(
            sheet1=SHEET % (cells * 5_000), sharedStrings=STRINGS % (b"<si><t>" + b"x" * 3_000_000 + b"</t></si>")
        ),
        "entities": repacked(
            sharedStrings=b'<!DOCTYPE x [<!ENTITY a "' + b"x" * 9_999 + b'"><!ENTITY b "' + b"&a;" * 9_999 + b'">]>'
            + STRINGS % b"<si><t>&b;</t></si>"
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(bombs()))
def test_a_bomb_is_refused_soon(name):
    started = time.monotonic()
    with pytest.raises(BadTable):
        read_table(data=bombs()[name])
    assert time.monotonic() - started < 25


def test_a_download_is_kept_by_nobody_on_the_way():
    response = download(kind="xlsx", name="商品", header=["a"], rows=[["b"]])
    assert response["Cache-Control"] == "private, no-store"
    assert "filename*=utf-8''%E5%95%86%E5%93%81.xlsx" in response["Content-Disposition"]
    assert read_table(data=response.content) == Table(["a"], [["b"]])
