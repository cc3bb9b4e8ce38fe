"""GET /s/<code>: stored before it is answered, whatever comes; by the front door and by the view alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mall.buyers.services import issue_token, revoke_all_tokens
from mall.catalogue.services import withdraw_product
from mall.malls.models import Mall
from mall.tenancy.context import current_mall_id, mall_scope
from mall.tenancy.middleware import forget_hosts
from members.models import Member
from referrals.clicks import front_door
from referrals.clicks.models import Click
from referrals.clicks.visitors import signed
from tests.concurrency import together
from tests.factories import referrals as factory
from tests.factories.doors import DoorClient
from tests.factories.mall import PASSWORD, make_mall, make_staff, owner_of
from tests.factories.members import make_member
from tests.factories.referrals import WECHAT, make_link, visitor_of
from tests.factories.trade import make_product

KEY = "AAAAAAAAAAAAAAAAAAAAAA"

Browsers = Callable[..., Client]


@pytest.fixture(params=[Client, DoorClient], ids=["view", "door"])
def way_in(request: pytest.FixtureRequest) -> type[Client]:
    """Both ways in answer and store the same."""
    return request.param


@pytest.fixture
def browser(way_in: type[Client]) -> Browsers:
    """Makes browsers that come by this way."""
    return partial(factory.browser, client=way_in)


def clicks(mall: Mall) -> list[Click]:
    with mall_scope(mall.pk):
        return list(Click.objects.order_by("pk"))


def log_in(client: Client, member: Member) -> Client:
    with mall_scope(member.mall_id):
        client.cookies["fy_buyer"] = issue_token(buyer=member.buyer, kind="session")[0]
    return client


@pytest.mark.django_db
def test_each_kind_leads_to_its_page_with_the_code_in_the_address(browser: Browsers) -> None:
    mall = make_mall()
    owner, product = make_member(mall), make_product(mall)
    links = [make_link(owner), make_link(owner, "product", product=product), make_link(owner, "registration")]
    answers = [browser(mall).get(f"/s/{link.code}") for link in links]
    assert [answer.status_code for answer in answers] == [302, 302, 302]
    assert [answer["Location"] for answer in answers] == [
        f"/?ref={links[0].code}",
        f"/products/{product.public_id}?ref={links[1].code}",
        f"/register?ref={links[2].code}",
    ]
    assert [click.link_id for click in clicks(mall)] == [link.pk for link in links]


@pytest.mark.django_db
def test_the_click_is_stored_as_it_was_observed(browser: Browsers) -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    client = browser(mall)
    answer = client.get(f"/s/{link.code}")
    (click,) = clicks(mall)
    assert (click.source, click.method, click.is_prefetch, click.user_agent) == ("browser", "GET", False, WECHAT)
    assert (click.member_id, click.by_staff, click.confirmed_at, click.judged_at) == (None, False, None, None)
    assert (click.is_attributable, click.reason) == (None, "")
    assert click.due_at - click.at == timedelta(seconds=60)
    assert click.visitor_key == visitor_of(client)
    assert len(click.network) == 32
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex")
    assert answer.cookies["fy_visitor"]["httponly"]


@pytest.mark.django_db
def test_a_visitor_stays_who_he_is_and_his_address_is_not_kept(browser: Browsers) -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    client = browser(mall, address="203.0.113.9")
    client.get(f"/s/{link.code}")
    client.get(f"/s/{link.code}")
    browser(mall, address="203.0.113.9").get(f"/s/{link.code}")
    first, second, third = clicks(mall)
    assert first.visitor_key == second.visitor_key != third.visitor_key
    assert first.network == second.network == third.network
    assert "203.0.113.9" not in repr(vars(first))


@pytest.mark.django_db
@pytest.mark.parametrize("cookie", ["", "x", "a" * 5000, f"{KEY}.{KEY}", "\xe7\xa0\x81", "' OR 1=1 --", "FOREIGN"])
def test_a_forged_or_foreign_visitor_becomes_a_new_one(cookie: str, browser: Browsers) -> None:
    mall, other = make_mall(), make_mall()
    link = make_link(make_member(mall))
    client = browser(mall)
    client.cookies["fy_visitor"] = signed(other.pk, KEY) if cookie == "FOREIGN" else cookie
    assert client.get(f"/s/{link.code}").status_code == 302
    (click,) = clicks(mall)
    assert click.visitor_key == visitor_of(client)
    assert click.visitor_key != KEY
    assert len(click.visitor_key) == 22


@pytest.mark.django_db
@pytest.mark.parametrize(
    "code",
    [
        "zzzzzzzzzz",
        "x",
        "",
        "a" * 10_000,
        "码码码码码码码码码码",
        "%F0%9F%98%80",
        "' OR 1=1 --",
        "../../etc",
        "a/b",
        "%ED%A0%80",
        "%ff",
    ],
)
def test_an_unknown_code_goes_home_and_is_no_click(code: str, browser: Browsers) -> None:
    mall = make_mall()
    make_link(make_member(mall))
    answer = browser(mall).get(f"/s/{code}")
    assert (answer.status_code, answer["Location"], answer["Cache-Control"]) == (302, "/", "no-store")
    assert clicks(mall) == []


@pytest.mark.django_db
def test_a_code_with_nul_leads_nowhere(browser: Browsers) -> None:
    mall = make_mall()
    assert browser(mall).get("/s/abc%00defghj").status_code in {302, 404}
    assert clicks(mall) == []


@pytest.mark.django_db
def test_another_malls_code_is_unknown_here(browser: Browsers) -> None:
    mall, other = make_mall(), make_mall()
    link = make_link(make_member(other))
    assert browser(mall).get(f"/s/{link.code}")["Location"] == "/"
    assert clicks(mall) == clicks(other) == []


@pytest.mark.django_db
def test_an_unknown_host_and_the_installations_own_have_no_links(way_in: type[Client]) -> None:
    mall = make_mall()
    code = make_link(make_member(mall)).code
    assert way_in(headers={"host": "nobody.localhost"}).get(f"/s/{code}").status_code == 404
    assert way_in(headers={"host": "localhost"}).get(f"/s/{code}").status_code == 404
    assert clicks(mall) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("header", "value", "is_prefetch"),
    [
        ("sec-purpose", "prefetch", True),
        ("sec-purpose", "prefetch;prerender", True),
        ("purpose", "prefetch", True),
        ("x-purpose", "preview", True),
        ("x-moz", "prefetch", True),
        ("purpose", "PREFETCH", True),
        ("purpose", "shopping", False),
        ("x-requested-with", "com.tencent.mm", False),
    ],
)
def test_prefetches_are_marked_and_due_at_once(header: str, value: str, is_prefetch: bool, browser: Browsers) -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    assert browser(mall).get(f"/s/{link.code}", headers={header: value}).status_code == 302
    (click,) = clicks(mall)
    assert click.is_prefetch is is_prefetch
    assert (click.due_at == click.at) is is_prefetch


@pytest.mark.django_db
def test_head_and_nameless_arrivals_are_stored_and_due_at_once(browser: Browsers) -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    assert browser(mall).head(f"/s/{link.code}").status_code == 302
    assert browser(mall, user_agent="").get(f"/s/{link.code}").status_code == 302
    assert [(click.method, click.due_at == click.at) for click in clicks(mall)] == [("HEAD", True), ("GET", True)]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_other_methods_are_no_arrivals(method: str, browser: Browsers) -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    assert getattr(browser(mall), method)(f"/s/{link.code}").status_code == 405
    assert clicks(mall) == []


@pytest.mark.django_db
@pytest.mark.parametrize("user_agent", ["x" * 10_000, "é\xff", "a\x00b", "码\ud800"])
def test_any_user_agent_is_stored_cut_and_clean(user_agent: str, browser: Browsers) -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    client = browser(mall)
    assert client.get(f"/s/{link.code}", HTTP_USER_AGENT=user_agent).status_code == 302
    (click,) = clicks(mall)
    assert len(click.user_agent) <= 400


@pytest.mark.django_db
def test_a_logged_in_member_is_known_and_one_who_logged_out_is_not(browser: Browsers) -> None:
    mall, other = make_mall(), make_mall()
    member, foreign = make_member(mall), make_member(other)
    link = make_link(make_member(mall))
    client = log_in(browser(mall), member)
    client.get(f"/s/{link.code}")
    with mall_scope(mall.pk):
        revoke_all_tokens(buyer=member.buyer)
    client.get(f"/s/{link.code}")
    log_in(browser(mall), foreign).get(f"/s/{link.code}")
    forged = browser(mall)
    forged.cookies["fy_buyer"] = "by_" + "x" * 5000
    forged.get(f"/s/{link.code}")
    assert [click.member_id for click in clicks(mall)] == [member.pk, None, None, None]


@pytest.mark.django_db
def test_staff_of_this_mall_are_known_by_their_session_and_no_others(browser: Browsers) -> None:
    mall, other = make_mall(), make_mall()
    link = make_link(make_member(mall))
    for client, user in (
        (browser(mall), owner_of(mall).user),
        (browser(mall), make_staff(mall, "service").user),
        (browser(mall), owner_of(other).user),
    ):
        assert client.post("/dashboard/login", {"email": user.email, "password": PASSWORD}).status_code in {200, 302}
        client.get(f"/s/{link.code}")
    forged = browser(mall)
    forged.cookies["sessionid"] = "x" * 32
    assert forged.get(f"/s/{link.code}").status_code == 302
    assert [click.by_staff for click in clicks(mall)] == [True, True, False, False]


@pytest.mark.django_db
def test_a_link_to_a_withdrawn_product_still_leads_there(browser: Browsers) -> None:
    mall = make_mall()
    product = make_product(mall)
    link = make_link(make_member(mall), "product", product=product)
    with mall_scope(mall.pk):
        withdraw_product(product=product)
    assert browser(mall).get(f"/s/{link.code}")["Location"] == f"/products/{product.public_id}?ref={link.code}"


@pytest.mark.django_db(transaction=True)
def test_the_door_asks_django_nothing_and_sets_the_mall_for_nothing_after_it() -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    client = factory.browser(mall, client=DoorClient)
    client.get(f"/s/{link.code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/s/{link.code}")
    assert len(queries) == 0
    assert current_mall_id() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.mall_id', true)")
        assert cursor.fetchone()[0] in {"", None}
        cursor.execute("SELECT count(*) FROM referrals_click")
        assert cursor.fetchone()[0] == 0
    assert len(clicks(mall)) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("token", ["", "by_somebody"])
@pytest.mark.parametrize("host", ["known", "forgotten"])
@pytest.mark.parametrize("look", [front_door.begin, lambda: None], ids=["before the look", "behind it"])
def test_a_dead_connection_is_replaced_and_the_click_stored(token, host, look, monkeypatch) -> None:
    monkeypatch.setattr(front_door, "begin", look)
    mall = make_mall()
    link = make_link(make_member(mall))
    client = factory.browser(mall, client=DoorClient)
    client.cookies["fy_buyer"] = token
    client.get(f"/s/{link.code}")
    mine = connection.server_process

    def kill() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [mine])

    together([kill])
    if host == "forgotten":
        # The first statement then asks for the mall, before there is a click to store.
        forget_hosts()
    assert client.get(f"/s/{link.code}").status_code == 302
    assert len(clicks(mall)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_lost_its_statements_stores_the_click_without_them() -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    client = factory.browser(mall, client=DoorClient)
    client.get(f"/s/{link.code}")
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert client.get(f"/s/{link.code}")["Location"] == f"/?ref={link.code}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.mall_id', true)")
        assert cursor.fetchone()[0] in {"", None}
    connection.close()
    client.get(f"/s/{link.code}")
    front_door._prepared.discard(connection.connection)
    client.get(f"/s/{link.code}")
    assert len(clicks(mall)) == 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("error", [psycopg2.OperationalError, OperationalError])
def test_without_a_database_nobody_is_sent_on(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    mall = make_mall()
    link = make_link(make_member(mall))

    def away(*_args: Any) -> None:
        raise error

    monkeypatch.setattr(front_door, "_in_one_trip", away)
    answer = factory.browser(mall, client=DoorClient).get(f"/s/{link.code}")
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    monkeypatch.undo()
    assert clicks(mall) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("redirects", "proxy_header", "environ", "left"),
    [
        (False, None, {}, False),
        (True, None, {}, True),
        (True, None, {"wsgi.url_scheme": "https"}, False),
        (True, ("HTTP_X_FORWARDED_PROTO", "https"), {}, True),
        (True, ("HTTP_X_FORWARDED_PROTO", "https"), {"HTTP_X_FORWARDED_PROTO": "http"}, True),
        (True, ("HTTP_X_FORWARDED_PROTO", "https"), {"HTTP_X_FORWARDED_PROTO": "https"}, False),
        (True, ("HTTP_X_FORWARDED_PROTO", "https"), {"HTTP_X_FORWARDED_PROTO": "https, http"}, False),
    ],
)
def test_plain_http_is_left_to_djangos_redirect(
    redirects: bool, proxy_header: Any, environ: Any, left: bool, settings
) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = redirects, proxy_header
    mall = make_mall()
    link = make_link(make_member(mall))
    answer = factory.browser(mall, client=DoorClient).get(f"/s/{link.code}", **environ)
    assert answer.status_code == (301 if left else 302)
    assert len(clicks(mall)) == (not left)


@pytest.mark.django_db
def test_behind_https_the_cookie_is_secure(settings, browser: Browsers) -> None:
    settings.SESSION_COOKIE_SECURE = True
    mall = make_mall()
    client = browser(mall)
    client.get(f"/s/{make_link(make_member(mall)).code}")
    cookie = client.cookies["fy_visitor"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, True, "Lax", "/")
    assert int(cookie["max-age"]) == 400 * 86_400


def test_other_addresses_go_straight_on() -> None:
    asked = []
    door = front_door.FrontDoor(lambda environ, _start: asked.append(environ.get("PATH_INFO")) or [])
    for path in ("/", "/s", "/shop", "/api/v1/clicks", ""):
        door({"PATH_INFO": path}, lambda *_: None)
    door({}, lambda *_: None)
    assert asked == ["/", "/s", "/shop", "/api/v1/clicks", "", None]


def test_web_servers_come_in_by_the_door() -> None:
    source = (Path(front_door.__file__).parents[2] / "config/wsgi.py").read_text()
    assert "application = FrontDoor(" in source


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_twenty_clicks(browser: Browsers) -> None:
    mall = make_mall()
    link = make_link(make_member(mall))
    answers = together([lambda: browser(mall).get(f"/s/{link.code}").status_code] * 20)
    assert answers == [302] * 20
    assert len({click.visitor_key for click in clicks(mall)}) == 20
