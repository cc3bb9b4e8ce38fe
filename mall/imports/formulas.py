"""Text that a spreadsheet would take for a formula, made harmless and turned back.

A name such as =HYPERLINK(...) would run on the computer of whoever opens the export. An apostrophe before it makes
it text. It is added to texts that have one already, too, so that reading an export gives back exactly what was written.
"""

from __future__ import annotations

import re

# The full-width signs as well: Chinese and Japanese spreadsheets take them for the narrow ones.
_GUARDED = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def guarded(text: str) -> str:
    """The text as a cell may hold it: with an apostrophe before what would be a formula."""
    return f"'{text}" if _GUARDED.match(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` made a cell of; any other cell as it is."""
    return cell[1:] if cell.startswith("'") and _GUARDED.match(cell) else cell
