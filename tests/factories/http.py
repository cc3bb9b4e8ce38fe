"""Talking to a mall as its clients do: by its host name, in JSON."""

from __future__ import annotations

import itertools
from typing import Any

from django.test import Client

from mall.buyers.services import issue_token as issue_buyer_token
from mall.malls.models import Mall
from mall.staff.logins import issue_token as issue_staff_token
from mall.staff.models import StaffMember
from mall.tenancy.context import mall_scope
from members.models import Member

_addresses = itertools.count(1)


class Api:
    """The API of one mall, from one address of its own; bugs answer 500 instead of raising."""

    def __init__(self, mall: Mall, *, token: str = "", host: str | None = None) -> None:
        number = next(_addresses)
        self.client = Client(raise_request_exception=False)
        self.headers = {
            "HTTP_HOST": host or f"{mall.slug}.localhost",
            "REMOTE_ADDR": f"198.18.{number // 250 % 250}.{number % 250 + 1}",
        }
        if token:
            self.headers["HTTP_AUTHORIZATION"] = f"Bearer {token}"

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", **self.headers | headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("post", path, body, headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("patch", path, body, headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("put", path, body, headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> Any:
        return self._send("delete", path, body, headers)

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        data = body if isinstance(body, str | bytes) else ({} if body is None else body)
        send = getattr(self.client, method)
        return send(f"/api/v1/{path}", data, content_type="application/json", **self.headers | headers)


def api_as(member: Member) -> Api:
    """The API as a member calls it."""
    from mall.malls.models import Mall

    with mall_scope(member.mall_id):
        token = issue_buyer_token(buyer=member.buyer)[0]
        return Api(Mall.objects.get(), token=token)


def api_as_staff(staff: StaffMember) -> Api:
    """The API as somebody of the mall's staff calls it."""
    with mall_scope(staff.mall_id):
        return Api(Mall.objects.get(), token=issue_staff_token(member=staff)[0])


def errors_of(response: Any) -> list[tuple[str, str | None]]:
    """(code, attr) of each error in an answer."""
    return [(error["code"], error["attr"]) for error in response.json()["errors"]]
