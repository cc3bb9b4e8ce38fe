"""Every operation of the API: who may call it, on whose objects, and where ids stand in it.

The table is compared with the OpenAPI schema: an operation that is not here fails the matrix.
"""

from __future__ import annotations

import itertools
import uuid
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from tests.factories.world import World
from tests.tenancy.api_buyer_cases import BUYER_CASES
from tests.tenancy.api_calls import ANYONE, MEMBER, STAFF, Case, Made, a_code, order, public
from tests.tenancy.api_staff_cases import STAFF_CASES

__all__ = [
    "ANYONE",
    "CASES",
    "MEMBER",
    "PLAIN_TEXT",
    "STAFF",
    "Call",
    "Case",
    "Made",
    "a_code",
    "call_for",
    "operations",
    "order",
    "public",
    "put",
    "schema",
    "unknown_id",
]

_keys = itertools.count(1)

CASES: dict[str, Case] = BUYER_CASES | STAFF_CASES

# Texts in bodies and queries that name no row; every other text must be among the ids of its case.
PLAIN_TEXT = {
    "account", "app", "attribution", "bank", "campaign", "carrier", "channel", "city", "click_pays", "code",
    "company", "coupon", "cursor", "description", "detail", "district", "email", "evidence", "field", "file",
    "keywords",
    "kind", "loss_reason", "old_password",
    "method", "name", "nickname", "note", "number", "openid", "ordering", "password", "phone", "provider", "province",
    "purpose", "reason", "reference", "return_to", "scope", "search", "serial", "state", "status", "subtitle",
    "tax_number", "text", "title",
    "video_url",
    "api_v3_key", "app_secret", "appid", "mchid", "merchant_serial", "mini_app_secret", "mini_appid", "private_key",
    "subject", "verify_word", "wechat_session",
    "action", "bank_instructions", "brand_color", "licence", "link", "notice", "returns_address", "returns_promise",
    "seen", "service_hours", "service_phone", "service_wechat", "since", "standing", "timezone", "until", "webhook",
    "charge_by", "ends_at", "regions", "starts_at", "valid_from", "valid_until",
}  # fmt: skip


def schema() -> dict[str, Any]:
    """The OpenAPI document as front-ends get it."""
    return SchemaGenerator(urlconf="config.urls").get_schema(public=True)


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each operation of the document as "METHOD /path", without the common prefix."""
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


@dataclass(frozen=True)
class Call:
    """One request that is about to be sent."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]


def call_for(name: str, world: World, *, foreign: dict[Any, str] | None = None) -> Call:
    """The operation as it is called in a world; `foreign` puts other ids into some of its positions."""
    case, method, path = CASES[name], *name.split(" ")
    foreign = foreign or {}
    for parameter, made in case.path.items():
        path = path.replace(f"{{{parameter}}}", foreign.get(parameter) or made(world))
    query = {parameter: foreign.get(("?", parameter)) or made(world) for parameter, made in case.query.items()}
    if query:
        path += "?" + "&".join(f"{parameter}={value}" for parameter, value in query.items())
    body = deepcopy(case.body(world)) if case.body else None
    for place, value in foreign.items():
        if place in case.body_ids:
            put(body, place, value)
    headers = {"HTTP_IDEMPOTENCY_KEY": f"matrix-{next(_keys)}"} if case.key else {}
    if case.headers:
        headers |= case.headers(world)
    return Call(method, path.lstrip("/"), body, headers)


def put(body: Any, place: tuple, value: Any) -> None:
    """Set one value inside of a body."""
    for step in place[:-1]:
        body = body[step]
    body[place[-1]] = value


def unknown_id() -> str:
    """An id that nothing has."""
    return str(uuid.uuid4())
