"""Reads the first sheet of an XLSX file in a process of its own. Started by mall.imports.reading, never imported.

A workbook of some kilobytes can ask for any amount of memory: by what it unpacks to, by one cell in the last corner,
by a long text used a million times. So whatever it asks for, it asks a process that may have little and ends soon.
Takes the file on standard input and two numbers, answers {"rows": [[text]]} or {"refused": reason} on standard output.
"""

import datetime as dt
import io
import json
import resource
import sys

MEMORY_MAX = 1024 * 1024 * 1024
SECONDS_MAX = 20
CELL_MAX = 40_000
TEXT_MAX = 64 * 1024 * 1024


def as_text(value: object) -> str:
    """A cell as its sheet shows it. Beyond 15 digits a sheet has lost some: that shows by the exponent."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat(*(" ",) if isinstance(value, dt.datetime) else ())
    return str(value)


def read(data: bytes, rows_max: int, columns_max: int) -> dict[str, object]:
    """The cells of the first sheet as text, or why not."""
    import python_calamine

    book = python_calamine.load_workbook(io.BytesIO(data))
    if not book.sheet_names:
        return {"refused": "empty"}
    sheet = book.get_sheet_by_index(0)
    last_row, last_column = sheet.end or (0, 0)
    if last_row >= rows_max:
        return {"refused": "rows"}
    if last_column >= columns_max:
        return {"refused": "columns"}
    rows, size = [], 0
    for row in sheet.to_python(skip_empty_area=False):
        texts = [as_text(value) for value in row]
        size += sum(map(len, texts))
        if size > TEXT_MAX or any(len(text) > CELL_MAX for text in texts):
            return {"refused": "text"}
        rows.append(texts)
    return {"rows": rows}


def main() -> None:
    """Bound this process, then read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer = read(sys.stdin.buffer.read(), int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
