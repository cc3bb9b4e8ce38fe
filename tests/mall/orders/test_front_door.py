"""POST /api/v1/orders in front of Django: what it answers itself, and what it leaves alone."""

from __future__ import annotations

import json
import time
import uuid
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from mall.carts.models import CartItem
from mall.catalogue.models import Sku
from mall.orders import front_door
from mall.orders.front_door import OrderDoor
from mall.orders.models import IdempotencyKey, Order
from mall.tenancy.context import mall_scope
from tests.factories.doors import HEARD
from tests.factories.http import api_as, api_as_staff
from tests.factories.mall import make_mall, make_staff
from tests.factories.members import make_member
from tests.factories.offers import give_coupon
from tests.factories.trade import an_address, make_sku

KEY = "k1"


class Visit:
    """One POST of an order through a door, with Django behind it or nobody."""

    def __init__(self, member: Any, sku: Sku, *, door: OrderDoor | None = None, **body: Any) -> None:
        asked = {"lines": [{"sku": str(sku.public_id), "quantity": 1}], "address": an_address(), **body}
        self.door, self.left = door, False
        self.environ = {
            "REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": "/api/v1/orders", "QUERY_STRING": "",
            "SERVER_NAME": "x", "SERVER_PORT": "80", "REMOTE_ADDR": "198.18.0.1", "wsgi.url_scheme": "http",
            "HTTP_IDEMPOTENCY_KEY": KEY, "CONTENT_TYPE": "application/json",
        }  # fmt: skip
        headers = api_as(member).headers
        self.environ |= {"HTTP_HOST": headers["HTTP_HOST"], "HTTP_AUTHORIZATION": headers["HTTP_AUTHORIZATION"]}
        self.send(json.dumps(asked).encode())

    def send(self, body: bytes) -> None:
        self.body = body
        self.environ["CONTENT_LENGTH"] = str(len(body))

    def __call__(self) -> Visit:
        self.environ["wsgi.input"] = BytesIO(self.body)
        door = self.door
        if door is None:
            door = OrderDoor(self._behind)
            door.headers = HEARD
        self.content = b"".join(door(self.environ, self._start))
        return self

    def _start(self, line: str, headers: list[tuple[str, str]], *_more: Any) -> None:
        self.line, self.headers = line, dict(headers)

    def _behind(self, environ: dict[str, Any], _start: Any) -> list[bytes]:
        self.left = True
        assert environ["wsgi.input"].read() == self.body, "Django must find the body as it came"
        return []


def django(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Django behind a door, without what it does to a server's connections between two requests."""
    response = WSGIHandler().get_response(WSGIRequest(environ))
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [response.content]


@pytest.fixture
def sku(mall) -> Sku:
    return make_sku(mall, price_fen=1_234, stock=10)


def traces(mall) -> tuple[int, int, int]:
    """Orders, keys and pieces in stock."""
    with mall_scope(mall.pk):
        return Order.objects.count(), IdempotencyKey.objects.count(), Sku.objects.get().stock


def test_a_plain_order_is_placed_without_django(mall, member, sku, query_counts, settings):
    settings.EVENT_HANDLERS = {"order.placed": ["nobody.hears"]}
    visit = Visit(member, sku)
    with query_counts("orders.post_by_door"):
        visit()
    assert (visit.left, visit.line) == (False, "201 Created")
    assert visit.headers == {"Content-Type": "application/json", "Content-Length": str(len(visit.content))}
    assert traces(mall) == (1, 1, 9)


def test_its_answer_is_djangos_to_the_last_header(mall, member, sku):
    """The door learns from the first answer of each language what Django's middleware adds."""
    door = OrderDoor(django)
    seen = []
    for language in ("zh-CN,zh;q=0.9", "en-GB,en;q=0.8"):
        for number in range(2):
            visit = Visit(member, sku, door=door, note="请快")
            visit.environ |= {"HTTP_ACCEPT_LANGUAGE": language, "HTTP_IDEMPOTENCY_KEY": f"{language}{number}"}
            answers = visit()
            shown = json.loads(answers.content)
            for name in ("id", "number", "placed_at", "expires_at"):
                shown[name] = len(shown[name])
            shown["lines"][0]["id"] = len(shown["lines"][0]["id"])
            answers.headers.pop("Content-Length")
            seen.append((answers.line, answers.headers, list(shown), shown))
        assert seen[-1] == seen[-2]
    assert seen[0][1]["Content-Language"] != seen[-1][1]["Content-Language"]
    assert seen[0][1]["X-Content-Type-Options"] == "nosniff"
    assert set(door.headers) == {("zh-hans", False), ("en", False)}
    assert traces(mall) == (4, 4, 6)


def test_it_learns_nothing_from_a_repeated_answer_and_nothing_from_a_refusal(mall, member, sku):
    door = OrderDoor(django)
    assert Visit(member, sku, door=door, lines=[])().line.startswith("400")
    with mall_scope(mall.pk):
        IdempotencyKey.objects.all().delete()
    api_as(member).post("orders", json.loads(Visit(member, sku).body), HTTP_IDEMPOTENCY_KEY=KEY)
    assert "Idempotent-Replayed" in Visit(member, sku, door=door)().headers
    assert door.headers == {}


@pytest.mark.parametrize(
    "change",
    [
        {"HTTP_COOKIE": "fy_visitor=x"},
        {"QUERY_STRING": "format=json"},
        {"SCRIPT_NAME": "/shop"},
        {"PATH_INFO": "/api/v1/orders/"},
        {"REQUEST_METHOD": "PUT"},
        {"REQUEST_METHOD": "GET"},
        {"CONTENT_TYPE": "text/plain"},
        {"CONTENT_TYPE": ""},
        {"HTTP_ACCEPT": "text/html"},
        {"HTTP_TRANSFER_ENCODING": "chunked"},
        {"CONTENT_LENGTH": ""},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "٣"},
        {"CONTENT_LENGTH": str(256 * 1024 + 1)},
        {"CONTENT_LENGTH": "0" * 5_000 + "2"},
        {"HTTP_HOST": "shop.localhost:evil<x>"},
        {"HTTP_HOST": ""},
        {"HTTP_AUTHORIZATION": ""},
        {"HTTP_AUTHORIZATION": "Basic eDp5"},
        {"HTTP_AUTHORIZATION": "Bearer by_x"},
        {"HTTP_IDEMPOTENCY_KEY": ""},
        {"HTTP_IDEMPOTENCY_KEY": "x" * 121},
        {"HTTP_HOST": "nobody.localhost"},
        {"HTTP_HOST": "\x00"},
    ],
)
def test_what_is_unusual_is_left_to_django(mall, member, sku, change):
    visit = Visit(member, sku)
    visit.environ |= change
    assert visit().left
    assert traces(mall) == (0, 0, 10)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"lines": NaN}', b"\xff", b"[" * 30, b'{"a": 1, "a": 2}'])
