"""Clicks of apps: recorded with one call, confirmed with another."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from mall import clock
from mall.buyers.services import create_guest, issue_token
from mall.malls.models import Mall
from mall.tenancy.context import mall_scope
from referrals.clicks.models import Click, VisitorMember
from referrals.clicks.visitors import signed
from referrals.links.models import ShareLink
from tests.factories.mall import host_of, make_mall
from tests.factories.members import bearer, make_member
from tests.factories.referrals import WECHAT, judged, make_link

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def app(mall: Mall, user_agent: str = WECHAT) -> Client:
    return Client(headers={"host": host_of(mall), "user-agent": user_agent})


def open_link(mall: Mall, body: Any, *, user_agent: str = WECHAT, **headers: str) -> HttpResponse:
    return app(mall, user_agent).post("/api/v1/clicks", body, content_type="application/json", **headers)


def confirm(mall: Mall, click_id: str) -> HttpResponse:
    return app(mall).post(f"/api/v1/clicks/{click_id}/confirm")


def clicks(mall: Mall) -> list[Click]:
    with mall_scope(mall.pk):
        return list(Click.objects.order_by("pk"))


def link_of_somebody() -> tuple[Mall, ShareLink]:
    mall = make_mall()
    return mall, make_link(make_member(mall))


@pytest.mark.django_db
def test_a_click_is_201_with_a_visitor_to_keep() -> None:
    mall, link = link_of_somebody()
    answer = open_link(mall, {"code": link.code})
    (click,) = clicks(mall)
    assert answer.status_code == 201
    assert answer.json() == {"id": str(click.public_id), "visitor": signed(mall.pk, click.visitor_key)}
    assert (click.source, click.method, click.link_id, click.confirmed_at) == ("app", "GET", link.pk, None)


@pytest.mark.django_db
def test_the_visitor_sent_along_is_the_same_visitor() -> None:
    mall, link = link_of_somebody()
    first = open_link(mall, {"code": link.code}).json()
    again = open_link(mall, {"code": link.code.upper(), "visitor": first["visitor"]}).json()
    assert again["visitor"] == first["visitor"]
    assert again["id"] != first["id"]
    assert open_link(mall, {"code": link.code, "visitor": None}).json()["visitor"] != first["visitor"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "attr"),
    [
        ({}, 400, "code"),
        ({"code": None}, 400, "code"),
        ({"code": 5}, 400, "code"),
        ({"code": True}, 400, "code"),
        ({"code": ""}, 400, "code"),
        ({"code": "a\u0007b"}, 400, "code"),
        ({"code": "a" * 10_000}, 400, "code"),
        ({"code": "zzzzzzzzzz"}, 404, None),
        ({"code": "码"}, 404, None),
        ({"code": "' OR 1=1"}, 404, None),
        ({"code": "FOREIGN"}, 404, None),
        ({"code": "OWN", "visitor": "x"}, 400, "visitor"),
        ({"code": "OWN", "visitor": 5}, 400, "visitor"),
        ({"code": "OWN", "visitor": "FOREIGN"}, 400, "visitor"),
        ({"code": "OWN", "visitor": "x" * 5000}, 400, "visitor"),
        ([], 400, "non_field_errors"),
        (None, 400, "code"),
    ],
)
def test_bad_input_is_told_and_stores_nothing(body: Any, status: int, attr: str | None) -> None:
    mall, link = link_of_somebody()
    other, foreign = link_of_somebody()
    if isinstance(body, dict):
        names = {"OWN": link.code, "FOREIGN": foreign.code}
        body = {name: names.get(value, value) if isinstance(value, str) else value for name, value in body.items()}
        if body.get("visitor") == foreign.code:
            body["visitor"] = signed(other.pk, "A" * 22)
    answer = open_link(mall, body)
    assert answer.status_code == status, answer.content
    assert answer.json()["errors"][0]["attr"] == attr
    assert clicks(mall) == []


@pytest.mark.django_db
def test_a_lone_surrogate_and_nul_are_refused_before_the_database() -> None:
    mall, link = link_of_somebody()
    for raw in ('{"code": "\\ud800"}', '{"code": "\\u0000"}', '{"code": NaN}', '{"code": "a", "code": "b"}'):
        assert open_link(mall, raw).status_code == 400
    assert clicks(mall) == []
    assert link.pk


@pytest.mark.django_db
def test_a_token_says_who_opened_the_link() -> None:
    mall, link = link_of_somebody()
    member = make_member(mall)
    visitor = open_link(mall, {"code": link.code}, **bearer(member)).json()["visitor"]
    assert clicks(mall)[0].member_id == member.pk
    with mall_scope(mall.pk):
        assert VisitorMember.objects.get().visitor_key == visitor.split(".")[0]
        guest = f"Bearer {issue_token(buyer=create_guest())[0]}"
    open_link(mall, {"code": link.code}, HTTP_AUTHORIZATION=guest)
    assert clicks(mall)[1].member_id is None
    assert open_link(mall, {"code": link.code}, HTTP_AUTHORIZATION="Bearer by_nobody").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_confirmed_click_bills_and_confirming_again_changes_nothing() -> None:
    mall, link = link_of_somebody()
    shown = open_link(mall, {"code": link.code}).json()
    assert [confirm(mall, shown["id"]).status_code for _ in range(3)] == [204] * 3
    click = judged(clicks(mall)[0])
    assert (click.is_attributable, click.reason) == (True, "")
    assert confirm(mall, shown["id"]).status_code == 204
    assert clicks(mall)[0].confirmed_at == click.confirmed_at


@pytest.mark.django_db(transaction=True)
def test_a_click_of_an_apps_library_waits_for_its_page_like_any_other() -> None:
    mall, link = link_of_somebody()
    shown = open_link(mall, {"code": link.code}, user_agent="okhttp/4.12.0").json()
    assert judged(clicks(mall)[0]).judged_at is None
    confirm(mall, shown["id"])
    assert judged(clicks(mall)[0]).reason == ""


@pytest.mark.django_db(transaction=True)
def test_a_confirmation_after_the_judgement_is_too_late() -> None:
    mall, link = link_of_somebody()
    shown = open_link(mall, {"code": link.code}).json()
    clock.advance(seconds=61)
    assert judged(clicks(mall)[0]).reason == "unconfirmed"
    answer = confirm(mall, shown["id"])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "click_closed")
    assert clicks(mall)[0].confirmed_at is None


@pytest.mark.django_db
def test_a_confirmation_of_an_hour_ago_is_too_late_though_nobody_has_judged() -> None:
    mall, link = link_of_somebody()
    shown = open_link(mall, {"code": link.code}).json()
    clock.advance(minutes=31)
    assert confirm(mall, shown["id"]).status_code == 409


@pytest.mark.django_db
@pytest.mark.parametrize("click_id", [UNKNOWN, "1", "x", "FOREIGN", "%F0%9F%98%80", "a" * 3000])
def test_clicks_that_are_not_there_answer_alike(click_id: str) -> None:
    mall, _link = link_of_somebody()
    other, foreign = link_of_somebody()
    stored = open_link(other, {"code": foreign.code}).json()["id"]
    answer = confirm(mall, stored if click_id == "FOREIGN" else click_id)
    assert (answer.status_code, answer.content) == (404, confirm(mall, UNKNOWN).content)
    assert clicks(other)[0].confirmed_at is None
