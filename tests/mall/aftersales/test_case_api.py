"""Cases by the API, with their evidence."""

from __future__ import annotations

import uuid

import pytest
from django.conf import settings
from django.core.files.storage import storages

from mall.aftersales.case_models import Case, CasePicture
from mall.staff.models import Role
from mall.tenancy.context import mall_scope
from tests.factories.cases import complain, step
from tests.factories.http import Api, api_as, api_as_staff, errors_of
from tests.factories.mall import make_staff
from tests.factories.members import make_member
from tests.factories.pictures import a_picture
from tests.factories.trade import lines_of, place_and_pay, receive


@pytest.fixture
def order(mall, buyer):
    return receive(place_and_pay(mall, buyer))


def key() -> dict[str, str]:
    return {"HTTP_IDEMPOTENCY_KEY": uuid.uuid4().hex}


def asking(order, **more) -> dict:
    line = {"line": str(lines_of(order)[0].public_id), "amount_fen": 1_000, "quantity": 1}
    return {"kind": "return", "lines": [line], "reason": "破损", **more}


def test_a_return_goes_from_complaint_to_money_over_the_api(mall, api, owner_api, order):
    opened = api.post(f"orders/{order.public_id}/cases", asking(order), **key())
    body = opened.json()
    assert (opened.status_code, body["kind"], body["status"], body["amount_fen"]) == (201, "return", "requested", 1_000)
    assert body["lines"] == [
        {
            "line": str(lines_of(order)[0].public_id),
            "name": lines_of(order)[0].name,
            "quantity": 1,
            "amount_fen": 1_000,
        }
    ]
    path = f"cases/{body['id']}"
    assert owner_api.post(f"merchant/{path}/approve").status_code == 400
    approved = owner_api.post(f"merchant/{path}/approve", {"return_to": "仓库 1 号"})
    assert (approved.json()["status"], approved.json()["return_to"]) == ("awaiting_return", "仓库 1 号")
    sent = api.post(f"{path}/ship", {"carrier": "顺丰速运", "number": "SF1"})
    assert sent.json()["status"] == "returning"
    assert owner_api.get("merchant/cases?status=returning").json()["results"][0]["id"] == body["id"]
    assert owner_api.post(f"merchant/{path}/receive").json()["status"] == "done"
    assert api.get(f"orders/{order.public_id}").json()["refunded_fen"] == 1_000
    assert api.get("cases").json()["results"][0]["closed_at"] is not None
    again = owner_api.post(f"merchant/{path}/receive")
    assert (again.status_code, errors_of(again)) == (409, [("wrong_state", None)])


def test_one_key_opens_one_case(mall, api, order):
    same = key()
    ids = {api.post(f"orders/{order.public_id}/cases", asking(order), **same).json()["id"] for _ in range(3)}
    assert len(ids) == 1
    with mall_scope(mall.pk):
        assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"kind": "gift"}, 400, "invalid_choice"),
        ({"kind": None}, 400, "null"),
        ({"kind": 5}, 400, "invalid_choice"),
        ({"lines": []}, 400, "min_length"),
        ({"reason": "a\nb"}, 400, "control"),
        ({"reason": ""}, 400, "blank"),
    ],
)
def test_what_cannot_be_meant_is_a_400(api, order, change, status, code):
    answer = api.post(f"orders/{order.public_id}/cases", asking(order, **change), **key())
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (status, code)


def test_more_than_is_left_is_a_409_that_names_it(api, order):
    body = asking(order)
    body["lines"][0]["amount_fen"] = 10_001
    answer = api.post(f"orders/{order.public_id}/cases", body, **key())
    assert (answer.status_code, errors_of(answer)) == (409, [("more_than_left", "lines.0.amount_fen")])


def test_evidence_is_shown_to_its_buyer_and_to_staff_only(mall, api, owner_api, stranger_api, order):
    case = complain(order, "return", 500)
    answer = api.post(f"cases/{case.public_id}/pictures", a_picture())
    assert answer.status_code == 201
    (picture,) = answer.json()["pictures"]
    address = picture["url"].removeprefix("/api/v1/")
    got = api.get(address)
    assert (got.status_code, got["Content-Type"], got.content[:3]) == (200, "image/jpeg", b"\xff\xd8\xff")
    assert got["Cache-Control"].startswith("private")
    assert owner_api.get(f"merchant/case-pictures/{picture['id']}").content == got.content
    other = api_as(make_member(mall))
    assert other.get(address).status_code == 404
    assert stranger_api.get(address).status_code == 404
    assert Api(mall).get(address).status_code == 401
    helper = api_as_staff(make_staff(mall, Role.SERVICE))
    assert helper.get(f"merchant/case-pictures/{picture['id']}").status_code == 403
    with mall_scope(mall.pk):
        file = CasePicture.objects.get().file
    assert storages["private"].exists(file)
    assert not (settings.MEDIA_ROOT / file).exists()
    assert other.client.get(f"/media/{file}", **other.headers).status_code == 404


def test_nine_pictures_while_the_case_is_open(mall, api, order):
    case = complain(order, "return", 500)
    for _number in range(9):
        assert api.post(f"cases/{case.public_id}/pictures", a_picture()).status_code == 201
    tenth = api.post(f"cases/{case.public_id}/pictures", a_picture())
    assert (tenth.status_code, errors_of(tenth)) == (409, [("too_many_pictures", "file")])
    step(case, "withdraw_case")
    assert api.post(f"cases/{case.public_id}/pictures", a_picture()).status_code == 409
    with mall_scope(mall.pk):
        assert CasePicture.objects.count() == 9


@pytest.mark.parametrize("data", [b"", b"<html>", b"GIF89a" + b"\x00" * 20, b"x" * (10 * 1024 * 1024 + 1)])
def test_what_is_no_picture_is_refused(mall, api, order, data):
    case = complain(order, "return", 500)
    assert api.post(f"cases/{case.public_id}/pictures", data).status_code == 400
    with mall_scope(mall.pk):
        assert not CasePicture.objects.exists()


def test_a_bomb_is_refused_before_it_is_unfolded(api, order):
    case = complain(order, "return", 500)
    assert api.post(f"cases/{case.public_id}/pictures", a_picture((8_000, 6_000))).status_code == 400
