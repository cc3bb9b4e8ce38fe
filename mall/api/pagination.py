"""Lists by cursor: deep pages cost what the first costs, and new rows do not shift old ones."""

from __future__ import annotations

import re

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

# The framework passes on whatever stands in a cursor, and the database cannot compare an id with a word.
_AN_ID = re.compile(r"[0-9]{1,19}")


class NewestFirstPagination(CursorPagination):
    """Newest first, 20 a page, up to 100 by `page_size`; answers {next, previous, results}."""

    ordering = "-id"
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The place to go on from. One that this list never gave out is missing."""
        cursor = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not _AN_ID.fullmatch(cursor.position):
            raise NotFound(self.invalid_cursor_message)
        return cursor
