"""POST /t: the page was shown. It confirms the click behind it, or is the arrival itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from mall import clock
from mall.buyers.services import issue_token
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from members.models import Member
from referrals.clicks.models import Click, Visit, VisitorMember
from referrals.links.models import ShareLink
from tests.concurrency import together
from tests.factories.mall import host_of, make_mall
from tests.factories.members import make_member
from tests.factories.referrals import as_visitor, browser, judged, make_click, make_link, visitor_of


def shown(client: Client, code: str | None = None, **extra: Any) -> int:
    """The status of the landing page's beacon, as sendBeacon sends it."""
    body = json.dumps({"code": code} if code is not None else {})
    return client.post("/t", body, content_type="text/plain;charset=UTF-8", **extra).status_code


def clicks(mall: Mall) -> list[Click]:
    with mall_scope(mall.pk):
        return list(Click.objects.order_by("pk"))


def visits(mall: Mall) -> list[Visit]:
    with mall_scope(mall.pk):
        return list(Visit.objects.order_by("pk"))


def link_of_somebody() -> tuple[Mall, ShareLink]:
    mall = make_mall()
    return mall, make_link(make_member(mall))


def log_in(client: Client, member: Member) -> Client:
    with mall_scope(member.mall_id):
        client.cookies["fy_buyer"] = issue_token(buyer=member.buyer, kind="session")[0]
    return client


@pytest.mark.django_db
def test_the_page_confirms_the_click_that_led_to_it() -> None:
    mall, link = link_of_somebody()
    client = browser(mall)
    client.get(f"/s/{link.code}")
    assert shown(client, link.code) == 204
    (click,) = clicks(mall)
    assert click.confirmed_at is not None
    assert click.due_at == click.confirmed_at
    (visit,) = visits(mall)
    assert (visit.visitor_key, visit.link_id, visit.view_count) == (click.visitor_key, link.pk, 1)


@pytest.mark.django_db
def test_of_two_open_clicks_the_newest_is_confirmed_and_then_the_other() -> None:
    mall, link = link_of_somebody()
    client = browser(mall)
    client.get(f"/s/{link.code}")
    client.get(f"/s/{link.code}")
    shown(client, link.code)
    assert [click.confirmed_at is not None for click in clicks(mall)] == [False, True]
    shown(client, link.code)
    shown(client, link.code)
    assert [click.confirmed_at is not None for click in clicks(mall)] == [True, True]


@pytest.mark.django_db
def test_only_this_visitors_click_on_this_link_is_confirmed() -> None:
    mall, link = link_of_somebody()
    other_link = make_link(make_member(mall))
    stranger, client = browser(mall), browser(mall)
    stranger.get(f"/s/{link.code}")
    client.get(f"/s/{other_link.code}")
    client.get(f"/s/{link.code}")
    shown(client, link.code)
    assert [click.confirmed_at is not None for click in clicks(mall)] == [False, False, True]


@pytest.mark.django_db
def test_a_forwarded_address_is_an_arrival_once_per_visit() -> None:
    mall, link = link_of_somebody()
    client = browser(mall)
    for _page in range(3):
        assert shown(client, link.code) == 204
    (click,) = clicks(mall)
    assert (click.source, click.method) == ("browser", "GET")
    assert click.confirmed_at == click.at
    assert click.visitor_key == visitor_of(client)
    clock.advance(minutes=31)
    shown(client, link.code)
    assert len(clicks(mall)) == 2
    assert [visit.view_count for visit in visits(mall)] == [3, 1]


@pytest.mark.django_db
def test_a_page_that_came_by_a_link_is_no_second_arrival() -> None:
    mall, link = link_of_somebody()
    client = browser(mall)
    client.get(f"/s/{link.code}")
    for _page in range(3):
        shown(client, link.code)
    assert len(clicks(mall)) == 1


