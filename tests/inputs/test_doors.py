"""Hosts, cookies and addresses that nobody issued: on every face, like none at all."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from mall.buyers.sessions import COOKIE as BUYER_COOKIE
from referrals.clicks.visitors import COOKIE as VISITOR_COOKIE
from tests.inputs.corpus import COOKIE_VALUES, HEADERS, HOSTS, PATH_PARTS, QUERY_VALUES
from tests.inputs.requests import check_page, once

pytestmark = pytest.mark.django_db

COOKIES = [BUYER_COOKIE, VISITOR_COOKIE, settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "x"]
COOKIE_HEADERS = [
    "=", ";;;", "a" * 20_000, "\x00", "a=b; a=c; ", '"', "é=é", BUYER_COOKIE, "; ".join(["x=y"] * 2_000),
    f"{BUYER_COOKIE}=a; {BUYER_COOKIE}=b", f"{VISITOR_COOKIE}=a; {VISITOR_COOKIE}=b",
]  # fmt: skip

_addresses = itertools.count(1)


def asked(world: Any, path: str, **headers: str) -> Any:
    """The answer to a request whose headers are written by hand."""
    number = next(_addresses)
    headers = {"HTTP_HOST": world.host, "REMOTE_ADDR": f"198.19.{number // 250}.{number % 250 + 1}"} | headers
    answer = once(lambda: Client(raise_request_exception=False).get(path, **headers))
    check_page(answer, (path[:100], {name: value[:60] for name, value in headers.items()}))
    return answer


def test_a_host_that_is_none_leads_nowhere(world):
    own = {"localhost.", "LOCALHOST", "localhost:80:80"}
    for host in HOSTS:
        for path in ("/", "/api/v1/products", "/dashboard/", "/healthz", "/s/zzzzzzzzzz", "/media/x.jpg"):
            answer = asked(world, path, HTTP_HOST=host)
            if host not in own and path != "/healthz":
                assert answer.status_code in {400, 404}, f"{host[:50]!r} {path}: {answer.status_code}"


@pytest.mark.parametrize("cookie", COOKIES)
def test_a_cookie_nobody_issued_is_like_none(world, cookie):
    pages = ("/me", "/orders", "/dashboard/", f"/s/{world.links['mall'].code}", "/login")
    for value in COOKIE_VALUES:
        for path in pages:
            answer = asked(world, path, HTTP_COOKIE=f"{cookie}={value}")
            assert answer.status_code in {200, 302}, f"{value[:40]!r} {path}: {answer.status_code}"


@pytest.mark.parametrize("header", COOKIE_HEADERS, ids=range(len(COOKIE_HEADERS)))
def test_a_cookie_header_breaks_nothing(world, header):
    for path in ("/", "/me", "/dashboard/", f"/s/{world.links['mall'].code}", "/api/v1/products"):
        assert asked(world, path, HTTP_COOKIE=header).status_code in {200, 302}, path


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_breaks_no_page(world, header):
    for value in HEADERS[header]:
        for path in ("/", "/login", f"/s/{world.links['mall'].code}", "/dashboard/login"):
            asked(world, path, **{header: value})


def test_a_code_that_is_none_leads_home(world):
    for code in (*PATH_PARTS, world.links["mall"].code.upper(), world.links["mall"].code + "x"):
        answer = asked(world, f"/s/{code}")
        assert answer.status_code in {302, 404}, code
        if answer.status_code == 302:
            assert answer.headers["Location"].split("?")[0] == "/", code


PLACES = (
    "/{}", "/products/{}", "/orders/{}", "/dashboard/{}", "/dashboard/orders/{}", "/q/{}.png", "/media/{}",
    "/static/{}", "/api/{}", "/language/{}", "/fragments/{}",
)  # fmt: skip


def test_an_address_that_leads_nowhere_breaks_nothing(world):
    for part in PATH_PARTS:
        for place in PLACES:
            assert asked(world, place.format(part)).status_code in {200, 302, 400, 404, 405}, place.format(part)


def test_a_code_in_an_address_that_is_none_is_passed_over(world):
    for value in QUERY_VALUES:
        for path in ("/", "/login", "/register"):
            answer = asked(world, f"{path}?ref={value}&next={value}")
            assert answer.status_code in {200, 400}, f"{value}: {answer.status_code}"


FOREIGN = [
    "//evil.example", "https://evil.example/", "http:evil.example", "/\\evil.example", "\\\\evil.example",
    "https:evil.example", "///evil.example", "/%09/evil.example", "//evil.example%2f@shop", "javascript:alert(1)",
    "data:text/html,x", "/\x00/x", "//evil\u3002example", "//%0d%0aevil.example", "http://[evil",
    "/x\r\nLocation: //evil.example", "@evil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", FOREIGN)
def test_nobody_is_sent_to_another_site(world, target):
    """After logging in, or by changing the language."""
    phone = world.members["customer"].buyer.phone
    browser = Client(headers={"host": world.host}, raise_request_exception=False)
    answers = [
        once(lambda: browser.post("/login", {"next": target, "phone": phone, "code": "000000"})),
        once(lambda: world.browser("customer").get("/login", {"next": target})),
        once(lambda: browser.get("/language/en", {"next": target})),
        once(lambda: browser.get("/language/en", headers={"referer": target.replace("\r\n", "").replace("\x00", "")})),
        once(lambda: browser.post("/dashboard/login", staff_login(world) | {"next": target})),
    ]
    for answer in answers:
        check_page(answer, target)
        location = answer.headers.get("Location", "/")
        assert location.startswith("/"), location
        assert not location.startswith(("//", "/\\", "/\t")), location


def staff_login(world: Any) -> dict[str, str]:
    """What the owner types."""
    from tests.factories.mall import PASSWORD

    return {"email": world.staff["owner"].user.email, "password": PASSWORD}
