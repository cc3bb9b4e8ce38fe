"""Clients that come in by the doors in front of Django, as everybody outside of a test does."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from mall.orders.front_door import OrderDoor
from referrals.clicks.front_door import FrontDoor

# What Django's middleware says of a placed order; the door waits until it has heard it.
HEARD = {
    (language, is_secure): [("Content-Type", "application/json")]
    for language in ("zh-hans", "en")
    for is_secure in (False, True)
}


class DoorClient(Client):
    """Django answers what the doors leave to it."""

    def request(self, **request: Any) -> Any:
        """Ask the doors first."""
        answered: dict[str, Any] = {}

        def behind(environ: dict[str, Any], _start: Any) -> list[bytes]:
            answered["left"] = environ
            return []

        def start(status: str, headers: list[tuple[str, str]]) -> None:
            answered.update(status=int(status.split(maxsplit=1)[0]), headers=dict(headers))

        orders = OrderDoor(behind)
        orders.headers = HEARD
        content = b"".join(FrontDoor(orders)(self._base_environ(**request), start))
        if "left" in answered:
            return super().request(**request | {"wsgi.input": answered["left"]["wsgi.input"]})
        cookie = answered["headers"].pop("Set-Cookie", "")
        response: Any = HttpResponse(content, status=answered["status"], headers=answered["headers"])
        response.cookies.load(cookie)
        self.cookies.update(response.cookies)
        response.json = lambda: json.loads(response.content)
        return response
