"""What Django itself answers when no view does: JSON below /api/, a page elsewhere."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

from mall.api.errors import API_PATH, RETRY_SECONDS, api_not_found, error_response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: Django refused the request as a whole."""
    if request.path_info.startswith(API_PATH):
        return error_response(400, "invalid", _("请求格式不正确。"))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    if request.path_info.startswith(API_PATH):
        return error_response(403, "permission_denied", _("您没有权限执行此操作。"))
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    if request.path_info.startswith(API_PATH):
        return api_not_found(request)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a bug of ours, told without its traces; 503 where the database went away behind the view."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return _unavailable(request)
    if request.path_info.startswith(API_PATH):
        return error_response(500, "error", _("服务器出错，我们已记录此问题。"))
    return defaults.server_error(request)


def _unavailable(request: HttpRequest) -> HttpResponse:
    if request.path_info.startswith(API_PATH):
        response: HttpResponse = error_response(503, "unavailable", _("数据库暂时不可用，请稍后再试。"))
    else:
        response = defaults.server_error(request)
        response.status_code = 503
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
