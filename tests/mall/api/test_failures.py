"""Every failure reads alike, and none of them is a stack trace."""

from __future__ import annotations

import uuid

import pytest
from django.db import DataError, InterfaceError, OperationalError
from django.test import Client
from rest_framework.permissions import AllowAny
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from mall.errors import BadInput, Conflict, DomainError, Missing, NotAllowed, TooMany
from tests.factories.http import Api, api_as_staff
from tests.factories.mall import host_of, make_mall, owner_of

pytestmark = pytest.mark.django_db


class Failing(APIView):
    """Raises what it is given."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    error = Exception()

    def get(self, request):
        raise self.error


def answer_to(error: Exception):
    return Failing.as_view(error=error)(APIRequestFactory().get("/api/v1/x"))


class Unproven(DomainError):
    code, status, message = "unproven", 401, "请登录。"


class Reused(DomainError):
    code, status = "key_reused", 422


@pytest.mark.parametrize(
    ("error", "status", "kind", "code", "attr"),
    [
        (BadInput("数量（quantity）须大于 0。", field="quantity"), 400, "validation_error", "invalid", "quantity"),
        (Unproven(), 401, "client_error", "unproven", None),
        (NotAllowed(), 403, "client_error", "permission_denied", None),
        (Missing(), 404, "client_error", "not_found", None),
        (Conflict("已售罄。", field="lines"), 409, "client_error", "conflict", "lines"),
        (Reused("同一个键。"), 422, "client_error", "key_reused", None),
        (TooMany(), 429, "client_error", "throttled", None),
        (OperationalError("server closed the connection"), 503, "server_error", "unavailable", None),
        (InterfaceError("connection already closed"), 503, "server_error", "unavailable", None),
        (DataError("integer out of range"), 400, "validation_error", "invalid", None),
        (KeyError("secret"), 500, "server_error", "error", None),
    ],
)
def test_each_refusal_has_its_status_and_its_words(error, status, kind, code, attr) -> None:
    response = answer_to(error)
    assert response.status_code == status
    assert response.data["type"] == kind
    assert [(one["code"], one["attr"]) for one in response.data["errors"]] == [(code, attr)]
    if isinstance(error, DomainError):
        assert response.data["errors"][0]["detail"] == str(error)
    else:
        assert str(error) not in response.data["errors"][0]["detail"]


def test_headers_say_when_to_come_back_and_how_to_log_in() -> None:
    assert answer_to(TooMany(retry_after=60))["Retry-After"] == "60"
    assert answer_to(OperationalError("x"))["Retry-After"] == "2"
    assert answer_to(Unproven())["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["nothing", "members/", "nothing/at/all", "me/extra", "\x00", "%2e%2e", "中"])
def test_an_address_that_leads_nowhere_answers_like_a_missing_object(path: str) -> None:
    mall = make_mall()
    response = Api(mall).get(path)
    missing = api_as_staff(owner_of(mall)).post(f"merchant/orders/{uuid.uuid4()}/ship", {})
    assert response.status_code == 404
    assert response["Content-Type"] == "application/json"
    assert response.json()["errors"][0]["code"] == "not_found"
    if missing.status_code == 404:
        assert missing.json() == response.json()


def test_the_installations_host_has_no_api() -> None:
    response = Client().get("/api/v1/me", HTTP_HOST="localhost")
    assert (response.status_code, response.json()["errors"][0]["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/api/v1/me?a=%00", "/?q=a%00b", "/api/v1/schema?x=%00"])
def test_a_query_with_nul_is_a_bad_request(path: str) -> None:
    response = Client(raise_request_exception=False).get(path, HTTP_HOST=f"{make_mall().slug}.localhost")
    assert response.status_code == 400


@pytest.mark.parametrize("path", ["/a%00b", "/media/%00.png", "/static/%00", "/s/%00", "/dashboard/%00"])
def test_a_path_with_nul_leads_nowhere(path: str) -> None:
    response = Client(raise_request_exception=False).get(path, HTTP_HOST=f"{make_mall().slug}.localhost")
    assert response.status_code == 404


@pytest.mark.parametrize(
    "cookie",
    [
        'sessionid="abcdefghijkl\\000mnop"',
        'fy_buyer="by_\\000"',
        "fy_buyer=\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        "fy_buyer=by_" + "x" * 5000,
        "=;;;=",
        "sessionid=../../x",
    ],
)
def test_a_cookie_nobody_issued_is_no_cookie(cookie: str) -> None:
    client = Client(raise_request_exception=False)
    host = f"{make_mall().slug}.localhost"
    assert client.get("/api/v1/me", HTTP_HOST=host, HTTP_COOKIE=cookie).status_code == 401
    assert client.get("/dashboard/", HTTP_HOST=host, HTTP_COOKIE=cookie).status_code in {302, 404}


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer a b",
        "Bearer " + "x" * 10_000,
        "Bearer \xff\xfe",
        "Bearer by_",
        "Bearer st_x",
        "Basic YTpi",
        "x",
        "",
    ],
)
def test_a_token_nobody_issued_is_unauthenticated(header: str) -> None:
    response = Api(make_mall()).get("me", HTTP_AUTHORIZATION=header)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"5", b'"x"', b'{"phone": NaN}', b'{"phone": 1e999}', b'{"a": 1, "a": 2}',
        b'{"phone": "\\ud800", "purpose": "login"}', b'{"phone": "\\u0000", "purpose": "login"}', b"[" * 5000,
        b"\xff\xfe",
        b'{"a":' * 100 + b"1" + b"}" * 100, b'{"phone": ' + b"9" * 5000 + b"}", b'{"phone": "' + b"1" * 300_000 + b'"}',
        b'{"phone": {"a": []}, "purpose": ["login"]}',
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_meant_is_a_bad_request(body: bytes) -> None:
    response = Api(make_mall()).post("phone-codes", body)
    assert response.status_code == 400, response.content
    assert response.json()["type"] in {"validation_error", "client_error"}


def test_another_kind_of_body_is_refused_by_its_name() -> None:
    mall = make_mall()
    host = {"HTTP_HOST": f"{mall.slug}.localhost"}
    response = Client().post("/api/v1/phone-codes", "a=1", content_type="text/plain", **host)
    assert response.status_code == 415


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_an_address_that_leads_nowhere_answers_in_json_whatever_the_method(method: str) -> None:
    client = Client(headers={"host": host_of(make_mall())}, enforce_csrf_checks=True)
    answer = getattr(client, method)("/api/v1/nowhere", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "not_found")
