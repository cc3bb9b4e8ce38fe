"""What a browser sees when no page answers: a sentence, a way home, and nothing of our insides."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.test.utils import override_settings

from mall.api import failures
from tests.factories.mall import make_mall

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("host", ["mall", "localhost"])
def test_a_missing_page_says_so_and_leads_home(host: str) -> None:
    name = f"{make_mall().slug}.localhost" if host == "mall" else host
    response = Client().get("/nothing/here", HTTP_HOST=name)
    page = response.content.decode()
    assert response.status_code == 404
    assert "没有找到这个页面" in page
    assert 'href="/"' in page
    assert "nothing/here" not in page


def test_each_failure_is_json_below_the_api_and_a_page_elsewhere() -> None:
    answers = {
        400: lambda request: failures.bad_request(request, SuspiciousOperation("secret")),
        403: lambda request: failures.permission_denied(request, PermissionDenied("secret")),
        404: lambda request: failures.page_not_found(request, Exception("secret")),
        500: failures.server_error,
    }
    for status, answer in answers.items():
        for path, kind in (("/api/v1/x", "application/json"), ("/x", "text/html; charset=utf-8")):
            response = answer(RequestFactory().get(path))
            assert response.status_code == status
            assert response["Content-Type"] == kind
            assert "secret" not in response.content.decode()
            if kind == "application/json":
                assert set(response.json() if hasattr(response, "json") else {}) <= {"type", "errors"}


@override_settings(ROOT_URLCONF="tests.factories.broken_urls")
def test_a_bug_shows_nothing_of_our_insides() -> None:
    client = Client(raise_request_exception=False)
    host = {"HTTP_HOST": f"{make_mall().slug}.localhost"}
    for path in ("/broken", "/api/broken", "/api/broken-view"):
        response = client.get(path, **host)
        assert response.status_code == 500
        assert "KeyError" not in response.content.decode()
        assert "Traceback" not in response.content.decode()


def test_a_form_from_another_site_is_refused_with_a_sentence() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/operator/login", {"email": "a"}, HTTP_HOST="localhost")
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


@pytest.mark.parametrize(("path", "kind"), [("/api/v1/x", "application/json"), ("/x", "text/html; charset=utf-8")])
def test_a_database_that_goes_away_behind_the_view_says_come_again(path: str, kind: str) -> None:
    """Where the request's savepoint is released, no view's handler is around any more."""
    try:
        raise OperationalError("server closed the connection")  # noqa: TRY301 - the handler asks what is being handled
    except OperationalError:
        response = failures.server_error(RequestFactory().get(path))
    assert (response.status_code, response["Retry-After"], response["Content-Type"]) == (503, "2", kind)
    assert "closed" not in response.content.decode()
