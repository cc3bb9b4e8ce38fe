"""Who gets which page, and what another mall's ids and sessions open: nothing, and without a word about why."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from mall.buyers.sessions import COOKIE
from mall.staff.models import Role
from mall.staff.rights import may
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_operator
from tests.factories.world import World
from tests.tenancy.page_cases import ANYONE, BUYER, CASES, ELSEWHERE, STAFF, address, named_patterns
from tests.tenancy.test_walls import fingerprint

pytestmark = pytest.mark.django_db

LOG_IN = {BUYER: "/login", STAFF: "/dashboard/login"}

# What differs between two answers of the same page: form tokens, attempts, times of the moment.
_CHANCE = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|X-CSRFToken[^}]*}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
)


@pytest.fixture(scope="module", autouse=True)
def _the_other_mall_stays_as_it_is(worlds, django_db_blocker):
    with django_db_blocker.unblock():
        before = fingerprint(worlds[1].mall.pk)
        yield
        assert fingerprint(worlds[1].mall.pk) == before


def methods(name: str) -> list[str]:
    """The methods the page knows."""
    page = CASES[name]
    return [method for method, status in (("get", page.gets), ("post", page.posts)) if status is not None]


def ask(browser: Client, name: str, world: World, method: str, *, foreign: dict[str, Any] | None = None) -> Any:
    """The page as this browser gets it. Undone afterwards, so that the world stays as it was."""
    page, foreign = CASES[name], foreign or {}
    url = address(name, world, foreign=foreign)
    query = {key: foreign.get(key, made(world)) for key, made in page.query.items()}
    form = page.form(world) if page.form else {}
    form |= {key: foreign.get(key, made(world)) for key, made in page.form_ids.items()}
    with transaction.atomic():
        kind = {"content_type": "application/json"} if page.is_json else {}
        answer = browser.get(url, query) if method == "get" else browser.post(url, form, **kind)
        transaction.set_rollback(True)
    assert answer.status_code < 500, answer.content[:2000]
    return answer


def told(answer: Any) -> tuple[int, str, str]:
    """What a visitor can learn from an answer."""
    return answer.status_code, answer.headers.get("Location", ""), _CHANCE.sub("…", answer.content.decode())


def is_sent_away(answer: Any, face: str) -> bool:
    """Whether the answer only says: log in first."""
    return answer.status_code in {302, 204} and LOG_IN[face] in answer.headers.get(
        "Location", answer.headers.get("HX-Redirect", "")
    )


PAGES = [(name, method) for name in CASES for method in methods(name)]
GUARDED = [(name, method) for name, method in PAGES if CASES[name].face != ANYONE]


def test_every_page_is_in_the_table():
    names = {name for name, _route in named_patterns("config.urls") if name and not name.startswith("api:")}
    assert names - set(CASES) - set(ELSEWHERE) == set(), "not covered: add the page to tests/tenancy/page_cases.py"
    assert (set(CASES) | set(ELSEWHERE)) - names == set(), "no longer there"


def test_every_address_has_a_name():
    """One without is in no table."""
    assert [route for name, route in named_patterns("config.urls") if not name] == ["^api/"]


@pytest.mark.parametrize(("name", "method"), PAGES)
def test_the_rightful_visitor_is_served(worlds, name, method):
    ours, _other = worlds
    page = CASES[name]
    answer = ask(ours.browser(page.caller if page.face != ANYONE else ""), name, ours, method)
    expected = page.gets if method == "get" else page.posts
    assert answer.status_code == expected, (answer.headers.get("Location"), answer.content.decode()[:3000])
    if page.face != ANYONE:
        assert not is_sent_away(answer, page.face)


@pytest.mark.parametrize(("name", "method"), GUARDED)
def test_strangers_are_sent_to_the_log_in(worlds, name, method):
    ours, other = worlds
    face = CASES[name].face
    cookies = {
        "nobody": {},
        "another mall's member": {COOKIE: other.sessions["customer"]},
        "another mall's owner": {settings.SESSION_COOKIE_NAME: other.sessions["owner"]},
        "forged cookies": {COOKIE: "by_" + "A" * 43, settings.SESSION_COOKIE_NAME: "A" * 32},
        "the other face": {settings.SESSION_COOKIE_NAME: ours.sessions["owner"]}
        if face == BUYER
        else {COOKIE: ours.sessions["customer"]},
    }
    for who, held in cookies.items():
        browser = ours.browser()
        for cookie, value in held.items():
            browser.cookies[cookie] = value
        answer = ask(browser, name, ours, method)
        if CASES[name].strangers is None:
            assert is_sent_away(answer, face), f"{who}: {answer.status_code}"
        else:
            assert answer.status_code == CASES[name].strangers, who
            assert ours.marker not in answer.content.decode(), who


@pytest.mark.parametrize("name", [name for name, page in CASES.items() if page.face == STAFF])
def test_an_operator_comes_into_a_mall_only_by_entering_it(worlds, name):
    ours, _other = worlds
    browser = ours.browser()
    browser.force_login(make_operator())
    assert is_sent_away(ask(browser, name, ours, methods(name)[0]), STAFF)


@pytest.mark.parametrize(("name", "method"), [row for row in GUARDED if CASES[row[0]].face == STAFF])
def test_a_dashboard_page_needs_the_right(worlds, name, method):
    ours, _other = worlds
    page = CASES[name]
    needed = [right for right in (page.right, page.post_right if method == "post" else "") if right]
    for role in Role.values:
        answer = ask(ours.browser(role), name, ours, method)
        allowed = all(may(role, right) for right in needed)
        assert (answer.status_code != 403) is allowed, f"{role}: {answer.status_code}"


ID_POSITIONS = [
    (name, method, place)
    for name, method in PAGES
    for place in [
        *(part for part in CASES[name].path if part not in CASES[name].words),
        *(CASES[name].query if method == "get" else CASES[name].form_ids),
    ]
]


@pytest.mark.parametrize(("name", "method", "place"), ID_POSITIONS)
def test_another_malls_id_answers_like_one_that_nothing_has(worlds, name, method, place):
    ours, other = worlds
    page = CASES[name]
    made = {**page.form_ids, **page.query, **page.path}[place]
    theirs, own = made(other), made(ours)
    never = 2**40 if isinstance(own, int) else uuid.uuid4() if len(str(own)) == 36 else "zzzzzzzzzz"
    browser = ours.browser(page.caller if page.face != ANYONE else "")
    answers = [ask(browser, name, ours, method, foreign={place: wrong}) for wrong in (theirs, never)]
    shown = {told_without(answer, wrong) for answer, wrong in zip(answers, (theirs, never), strict=True)}
    assert len(shown) == 1, shown
    if place in page.path and name != "pages:share-link":
        assert answers[0].status_code == 404
    assert other.marker not in answers[0].content.decode()


def told_without(answer: Any, asked: Any) -> tuple[int, str, str]:
    """The answer, without what the visitor himself has just asked for."""
    status, location, text = told(answer)
    return status, location.replace(str(asked), "<asked>"), text.replace(str(asked), "<asked>")


@pytest.mark.parametrize(("name", "method", "place"), [row for row in ID_POSITIONS if CASES[row[0]].own], ids=str)
def test_another_members_object_answers_like_one_that_nothing_has(worlds, name, method, place):
    ours, _other = worlds
    page = CASES[name]
    own = {**page.form_ids, **page.query, **page.path}[place](ours)
    never = uuid.uuid4() if len(str(own)) == 36 else "zzzzzzzzzz"
    browser = ours.browser("stranger")
    answers = [ask(browser, name, ours, method, foreign={place: wrong}) for wrong in (own, never)]
    assert told_without(answers[0], own) == told_without(answers[1], never)


def test_the_addresses_of_malls_do_not_exist_on_the_installations_host(worlds):
    """Nor is the operator's admin on a mall's."""
    ours, _other = worlds
    browser = Client(headers={"host": "localhost"}, raise_request_exception=False)
    browser.force_login(make_operator())
    for name, _method in PAGES:
        url = address(name, ours)
        if url != "/":
            assert browser.get(url).status_code in {302, 404}, url
            assert ours.marker not in browser.get(url, follow=True).content.decode(), url
    for path in ("/operator/", "/operator/admin/", "/operator/malls/new", "/admin/"):
        assert ours.browser("owner").get(path).status_code == 404, path


def test_the_operators_pages_need_an_operator(worlds):
    ours, _other = worlds
    mall_id = str(ours.mall.public_id)
    routes = {name: route for name, route in named_patterns("config.installation_urls") if name.startswith("operator:")}
    assert set(routes) == {
        "operator:malls", "operator:login", "operator:logout", "operator:mall-new", "operator:mall-enter",
        "operator:mall-leave", "operator:mall-help", "operator:mall-status", "operator:sign-up", "operator:rules",
    }, "not covered: add the page here"  # fmt: skip
    for who in ("nobody", "owner"):
        browser = Client(headers={"host": "localhost"}, raise_request_exception=False)
        if who == "owner":
            browser.force_login(ours.staff["owner"].user)
        for name, route in routes.items():
            if name in {"operator:login", "operator:logout", "operator:sign-up", "operator:rules"}:
                continue
            url = "/" + route.replace("<str:public_id>", mall_id)
            for answer in (browser.get(url), browser.post(url, {"reason": "x", "hours": "1"})):
                assert answer.status_code in {302, 403, 404, 405}, f"{who} {url}: {answer.status_code}"
                assert ours.marker not in answer.content.decode()
    with mall_scope(ours.mall.pk):
        assert type(ours.mall).objects.get().status == "open"


def test_the_operators_admin_shows_no_rows_of_any_mall(worlds):
    """Records of malls are not registered there: an operator enters a mall, by a recorded act."""
    from django.contrib import admin

    from mall.malls.models import Mall
    from mall.tenancy.registry import mall_models

    registered = set(admin.site._registry)
    assert registered & {*mall_models(), Mall} == set()