def test_what_is_no_order_is_left_to_django(mall, member, sku, body):
    visit = Visit(member, sku)
    visit.send(body)
    assert visit().left
    assert traces(mall) == (0, 0, 10)


@pytest.mark.parametrize("more", [" more", " ", "\xa0", "\x85", "\x1f", "\t"])
def test_what_stands_behind_the_token_is_left_to_django(mall, member, sku, more):
    visit = Visit(member, sku)
    visit.environ["HTTP_AUTHORIZATION"] += more
    assert visit().left
    assert traces(mall) == (0, 0, 10)


def test_staff_are_left_to_django(mall, member, sku):
    visit = Visit(member, sku)
    visit.environ["HTTP_AUTHORIZATION"] = api_as_staff(make_staff(mall, "manager")).headers["HTTP_AUTHORIZATION"]
    assert visit().left
    assert traces(mall) == (0, 0, 10)


def test_plain_http_is_left_to_django_where_it_must_be_https(mall, member, sku, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert Visit(member, sku)().left
    assert traces(mall) == (0, 0, 10)
    visit = Visit(member, sku)
    visit.environ["HTTP_X_FORWARDED_PROTO"] = "https"
    assert not visit().left


def test_a_token_opens_no_other_mall(mall, member, sku, elsewhere):
    visit = Visit(member, make_sku(elsewhere, stock=5))
    visit.environ["HTTP_HOST"] = f"{elsewhere.slug}.localhost"
    assert visit().left
    assert (traces(mall), traces(elsewhere)) == ((0, 0, 10), (0, 0, 5))


def test_goods_and_coupons_of_others_are_left_to_django(mall, member, sku, elsewhere):
    assert Visit(member, make_sku(elsewhere, stock=5))().left
    coupon = give_coupon(mall, make_member(mall).buyer)
    assert Visit(member, sku, coupon=str(coupon.public_id))().left
    assert (traces(mall), traces(elsewhere)) == ((0, 0, 10), (0, 0, 5))


def test_a_refusal_leaves_nothing_behind(mall, member, sku):
    assert Visit(member, sku, lines=[{"sku": str(sku.public_id), "quantity": 11}])().left
    assert Visit(member, sku, expected_total_fen=1)().left
    assert traces(mall) == (0, 0, 10)


def test_goods_that_ran_out_are_left_to_django_for_a_while_without_a_try(mall, member, sku, monkeypatch):
    left: list[int] = []
    door = OrderDoor(lambda *_request: left.append(1) or [])
    door.headers = HEARD
    others = make_sku(mall, stock=5)
    Visit(member, sku, door=door, lines=[{"sku": str(sku.public_id), "quantity": 11}])()
    with CaptureQueriesContext(connection) as asked:
        Visit(member, sku, door=door)()
    assert (len(left), [one for one in asked if "skus_locked" in one["sql"]]) == (2, [])
    Visit(member, others, door=door)()
    assert len(left) == 2
    later = time.monotonic() + front_door.REFUSED_SECONDS
    monkeypatch.setattr(front_door.time, "monotonic", lambda: later)
    visit = Visit(member, sku, door=door)
    visit.environ["HTTP_IDEMPOTENCY_KEY"] = "k2"
    assert (visit().line, len(left)) == ("201 Created", 2)
    with mall_scope(mall.pk):
        assert Order.objects.count() == 2


def test_what_https_alone_says_is_learned_from_https_alone(mall, member, sku, settings):
    settings.SECURE_HSTS_SECONDS = 60
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    door = OrderDoor(django)
    said = []
    for number, scheme in enumerate(("http", "https", "http", "https")):
        visit = Visit(member, sku, door=door)
        visit.environ |= {"HTTP_X_FORWARDED_PROTO": scheme, "HTTP_IDEMPOTENCY_KEY": f"k{number}"}
        said.append("Strict-Transport-Security" in visit().headers)
    assert said == [False, True, False, True]
    assert len(door.headers) == 2


def test_a_key_that_was_used_is_left_to_django(mall, member, sku):
    assert not Visit(member, sku)().left
    assert Visit(member, sku)().left
    assert Visit(member, sku, note="other")().left
    assert traces(mall) == (1, 1, 9)


def test_an_apps_cart_follows_its_buyer(mall, member, sku, settings):
    settings.PORTS = {"mall.buyers.ports.buyer_logged_in": ["mall.carts.arrivals.buyer_arrived"]}
    guest = api_as(member)
    guest.headers.pop("HTTP_AUTHORIZATION")
    cart = guest.post("cart/items", {"sku": str(sku.public_id), "quantity": 2})
    assert cart.status_code == 201, cart.content
    visit = Visit(member, sku)
    visit.environ["HTTP_CART_TOKEN"] = cart.json()["cart_token"]
    assert not visit().left
    with mall_scope(mall.pk):
        assert CartItem.objects.get().buyer_id == member.buyer_id


def test_what_nobody_has_foreseen_is_written_down_and_left_to_django(mall, member, sku, monkeypatch, caplog):
    monkeypatch.setattr("mall.orders.services.priced", lambda *_args: 1 / 0)
    assert Visit(member, sku)().left
    assert "ZeroDivisionError" in caplog.text
    assert traces(mall) == (0, 0, 10)


@pytest.mark.django_db(transaction=True)
def test_an_order_whose_commit_was_not_heard_is_answered_and_placed_once(monkeypatch):
    mall = make_mall()
    member, sku = make_member(mall), make_sku(mall, stock=10)
    visit = Visit(member, sku, door=OrderDoor(django))
    visit.door.headers = dict(HEARD)
    real, unheard = connection.commit, []

    def commit() -> None:
        real()
        if not unheard:
            unheard.append(1)
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(connection, "commit", commit)
    assert visit().line == "201 Created"
    assert (unheard, visit.headers["Idempotent-Replayed"]) == ([1], "true")
    with mall_scope(mall.pk):
        assert str(Order.objects.get().public_id) == json.loads(visit.content)["id"]
    assert traces(mall) == (1, 1, 9)


def test_the_server_has_it(mall, member, sku, monkeypatch):
    """The application that servers load asks this door before Django."""
    # What a server does once for its whole life would stay with the tests: it closes the connection it looked at.
    monkeypatch.setattr("mall.tenancy.startup.require_safe_role", lambda: None)
    monkeypatch.setattr("config.garbage.collect_seldom", lambda _every: None)
    from config.wsgi import application

    assert isinstance(application.behind, OrderDoor)
    monkeypatch.setattr(application.behind, "headers", HEARD)
    monkeypatch.setattr(front_door.log, "exception", pytest.fail)
    assert Visit(member, sku, door=application)().line == "201 Created"


def test_nothing_is_kept_of_one_request_for_the_next(mall, member, sku):
    other = make_member(mall)
    ids = set()
    for who in (member, other, member):
        visit = Visit(who, sku)
        visit.environ["HTTP_IDEMPOTENCY_KEY"] = uuid.uuid4().hex
        assert not visit().left
        ids.add(json.loads(visit.content)["id"])
        with mall_scope(mall.pk):
            assert Order.objects.latest("id").buyer_id == who.buyer_id
    assert len(ids) == 3
