"""The mall in force, kept in Python and in PostgreSQL: both agree, after whatever happened."""

from __future__ import annotations

import threading

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from mall.malls.models import Mall, MallHost
from mall.tenancy import middleware
from mall.tenancy.cache import INSTALLATION
from mall.tenancy.context import MallNotSet, current_mall_id, mall_scope, no_mall
from mall.tenancy.middleware import MallMiddleware, forget_hosts, host_of, mall_id_of_host
from tests.factories.mall import make_mall


def in_force() -> tuple[int | None, int | None]:
    """The mall as Python and as PostgreSQL know it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT NULLIF(current_setting('app.mall_id', true), '')::bigint")
        return current_mall_id(), cursor.fetchone()[0]


@pytest.fixture
def two(db):
    return make_mall(), make_mall()


@pytest.mark.django_db
def test_a_scope_within_a_scope_gives_the_former_mall_back(two):
    first, second = two
    assert in_force() == (None, None)
    with mall_scope(first.pk):
        with mall_scope(second.pk):
            assert in_force() == (second.pk, second.pk)
            with no_mall():
                assert in_force() == (None, None)
            assert in_force() == (second.pk, second.pk)
        assert in_force() == (first.pk, first.pk)
    assert in_force() == (None, None)


@pytest.mark.django_db
def test_an_error_gives_the_former_mall_back_too(two):
    first, second = two
    with mall_scope(first.pk):
        with pytest.raises(ZeroDivisionError), mall_scope(second.pk):
            _ = 1 / 0
        assert in_force() == (first.pk, first.pk)
        with pytest.raises(IntegrityError), mall_scope(first.pk):
            MallHost.objects.create(host="UPPER.example")
        assert in_force() == (first.pk, first.pk)
        with pytest.raises(ZeroDivisionError), no_mall():
            _ = 1 / 0
        assert in_force() == (first.pk, first.pk)
    assert in_force() == (None, None)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_on_the_connection_after_commit_or_rollback():
    mall = make_mall()
    with mall_scope(mall.pk):
        pass
    assert in_force() == (None, None)
    with pytest.raises(ZeroDivisionError), mall_scope(mall.pk):
        _ = 1 / 0
    assert in_force() == (None, None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM mall_mall")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_a_thread_begins_without_a_mall():
    mall, seen = make_mall(), []

    def look() -> None:
        try:
            seen.append(in_force())
            Mall.objects.exists()
        except MallNotSet as error:
            seen.append(type(error))
        finally:
            connection.close()

    with mall_scope(mall.pk):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert seen == [(None, None), MallNotSet]


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [None, "x", 1.5j])
def test_a_scope_of_nothing_cannot_be_entered(wrong):
    with pytest.raises((TypeError, ValueError)), mall_scope(wrong):
        pass
    assert in_force() == (None, None)


@pytest.mark.django_db
def test_a_cache_key_carries_its_mall(two):
    first, second = two
    with mall_scope(first.pk):
        cache.set("notice", "ours")
    with mall_scope(second.pk):
        assert cache.get("notice") is None
        cache.set("notice", "theirs")
    with mall_scope(first.pk):
        assert cache.get("notice") == "ours"
        cache.delete("notice")
    with mall_scope(second.pk):
        assert cache.get("notice") == "theirs"
    with pytest.raises(MallNotSet):
        cache.get("notice")
    cache.set(INSTALLATION + "notice", 1, 1)
    assert cache.get(INSTALLATION + "notice") == 1


@pytest.mark.parametrize(
    ("sent", "host"),
    [
        ("Shop.Localhost:8000", "shop.localhost"),
        ("shop.localhost.", "shop.localhost"),
        ("[::1]:8000", "[::1]:8000"),
        ("shop.localhost:evil", "shop.localhost"),
        ("a" * 400, "a" * 253),
        ("", ""),
    ],
)
def test_a_host_header_is_read_without_port_and_case(sent, host):
    assert host_of(RequestFactory().get("/", headers={"host": sent})) == host


@pytest.mark.django_db
def test_a_suspended_malls_host_leads_nowhere(two):
    mall, _other = two
    host = f"{mall.slug}.localhost"
    assert mall_id_of_host(host) == mall.pk
    with mall_scope(mall.pk):
        Mall.objects.update(status="suspended")
    forget_hosts()
    assert mall_id_of_host(host) is None
    assert Client(headers={"host": host}).get("/").status_code == 404


@pytest.mark.django_db
def test_a_remembered_host_is_asked_for_again_after_a_few_seconds(two, monkeypatch):
    mall, other = two
    with mall_scope(mall.pk):
        MallHost.objects.create(host="moving.example")
    assert mall_id_of_host("moving.example") == mall.pk
    with mall_scope(mall.pk):
        MallHost.objects.filter(host="moving.example").delete()
    with mall_scope(other.pk):
        MallHost.objects.create(host="moving.example")
    now = middleware.time.monotonic()
    monkeypatch.setattr(middleware.time, "monotonic", lambda: now + 10)
    assert mall_id_of_host("moving.example") == other.pk


def show(_request) -> HttpResponse:
    """The mall in force, as a view sees it."""
    return HttpResponse(str(in_force()))


def stream(_request) -> StreamingHttpResponse:
    """Read after the transaction, where no mall is in force."""
    return StreamingHttpResponse(iter(["x"]))


def fail(_request) -> HttpResponse:
    """A bug."""
    raise ZeroDivisionError


urlpatterns = [path("show", show), path("stream", stream), path("fail", fail)]


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_request_acts_for_its_hosts_mall_and_leaves_none_behind(two):
    for mall in two:
        browser = Client(headers={"host": f"{mall.slug}.localhost"}, raise_request_exception=False)
        assert browser.get("/show").content.decode() == str((mall.pk, mall.pk))
        assert in_force() == (None, None)
        assert browser.get("/fail").status_code == 500
        assert in_force() == (None, None)


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_nothing_of_a_mall_may_stream(two):
    browser = Client(headers={"host": f"{two[0].slug}.localhost"})
    with pytest.raises(RuntimeError, match="must not stream"):
        browser.get("/stream")


@pytest.mark.django_db(transaction=True)
@override_settings(ROOT_URLCONF=__name__)
def test_a_failed_view_changes_nothing(monkeypatch):
    mall = make_mall()

    def rename(_request) -> HttpResponse:
        Mall.objects.update(name="改名")
        raise ZeroDivisionError

    monkeypatch.setattr(urlpatterns[2], "callback", rename)
    browser = Client(headers={"host": f"{mall.slug}.localhost"}, raise_request_exception=False)
    assert browser.get("/fail").status_code == 500
    with mall_scope(mall.pk):
        assert Mall.objects.get().name == "测试商城"


@pytest.mark.django_db(transaction=True)
def test_interleaved_malls_on_one_connection_never_mix():
    """As behind a pool of size 1: each transaction sees its own mall, and between them nothing."""
    malls = [make_mall() for _ in range(3)]
    for number in range(60):
        mall = malls[number % 3]
        if number % 7 == 0:
            with pytest.raises(ZeroDivisionError), mall_scope(mall.pk):
                _ = 1 / 0
        elif number % 5 == 0:
            with transaction.atomic():
                assert in_force() == (None, None)
        else:
            with mall_scope(mall.pk):
                assert list(Mall.objects.values_list("pk", flat=True)) == [mall.pk]
    assert in_force() == (None, None)


@pytest.mark.django_db
def test_the_middleware_needs_no_host_to_answer_a_probe():
    asked = []
    answer = MallMiddleware(lambda request: asked.append(request) or HttpResponse("ok"))
    assert answer(RequestFactory().get("/healthz", headers={"host": "nobody.example"})).content == b"ok"
    assert len(asked) == 1


@pytest.mark.django_db
def test_a_host_gives_out_the_files_of_its_mall_only(two, settings):
    ours, other = two
    settings.MEDIA_ROOT.mkdir(exist_ok=True)
    for mall in two:
        (settings.MEDIA_ROOT / str(mall.pk)).mkdir()
        (settings.MEDIA_ROOT / str(mall.pk) / "tea.jpg").write_bytes(b"picture")
    (settings.MEDIA_ROOT / "loose.jpg").write_bytes(b"of nobody")
    asked = {
        f"/media/{ours.pk}/tea.jpg": 200,
        f"/media/{other.pk}/tea.jpg": 404,
        f"/media/{ours.pk}/../{other.pk}/tea.jpg": 404,
        f"/media/{ours.pk}/%2e%2e/{other.pk}/tea.jpg": 404,
        f"/media//{other.pk}/tea.jpg": 404,
        "/media/loose.jpg": 404,
        f"/media/{ours.pk}/none.jpg": 404,
    }
    browser = Client(headers={"host": f"{ours.slug}.localhost"})
    for path_asked, status in asked.items():
        answer = browser.get(path_asked)
        assert answer.status_code == status, path_asked
        # Read to its end, a file is closed.
        assert b"".join(answer) in (b"picture", b""), path_asked
    for host in ("localhost", "nobody.localhost"):
        assert Client(headers={"host": host}).get(f"/media/{ours.pk}/tea.jpg").status_code == 404
