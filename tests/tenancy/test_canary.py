"""Nothing of one mall shows anywhere in another: not on a page, in a list, a header, a log, a key, a file name.

Two malls have their marker in every text; ours is crawled from every door by everybody, and all that the
other one has written anywhere is looked for in what comes back.
"""

from __future__ import annotations

import logging
import re
from html import unescape
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.conf import settings
from django.db import models
from django.test import Client
from redis import Redis

from mall.staff.models import StaffMember
from mall.tenancy.context import mall_scope
from mall.tenancy.registry import mall_models
from tests.factories.http import Api
from tests.factories.world import World
from tests.tenancy.api_cases import ANYONE, CASES, MEMBER, Case, call_for
from tests.tenancy.page_cases import CASES as PAGES
from tests.tenancy.page_cases import address

pytestmark = pytest.mark.django_db

# Texts that no service of the world takes; written here, in the mall's scope.
TYPED_HERE = {
    "mall.Order": ["carrier", "tracking_number"],
    "mall.Address": ["province", "city", "district"],
    "mall.OrderAddress": ["name", "detail", "province", "city", "district"],
    "mall.Refund": ["decision_note"],
    "mall.Payment": ["payer"],
    "mall.TransferProof": ["serial"],
    "mall.Product": ["description"],
    "referrals.Channel": ["name"],
    "commissions.Commission": ["held_reason"],
}

# Columns with words of ours or random ones, which nobody types. They are looked for all the same.
MACHINE_WORDS = {
    "action", "actor", "after", "attribution", "before", "click_pays", "code", "currency", "digest", "ended_reason",
    "event_key", "event_type", "file", "fingerprint", "handler", "host", "key", "kind", "method", "network", "number",
    "phone", "principal", "provider", "provider_reference", "purpose", "reason", "role", "rule", "slug", "source",
    "standing", "status", "step", "subject_kind", "uploaded_by", "visitor_key",
}  # fmt: skip
NOT_SHOWN = {
    "mall.Buyer.password": "hashed",
    "commissions.Payee.sealed": "encrypted",
    "commissions.Settlement.trace": "ids and numbers only",
    "referrals.Conversion.trace": "ids and numbers only",
    "mall.CartItem.guest_key": "a hash",
    "mall.ImportJob.result": "counts",
    "mall.ImportJob.columns": "names of our fields, and numbers",
    "mall.ImportJob.plan": "numbers of rows",
    "mall.ImportJob.language": "zh-hans or en",
    "mall.Mall.webhook_sealed": "encrypted",
    "mall.OrderChange.note": "append-only; written by timers only",
}
# What WeChat sent or gave: no page and no list shows it yet.
WECHAT_TABLES = ("mall_wechat", "mall_bill", "mall_notification", "mall_forged")

SHORT = 6
PAGES_MOST = 250
_LINKS = re.compile(r'(?:href|src|hx-get|action)="([^"#]+)"')


def texts(model: type[models.Model]) -> list[models.Field]:
    """The columns of a model that hold text."""
    kinds = (models.CharField, models.TextField, models.JSONField, models.UUIDField)
    return [field for field in model._meta.local_fields if isinstance(field, kinds)]


def written(world: World) -> set[str]:
    """Every text a mall has written anywhere, names of its staff included."""
    found = {world.mall.slug, world.mall.name, str(world.mall.public_id), world.marker}
    with mall_scope(world.mall.pk):
        for model in mall_models():
            for field in texts(model):
                found |= set(words(model.objects.values_list(field.attname, flat=True)))
        found |= set(StaffMember.objects.values_list("user__email", flat=True))
    return {text for text in found if len(text) >= SHORT}