@pytest.mark.django_db
def test_another_promoters_forwarded_page_in_the_same_visit_is_an_arrival() -> None:
    mall, link = link_of_somebody()
    other = make_link(make_member(mall))
    client = browser(mall)
    shown(client, link.code)
    shown(client, other.code)
    shown(client, link.code)
    assert [click.link_id for click in clicks(mall)] == [link.pk, other.pk]
    assert len(visits(mall)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_click_judged_unconfirmed_stays_so_and_the_late_page_is_an_arrival() -> None:
    mall, link = link_of_somebody()
    client = browser(mall)
    client.get(f"/s/{link.code}")
    clock.advance(seconds=61)
    assert judged(clicks(mall)[0]).reason == "unconfirmed"
    shown(client, link.code)
    first, second = clicks(mall)
    assert (first.reason, first.confirmed_at) == ("unconfirmed", None)
    assert judged(second).reason == ""


@pytest.mark.django_db
def test_a_click_of_an_hour_ago_is_not_confirmed_any_more() -> None:
    mall, link = link_of_somebody()
    client = browser(mall)
    client.get(f"/s/{link.code}")
    clock.advance(minutes=31)
    shown(client, link.code)
    assert [click.confirmed_at is not None for click in clicks(mall)] == [False, True]


@pytest.mark.django_db
def test_without_a_code_the_visit_goes_on_and_nothing_is_a_click() -> None:
    mall, link = link_of_somebody()
    client = browser(mall)
    shown(client)
    shown(client, link.code)
    clock.advance(minutes=29)
    shown(client)
    clock.advance(minutes=29)
    shown(client)
    assert [(visit.view_count, visit.link_id) for visit in visits(mall)] == [(4, link.pk)]
    assert len(clicks(mall)) == 1
    clock.advance(minutes=30)
    shown(client)
    assert len(visits(mall)) == 2


@pytest.mark.django_db
def test_a_promoters_own_pages_carry_his_code_and_are_no_arrivals() -> None:
    mall = make_mall()
    owner = make_member(mall)
    link = make_link(owner)
    client = log_in(browser(mall), owner)
    shown(client, link.code)
    del client.cookies["fy_buyer"]
    shown(client, link.code)
    assert clicks(mall) == []
    with mall_scope(mall.pk):
        assert VisitorMember.objects.get().member_id == owner.pk
    client.get(f"/s/{link.code}")
    shown(client, link.code)
    assert [click.confirmed_at is not None for click in clicks(mall)] == [True]


@pytest.mark.django_db
def test_a_logged_in_visitor_is_known_by_his_arrival() -> None:
    mall, link = link_of_somebody()
    member = make_member(mall)
    shown(log_in(browser(mall), member), link.code)
    assert clicks(mall)[0].member_id == member.pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 204),
        ("{}", 204),
        ("[]", 204),
        ("null", 204),
        ('"code"', 204),
        ("5", 204),
        ('{"code": 5}', 204),
        ('{"code": null}', 204),
        ('{"code": ["a"]}', 204),
        ('{"code": "zzzzzzzzzz"}', 204),
        ('{"code": "\\u0000"}', 204),
        ('{"code": "\\ud800"}', 400),
        ('{"code": "码"}', 204),
        ('{"code": "CODE", "at": "2099-01-01", "member": 1, "visitor": "x", "__proto__": {}}', 204),
        ("{", 400),
        ("{'code': 1}", 400),
        ("NaN", 400),
        ("[" * 2000, 400),
        ('{"code": "' + "a" * 2100 + '"}', 413),
        ("x" * 100_000, 413),
        (b"\xff\xfe", 400),
    ],
)
def test_any_body_is_answered(body: Any, status: int) -> None:
    mall, link = link_of_somebody()
    body = body.replace("CODE", link.code) if isinstance(body, str) else body
    answer = browser(mall).post("/t", body, content_type="text/plain")
    assert answer.status_code == status
    assert answer.content == b""
    assert len(clicks(mall)) == (1 if link.code in str(body) else 0)


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "application/octet-stream", ""])
def test_any_type_a_browser_may_send_will_do(content_type: str) -> None:
    mall, link = link_of_somebody()
    client = browser(mall)
    assert client.post("/t", json.dumps({"code": link.code}), content_type=content_type).status_code == 204
    assert len(clicks(mall)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"sec-fetch-site": "same-origin"}, 204),
        ({"origin": "http://HOST"}, 204),
        ({"sec-fetch-site": "same-origin", "origin": "https://HOST"}, 204),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://other.localhost"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "nonsense"}, 403),
        ({"origin": "http://[::1"}, 403),
    ],
)
def test_another_sites_page_is_refused(headers: dict[str, str], status: int) -> None:
    mall, link = link_of_somebody()
    sent = {name: value.replace("HOST", host_of(mall)) for name, value in headers.items()}
    assert shown(browser(mall), link.code, headers=sent) == status
    assert len(clicks(mall)) == (status == 204)


@pytest.mark.django_db
def test_a_csrf_token_is_not_asked_for_and_only_post_is_answered() -> None:
    mall, link = link_of_somebody()
    strict = Client(
        enforce_csrf_checks=True, headers={"host": host_of(mall), "user-agent": "Mozilla/5.0 Firefox/127.0"}
    )
    assert shown(strict, link.code) == 204
    assert [getattr(strict, method)("/t").status_code for method in ("get", "head", "put", "delete")] == [405] * 4


@pytest.mark.django_db
def test_another_malls_code_and_visitor_are_unknown_here() -> None:
    mall, other = make_mall(), make_mall()
    link = make_link(make_member(other))
    click = make_click(link, is_confirmed=False)
    client = as_visitor(browser(mall), other, click.visitor_key)
    assert shown(client, link.code) == 204
    assert visitor_of(client) != click.visitor_key
    assert clicks(mall) == []
    assert clicks(other)[0].confirmed_at is None


@pytest.mark.django_db(transaction=True)
def test_ten_pages_at_once_are_one_visit_and_one_arrival() -> None:
    mall, link = link_of_somebody()
    key = visitor_of(as_visitor(browser(mall), mall, "B" * 22))
    answers = together([lambda: shown(as_visitor(browser(mall), mall, key), link.code)] * 10)
    assert answers == [204] * 10
    assert len(clicks(mall)) == 1
    assert [visit.view_count for visit in visits(mall)] == [10]


@pytest.mark.django_db(transaction=True)
def test_a_confirmation_rings_the_bell_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    mall, link = link_of_somebody()
    rung: list[int] = []
    monkeypatch.setattr("referrals.clicks.services.ring", rung.append)
    client = browser(mall)
    client.get(f"/s/{link.code}")
    assert rung == []
    shown(client, link.code)
    assert rung == [mall.pk]


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_page_is_answered_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    mall, link = link_of_somebody()

    def away(*_args: Any, **_options: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("referrals.tasks.judge.apply_async", away)
    assert shown(browser(mall), link.code) == 204
    assert len(clicks(mall)) == 1
