"""Lists by cursor: deep pages cost what the first costs, and new rows do not shift old ones."""

from rest_framework.pagination import CursorPagination


class NewestFirstPagination(CursorPagination):
    """Newest first, 20 a page, up to 100 by `page_size`; answers {next, previous, results}."""

    ordering = "-id"
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
