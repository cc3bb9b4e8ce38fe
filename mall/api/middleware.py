"""What no part of the house can use is turned away at the door, once, instead of in every view."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from mall.api.errors import API_PATH, api_not_found, error_response

_NUL = "\x00"


class RefuseNul:
    """No database text, file name or header can hold NUL, so a path or a query with one means nothing.

    A cookie with one is dropped, like any other cookie that nobody issued.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 404 for such a path, 400 for such a query."""
        in_api = request.path_info.startswith(API_PATH)
        if _NUL in request.path_info:
            return api_not_found(request) if in_api else HttpResponse(_("未找到。"), status=404)
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query or _NUL in query:
            detail = _("网址参数中含有无效字符。")
            return error_response(400, "invalid", detail) if in_api else HttpResponse(detail, status=400)
        if _NUL in "".join(request.COOKIES.values()):
            request.COOKIES = {name: value for name, value in request.COOKIES.items() if _NUL not in value}
        return self.get_response(request)
