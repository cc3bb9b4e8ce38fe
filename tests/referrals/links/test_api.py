"""Share links over the API, and their QR pictures."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from mall.buyers.services import create_guest, issue_token
from mall.catalogue.services import withdraw_product
from mall.malls.models import Mall
from mall.malls.services import add_host
from mall.tenancy.context import mall_scope
from members.models import Member
from members.standing.services import suspend
from referrals.links.models import ShareLink
from tests.factories.mall import host_of, make_mall, owner_of
from tests.factories.members import bearer, make_member
from tests.factories.referrals import make_link
from tests.factories.trade import make_product

pytestmark = pytest.mark.django_db

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def post(mall: Mall, body: Any, **headers: str) -> HttpResponse:
    return Client(headers={"host": host_of(mall)}).post(
        "/api/v1/share-links", body, content_type="application/json", **headers
    )


def logged_in(mall: Mall, member: Member) -> Client:
    with mall_scope(mall.pk):
        token, _expires_at = issue_token(buyer=member.buyer, kind="session")
    client = Client(headers={"host": host_of(mall)})
    client.cookies["fy_buyer"] = token
    return client


def test_a_new_link_is_201_and_the_same_again_200() -> None:
    mall = make_mall()
    member, product = make_member(mall), make_product(mall)
    body = {"kind": "product", "product": str(product.public_id), "channel": "wechat"}
    first = post(mall, body, **bearer(member))
    again = post(mall, body, **bearer(member))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    shown = first.json()
    with mall_scope(mall.pk):
        link = ShareLink.objects.get()
    assert shown["url"] == f"http://{host_of(mall)}:8000/s/{link.code}"
    assert {name: shown[name] for name in ("id", "code", "kind", "product", "channel")} == {
        "id": str(link.public_id),
        "code": link.code,
        "kind": "product",
        "product": str(product.public_id),
        "channel": "wechat",
    }


def test_the_address_is_the_malls_primary_host_with_the_public_scheme(settings) -> None:
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        add_host(host=f"shop-{mall.slug}.example.com", is_primary=True)
    settings.PUBLIC_SCHEME, settings.PUBLIC_PORT = "https", 443
    shown = post(mall, {"kind": "mall", "channel": "qq"}, **bearer(member)).json()
    assert shown["url"] == f"https://shop-{mall.slug}.example.com/s/{shown['code']}"
    assert shown["product"] is None


@pytest.mark.parametrize(
    ("body", "status", "attr"),
    [
        ({"kind": "registration", "channel": "wechat", "product": "OWN"}, 400, "product"),
        ({"kind": "mall", "channel": "wechat", "product": "OWN"}, 400, "product"),
        ({"kind": "product", "channel": "wechat"}, 400, "product"),
        ({"kind": "product", "channel": "wechat", "product": None}, 400, "product"),
        ({"kind": "product", "channel": "wechat", "product": "FOREIGN"}, 404, None),
        ({"kind": "product", "channel": "wechat", "product": "OFF_SALE"}, 404, None),
        ({"kind": "product", "channel": "wechat", "product": UNKNOWN}, 404, None),
        ({"kind": "product", "channel": "wechat", "product": "1"}, 404, None),
        ({"kind": "product", "channel": "wechat", "product": 1}, 400, "product"),
        ({"kind": "shop", "channel": "wechat"}, 400, "kind"),
        ({"kind": ["mall"], "channel": "wechat"}, 400, "kind"),
        ({"kind": "mall"}, 400, "channel"),
        ({"kind": "mall", "channel": "nowhere"}, 400, "channel"),
        ({"kind": "mall", "channel": 7}, 400, "channel"),
        ({"kind": "mall", "channel": None}, 400, "channel"),
        ({"kind": "mall", "channel": "w" * 5000}, 400, "channel"),
        ({"kind": "mall", "channel": "wechat", "campaign": "x" * 41}, 400, "campaign"),
        ({"kind": "mall", "channel": "wechat", "campaign": "a\u0007b"}, 400, "campaign"),
        ({"kind": "mall", "channel": "wechat", "campaign": True}, 400, "campaign"),
        ([], 400, None),
        ("mall", 400, None),
    ],
)
def test_bad_input_is_told_and_writes_nothing(body: Any, status: int, attr: str | None) -> None:
    mall, other = make_mall(), make_mall()
    member = make_member(mall)
    off_sale = make_product(mall)
    with mall_scope(mall.pk):
        withdraw_product(product=off_sale)
    named = {"OWN": make_product(mall), "FOREIGN": make_product(other), "OFF_SALE": off_sale}
    if isinstance(body, dict) and body.get("product") in named:
        body = {**body, "product": str(named[body["product"]].public_id)}
    answer = post(mall, body, **bearer(member))
    assert answer.status_code == status, answer.content
    if attr:
        assert answer.json()["errors"][0]["attr"] == attr
    with mall_scope(mall.pk):
        assert not ShareLink.objects.exists()


def test_another_malls_product_answers_byte_for_byte_like_a_missing_one() -> None:
    mall, other = make_mall(), make_mall()
    member, foreign = make_member(mall), make_product(other)
    bodies = [{"kind": "product", "channel": "qq", "product": product} for product in (str(foreign.public_id), UNKNOWN)]
    answers = [post(mall, body, **bearer(member)) for body in bodies]
    assert answers[0].content == answers[1].content
    assert [answer.status_code for answer in answers] == [404, 404]


def test_only_members_of_this_mall_take_links() -> None:
    mall, other = make_mall(), make_mall()
    member = make_member(other)
    body = {"kind": "mall", "channel": "wechat"}
    assert post(mall, body).status_code == 401
    assert post(mall, body, **bearer(member)).status_code == 401
    with mall_scope(mall.pk):
        guest, _expires_at = issue_token(buyer=create_guest())
    assert post(mall, body, HTTP_AUTHORIZATION=f"Bearer {guest}").status_code == 403


def test_a_suspended_member_is_told_so() -> None:
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        suspend(member=member, reason="刷单", actor=owner_of(mall))
    answer = post(mall, {"kind": "mall", "channel": "wechat"}, **bearer(member))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "not_a_promoter")


def test_the_list_is_newest_first_by_pages_and_only_ones_own() -> None:
    mall = make_mall()
    member, other = make_member(mall), make_member(mall)
    links = [make_link(member, campaign=f"c{n}") for n in range(3)]
    make_link(other)
    client = Client(headers={"host": host_of(mall)})
    first = client.get("/api/v1/share-links?page_size=2", **bearer(member)).json()
    assert [shown["code"] for shown in first["results"]] == [links[2].code, links[1].code]
    rest = client.get(first["next"].split("localhost", 1)[1].split("8000")[-1], **bearer(member)).json()
    assert [shown["code"] for shown in rest["results"]] == [links[0].code]
    assert rest["next"] is None
    counts = ("clicks", "valid_clicks", "registrations", "orders", "paid_fen", "commission_fen")
    assert {rest["results"][0][name] for name in counts} == {0}


@pytest.mark.parametrize("number", [1, 20])
def test_the_list_takes_the_same_few_statements_for_one_link_and_twenty(
    number: int, django_assert_max_num_queries: Any
) -> None:
    mall = make_mall()
    member = make_member(mall)
    for n in range(number):
        make_link(member, campaign=f"c{n}")
    headers = bearer(member)
    client = Client(headers={"host": host_of(mall)})
    with django_assert_max_num_queries(14):
        assert len(client.get("/api/v1/share-links", **headers).json()["results"]) == number


def test_the_owner_gets_his_link_as_a_picture() -> None:
    mall = make_mall()
    member = make_member(mall)
    link = make_link(member)
    client = logged_in(mall, member)
    png = client.get(f"/q/{link.code}.png")
    assert (png.status_code, png["Content-Type"]) == (200, "image/png")
    picture = Image.open(BytesIO(png.content))
    assert picture.width == picture.height >= 250
    svg = client.get(f"/q/{link.code}.svg")
    assert svg["Content-Type"] == "image/svg+xml"
    assert ET.fromstring(svg.content).tag.endswith("svg")  # noqa: S314 - our own picture


@pytest.mark.parametrize(
    "name", ["CODE.gif", "CODE.", "zzzzzzzzzz.png", "x.png", "%F0%9F%98%80.png", "a" * 3000 + ".png"]
)
def test_pictures_that_are_not_there(name: str) -> None:
    mall = make_mall()
    member = make_member(mall)
    code = make_link(member).code
    assert logged_in(mall, member).get("/q/" + name.replace("CODE", code)).status_code == 404


def test_nobody_else_gets_the_picture() -> None:
    mall, other = make_mall(), make_mall()
    owner, member, stranger = make_member(mall), make_member(mall), make_member(other)
    code = make_link(owner).code
    for client in (Client(headers={"host": host_of(mall)}), logged_in(mall, member), logged_in(other, stranger)):
        assert client.get(f"/q/{code}.png").status_code == 404
