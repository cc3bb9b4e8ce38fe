"""What the rules refuse, in words for whoever asked.

A service raises a subclass; the API answers it in its error format, a page shows the sentence
beside the field. Messages name the field and the mend, in Chinese, translated lazily.
"""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Sentence = str | Promise


class DomainError(Exception):
    """A rule said no. Subclasses set code, status, field and, where it never varies, the message."""

    code: str = "invalid"
    status: int = 400
    field: str | None = None
    message: Sentence = _("无法完成此操作。")
    # Seconds after which trying again makes sense; answered as Retry-After.
    retry_after: int | None = None
    # A refusal whose traces must stay (a wrong guess was counted) is not rolled back.
    keeps_changes: bool = False
    # What the answer says beside its errors: the new quote, the computation. JSON as it stands.
    more: dict[str, Any] = {}

    def __init__(
        self, message: Sentence | None = None, *, field: str | None = None, retry_after: int | None = None
    ) -> None:
        if message is not None:
            self.message = message
        if field is not None:
            self.field = field
        if retry_after is not None:
            self.retry_after = retry_after
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class BadInput(DomainError):
    """400: what was sent cannot be meant."""


class NotAllowed(DomainError):
    """403: known, but not allowed."""

    code = "permission_denied"
    status = 403
    message = _("您没有权限执行此操作。")


class Missing(DomainError):
    """404: not there, or not yours."""

    code = "not_found"
    status = 404
    message = _("未找到。")


class Conflict(DomainError):
    """409: not in this state."""

    code = "conflict"
    status = 409


class TooMany(DomainError):
    """429: too often in too short a time."""

    code = "throttled"
    status = 429
    message = _("操作过于频繁，请稍后再试。")