def words(value: Any) -> list[str]:
    """The texts in a value, however deep."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in words(inner)]
    if isinstance(value, list | tuple | models.QuerySet):
        return [text for inner in value for text in words(inner)]
    return [] if value is None or isinstance(value, bool | int | float) else [str(value)]


@pytest.fixture
def marked(worlds):
    """The two malls with their marker in every text."""
    for world in worlds:
        with mall_scope(world.mall.pk):
            for model in mall_models():
                for name in TYPED_HERE.get(model._meta.label, ()):
                    model.objects.update(**{name: f"{world.marker}{name}"[: model._meta.get_field(name).max_length]})
    return worlds


def test_every_text_of_a_mall_carries_its_marker(marked):
    for world in marked:
        with mall_scope(world.mall.pk):
            for model in mall_models():
                if model._meta.db_table.startswith(WECHAT_TABLES):
                    continue
                for field in texts(model):
                    named = f"{model._meta.label}.{field.name}"
                    if (
                        isinstance(field, models.UUIDField)
                        or field.name in MACHINE_WORDS
                        or named in NOT_SHOWN
                        or field.choices
                    ):
                        continue
                    values = words(model.objects.values_list(field.attname, flat=True))
                    assert any(world.marker in value for value in values), f"{named} has no marker"


class Crawl:
    """What was got from our mall, held against what the other one has written."""

    def __init__(self, ours: World, other: World) -> None:
        self.ours = ours
        self.secrets = written(other) - written(ours)
        self.pages = 0

    def look(self, where: str, answer: Any, *, asked: str = "") -> str:
        """Search one answer, its headers too; returns its text."""
        assert answer.status_code < 500, where
        text = "" if answer.streaming else answer.content.decode("utf-8", "replace")
        shown = f"{dict(answer.headers)}\n{answer.cookies}\n{unescape(text)}"
        found = [secret for secret in self.secrets if secret in shown and secret not in asked]
        assert found == [], f"{where} shows {found}"
        self.pages += 1
        return text

    def walk(self, who: str, browser: Client, starts: list[str], most: int = PAGES_MOST) -> None:
        """Open pages and whatever they lead to."""
        seen, todo = set(), list(dict.fromkeys(starts))
        while todo and len(seen) < most:
            path = todo.pop(0)
            if path in seen or "logout" in path:
                continue
            seen.add(path)
            text = self.look(f"{path} for {who}", browser.get(path))
            for link in _LINKS.findall(text):
                target = urlsplit(urljoin(path, unescape(link)))
                if target.netloc in {"", self.ours.host} and not target.path.startswith(("/static/", "/media/")):
                    todo.append(target.path + (f"?{target.query}" if target.query else ""))


def starts(world: World, face: str) -> list[str]:
    """The address of every page that is read, of the shop or of the dashboard."""
    space = "dashboard:" if face == "dashboard" else "pages:"
    return [address(name, world) for name, page in PAGES.items() if name.startswith(space) and page.gets is not None]


@pytest.fixture
def crawl(marked):
    return Crawl(*marked)


def test_the_other_mall_has_written_enough_to_be_found(crawl):
    assert len(crawl.secrets) > 150


def test_the_search_would_find_what_is_there(marked):
    ours, other = marked
    with pytest.raises(AssertionError, match="shows"):
        Crawl(ours, other).look("the other mall itself", other.browser().get("/"))


@pytest.mark.parametrize("who", ["nobody", "stranger", "customer", "promoter"])
def test_the_shop_shows_nothing_of_another_mall(crawl, who):
    browser = crawl.ours.browser("" if who == "nobody" else who)
    crawl.walk(who, browser, starts(crawl.ours, "shop"))
    assert crawl.pages > 20


@pytest.mark.parametrize("who", ["owner", "service", "operator"])
def test_the_dashboard_shows_nothing_of_another_mall(crawl, who):
    crawl.walk(who, crawl.ours.browser(who), starts(crawl.ours, "dashboard"))
    assert crawl.pages > 50


def token_for(world: World, case: Case, member: str) -> str:
    """Whatever opens an operation."""
    return "" if case.face == ANYONE else world.token(member if case.face == MEMBER else "owner")


def test_the_api_shows_nothing_of_another_mall(crawl):
    ours = crawl.ours
    for name, case in CASES.items():
        if not name.startswith("GET"):
            continue
        tokens = (
            [""] if case.face == ANYONE else [ours.token(case.caller)] if case.face == MEMBER else [ours.token("owner")]
        )
        for token in tokens:
            api, path = Api(ours.mall, token=token), call_for(name, ours).path
            while path:
                answer = api.get(path)
                crawl.look(name, answer)
                body = answer.json() if answer["Content-Type"].startswith("application/json") else None
                following = body.get("next") if isinstance(body, dict) else None
                path = following.split("/api/v1/")[1] if following else ""
    assert crawl.pages > 20


def test_searching_for_another_malls_words_finds_nothing(crawl, marked):
    """In every filter there is, on both faces and in the API."""
    ours, other = marked
    asked = [other.marker, other.members["customer"].buyer.phone.removeprefix("+86"), other.orders["paid"].number]
    fields = ("search", "number", "q", "phone", "name", "member", "nickname", "order", "campaign", "code")
    for word in asked:
        query = "&".join(f"{field}={quote(word)}" for field in fields)
        for name, page in PAGES.items():
            if page.gets == 200 and not page.path:
                who = "owner" if name.startswith("dashboard:") else "promoter"
                answer = ours.browser(who).get(f"{address(name, ours)}?{query}")
                crawl.look(f"{name} asked for {word}", answer, asked=f"{word} {quote(word)} {other.marker} +86{word}")
        for name, case in CASES.items():
            if name.startswith("GET") and not case.path:
                api = Api(
                    ours.mall,
                    token="" if case.face == ANYONE else ours.token("promoter" if case.face == MEMBER else "owner"),
                )
                answer = api.get(f"{call_for(name, ours).path.split('?')[0]}?{query}")
                crawl.look(f"{name} asked for {word}", answer, asked=f"{word} {other.marker} +86{word}")


def keys() -> set[str]:
    """Every key this process has in Valkey."""
    with Redis.from_url(settings.CELERY_BROKER_URL, decode_responses=True) as client:
        return set(client.scan_iter(match=f"*{settings.TEST_PROCESS}*", count=1000))


def test_logs_keys_and_files_name_no_other_mall(crawl, marked, caplog):
    ours, other = marked
    before = keys()
    with caplog.at_level(logging.INFO):
        for who in ("customer", "owner"):
            face = "dashboard" if who == "owner" else "shop"
            crawl.walk(who, ours.browser(who), starts(ours, face), most=60)
        ours.browser().post("/login", {"phone": "13800138000", "password": "wrong"})
        ours.browser().post("/dashboard/login", {"email": "a@b.example", "password": "wrong"})
        Api(ours.mall).post("phone-codes", {"phone": "13800138001", "purpose": "login"})
        Api(ours.mall, token=other.token("customer")).get("me")
    logged = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    assert [secret for secret in crawl.secrets if secret in logged] == []
    for key in keys() - before:
        assert f"mall:{ours.mall.pk}:" in f"{key}:" or "installation" in key, key
        assert not any(secret in key for secret in crawl.secrets), key
        assert "13800138" not in key, "a phone in a key"
    private = [ours.members[who].buyer.phone for who in ("customer", "promoter")] + ["6222020200112233", "13800138"]
    private += [*ours.tokens.values(), *ours.sessions.values()]
    assert [text for text in private if text in logged] == []


def test_every_file_lies_in_the_folder_of_its_mall(marked):
    for world in marked:
        with mall_scope(world.mall.pk):
            folders = {file.split("/")[0] for file in mall_file_names()}
        assert folders == {str(world.mall.pk)}
        assert any((settings.MEDIA_ROOT / str(world.mall.pk)).rglob("*.jpg"))


def mall_file_names() -> list[str]:
    """The names of all files the mall in force has."""
    return [
        name
        for model in mall_models()
        for field in model._meta.local_fields
        if field.name == "file" or isinstance(field, models.FileField)
        for name in model.objects.values_list(field.attname, flat=True)
    ]
