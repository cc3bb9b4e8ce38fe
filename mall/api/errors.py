"""Every failure of the API in one format: {"type", "errors": [{"code", "detail", "attr"}]}."""

from __future__ import annotations

from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail

from mall.errors import DomainError

API_PATH = "/api/"
RETRY_SECONDS = 2


class Refusal(exceptions.APIException):
    """A DomainError as the framework answers it."""

    def __init__(self, error: DomainError) -> None:
        self.status_code = error.status
        detail = ErrorDetail(str(error), error.code)
        super().__init__()
        self.detail = {error.field: [detail]} if error.field else detail
        self.wait = error.retry_after
        if error.status == exceptions.AuthenticationFailed.status_code:
            self.auth_header = "Bearer"


class BadRequestRefusal(Refusal, exceptions.ValidationError):
    """The same for 400, which the format calls a validation error."""


class Unavailable(exceptions.APIException):
    """The database is away for a moment."""

    status_code = 503
    default_code = "unavailable"
    wait = RETRY_SECONDS


class ApiExceptionHandler(ExceptionHandler):
    """Answers what the services refuse, and what the database cannot take or cannot do now."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        """Give each exception we know its answer; what is left is a bug, and a 500."""
        if isinstance(exc, DomainError):
            is_bad_request = exc.status == exceptions.ValidationError.status_code
            return BadRequestRefusal(exc) if is_bad_request else Refusal(exc)
        if isinstance(exc, OperationalError | InterfaceError):
            return Unavailable(_("数据库暂时不可用，请稍后再试。"))
        if isinstance(exc, DataError):
            return exceptions.ValidationError(_("请求中的数值或文本超出可接受的范围。"))
        return super().convert_known_exceptions(exc)

    def format_exception(self, exc: exceptions.APIException) -> dict:
        """The standard answer, and beside its errors what the rule itself has to show."""
        return {**super().format_exception(exc), **getattr(self.exc, "more", {})}

    def set_rollback(self) -> None:
        """Undo what the request has done, unless the refusal itself must leave a trace."""
        if not (isinstance(self.exc, DomainError) and self.exc.keeps_changes):
            super().set_rollback()


def error_response(status: int, code: str, detail: str) -> JsonResponse:
    """One error in the API's format, for whoever answers outside of the framework."""
    kind = "server_error" if status >= 500 else "validation_error" if status == 400 else "client_error"
    return JsonResponse({"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}, status=status)


@csrf_exempt
def api_not_found(_request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    """An address below /api/ that leads nowhere: word for word what a missing object answers."""
    missing = exceptions.NotFound()
    return error_response(404, missing.default_code, str(missing.detail))
