"""What orders ask of the floors above: whose browser this is. Down here the key is opaque."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mall.orders.errors import BadOrder
from mall.ports import port


def _nobody(_request: HttpRequest) -> str:
    """The visitor key behind a browser's request, or ""."""
    return ""


def _unknown(_signed: str) -> str:
    """The visitor key behind a signed token that an app sends along. Raises DomainError for a forged one."""
    raise BadOrder(_("访客标识（visitor）无效，请去掉它或重新获取。"), field="visitor")


visitor_of_request = port("mall.orders.ports.visitor_of_request", _nobody)
visitor_of_token = port("mall.orders.ports.visitor_of_token", _unknown)
