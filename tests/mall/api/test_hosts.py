"""The Host header alone decides the mall."""

from __future__ import annotations

import pytest
from django.test import Client

from mall.malls.models import Mall
from mall.malls.services import add_host
from mall.operators.services import set_status
from mall.tenancy.context import mall_scope
from mall.tenancy.middleware import forget_hosts
from tests.factories.http import Api, api_as, api_as_staff
from tests.factories.mall import make_mall, make_operator, make_staff, owner_of
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_hosts():
    forget_hosts()
    yield
    forget_hosts()


@pytest.mark.parametrize(
    "host", ["{0}.localhost", "{0}.LOCALHOST", "{0}.localhost:8000", "{0}.localhost.", "{0}.LocalHost.:8443"]
)
def test_a_host_is_found_however_it_is_written(host: str) -> None:
    mall = make_mall()
    api = api_as(make_member(mall))
    assert api.get("me", HTTP_HOST=host.format(mall.slug)).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["nobody.localhost", "localhost.evil.example", "{0}", "{0}.localhost.evil.example", "x.{0}.localhost", "", "a b",
     "\xff.localhost", "[::1]", "[::1", "{0}.localhost@evil.example", "x" * 300, "{0}..localhost", "{0}.localhost:x:y"],
)  # fmt: skip
def test_an_unknown_host_is_not_found(host: str) -> None:
    mall = make_mall()
    for path in ("/api/v1/me", "/", "/dashboard/", "/operator/"):
        response = Client(raise_request_exception=False).get(path, HTTP_HOST=host.format(mall.slug))
        assert response.status_code == 404, (path, response.content)


def test_probes_answer_on_every_host() -> None:
    for host in ("nobody.localhost", "localhost", f"{make_mall().slug}.localhost"):
        assert Client().get("/healthz", HTTP_HOST=host).status_code == 200
        assert Client().get("/readyz", HTTP_HOST=host).status_code == 200


def test_there_is_no_operator_in_a_mall_and_no_mall_at_the_installation() -> None:
    mall = make_mall()
    client = Client()
    for path in ("/operator/", "/operator/login", "/operator/admin/", "/admin/"):
        assert client.get(path, HTTP_HOST=f"{mall.slug}.localhost").status_code == 404
    for path in ("/dashboard/", "/dashboard/login", "/api/v1/me", "/api/v1/products", "/products", "/s/abc"):
        assert client.get(path, HTTP_HOST="localhost").status_code == 404


def test_a_second_host_leads_to_the_same_mall() -> None:
    mall = make_mall()
    with mall_scope(mall.pk):
        add_host(host=f"{mall.slug}.example.com")
    assert api_as(make_member(mall)).get("me", HTTP_HOST=f"{mall.slug}.example.com").status_code == 200


def test_a_suspended_mall_is_gone_and_comes_back() -> None:
    mall, operator = make_mall(), make_operator()
    api = api_as(make_member(mall))
    set_status(operator=operator, mall_id=mall.pk, status=Mall.Status.SUSPENDED, reason="合同到期")
    forget_hosts()
    assert api.get("me").status_code == 404
    set_status(operator=operator, mall_id=mall.pk, status=Mall.Status.OPEN, reason="已续约")
    forget_hosts()
    assert api.get("me").status_code == 200


def test_staff_tokens_open_their_own_mall_only() -> None:
    mall, other = make_mall(), make_mall()
    api = api_as_staff(owner_of(mall))
    assert api.delete("merchant/tokens/current", HTTP_HOST=f"{other.slug}.localhost").status_code == 401
    assert api.delete("merchant/tokens/current").status_code == 204


def test_staff_and_buyers_do_not_pass_for_each_other() -> None:
    mall = make_mall()
    assert api_as_staff(make_staff(mall)).get("me").status_code == 403
    assert api_as(make_member(mall)).delete("merchant/tokens/current").status_code == 403
    assert Api(mall).delete("merchant/tokens/current").status_code == 401
