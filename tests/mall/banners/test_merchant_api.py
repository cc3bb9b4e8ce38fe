"""Banners by the merchant API."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage

from mall.banners.models import Banner
from mall.tenancy.context import mall_scope
from tests.factories.http import api_as_staff, errors_of
from tests.factories.mall import make_mall, make_staff, owner_of
from tests.factories.pictures import a_picture
from tests.query_counts import query_counts  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def mall():
    return make_mall()


@pytest.fixture
def desk(mall):
    return api_as_staff(owner_of(mall))


def hang(desk, query=""):
    return desk.post(f"merchant/banners{query}", a_picture((210, 90)))


def shown(desk):
    return [one["id"] for one in desk.get("merchant/banners").json()["results"]]


def test_a_banner_is_hung_up_with_its_words_and_stands_on_the_home_page(mall, desk):
    answer = hang(desk, "?title=春茶上新&link=/products&position=3")
    assert answer.status_code == 201
    found = answer.json()
    assert (found["title"], found["link"], found["position"], found["is_active"]) == (
        "春茶上新", "/products", 3, True,
    )  # fmt: skip
    assert found["image"].endswith(".jpg")
    home = desk.client.get("/", HTTP_HOST=desk.headers["HTTP_HOST"]).content.decode()
    assert found["image"] in home
    assert desk.get("merchant/banners").json() == {"results": [found]}


def test_a_banner_is_changed_hidden_and_taken_down(mall, desk):
    found = hang(desk).json()
    at = f"merchant/banners/{found['id']}"
    changed = desk.patch(at, {"title": "新", "is_active": False}).json()
    assert changed == {**found, "title": "新", "is_active": False}
    home = desk.client.get("/", HTTP_HOST=desk.headers["HTTP_HOST"]).content.decode()
    assert found["image"] not in home
    assert desk.delete(at).status_code == 204
    assert desk.delete(at).status_code == 404
    assert shown(desk) == []


def test_another_picture_takes_its_place(mall, desk, django_capture_on_commit_callbacks):
    found = hang(desk).json()
    with mall_scope(mall.pk):
        before = Banner.objects.get().file
    with django_capture_on_commit_callbacks(execute=True):
        changed = desk.put(f"merchant/banners/{found['id']}/picture", a_picture((420, 180)))
    assert changed.status_code == 200
    assert changed.json()["image"] != found["image"]
    assert not default_storage.exists(before)
    for bad in (b"", b"no picture"):
        assert desk.put(f"merchant/banners/{found['id']}/picture", bad).status_code == 400
    assert desk.get("merchant/banners").json()["results"] == [changed.json()]


def test_banners_are_put_in_order_all_of_them_once(mall, desk):
    first, second, third = (hang(desk).json()["id"] for _ in range(3))
    wanted = [third, first, second]
    answer = desk.put("merchant/banners", {"banners": [{"id": one} for one in wanted]})
    assert [one["id"] for one in answer.json()["results"]] == wanted == shown(desk)
    for wrong in ([first, second], [first, first, second], [first, second, NOBODY], [first, second, "x"], []):
        refused = desk.put("merchant/banners", {"banners": [{"id": one} for one in wrong]})
        assert (refused.status_code, errors_of(refused)) == (400, [("invalid", "banners")])
    assert shown(desk) == wanted


@pytest.mark.parametrize(
    ("query", "attr"),
    [("?link=https://evil.example", "link"), ("?link=//evil", "link"), (f"?title={'名' * 61}", "title"),
     ("?position=-1", "position"), ("?position=x", "position"), ("?title=a%0Ab", "title")],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(desk, query, attr):
    answer = hang(desk, query)
    assert (answer.status_code, [at for _code, at in errors_of(answer)]) == (400, [attr])
    assert shown(desk) == []


def test_no_picture_is_no_banner_and_eight_are_enough(desk):
    for bad in (b"", b"no picture"):
        assert desk.post("merchant/banners", bad).status_code == 400
    assert {hang(desk).status_code for _ in range(8)} == {201}
    assert errors_of(hang(desk)) == [("too_many_banners", None)]
    assert len(shown(desk)) == 8


def test_other_malls_and_other_roles_are_kept_out(mall, desk):
    found = hang(desk).json()["id"]
    neighbour = api_as_staff(owner_of(make_mall()))
    for call in (neighbour.patch, neighbour.delete):
        assert call(f"merchant/banners/{found}", {}).status_code == 404
    assert api_as_staff(make_staff(mall, "service")).get("merchant/banners").status_code == 403


def test_the_list_costs_the_same_however_long(desk, query_counts):  # noqa: F811 - the fixture
    for _ in range(2):
        hang(desk)
        with query_counts("merchant.banners"):
            desk.get("merchant/banners")
