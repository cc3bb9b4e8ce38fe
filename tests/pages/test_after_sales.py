"""申请售后 and 发表评价 as a browser sends them, and what stands on the pages."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from mall.aftersales.case_models import Case
from mall.buyers.services import issue_token
from mall.buyers.sessions import COOKIE
from mall.reviews.models import Review
from mall.tenancy.context import mall_scope
from tests.factories.cases import complain, step
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.pictures import a_picture
from tests.factories.referrals import browser
from tests.factories.trade import lines_of, make_sku, place_and_pay, receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


@pytest.fixture
def member(mall):
    return make_member(mall, nickname="王小明")


@pytest.fixture
def client(mall, member):
    client = browser(mall)
    with mall_scope(mall.pk):
        client.cookies[COOKIE] = issue_token(buyer=member.buyer, kind="session")[0]
    return client


@pytest.fixture
def order(mall, member):
    return receive(place_and_pay(mall, member.buyer, (make_sku(mall, price_fen=1_999), 2)))


def files(number: int) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{n}.png", a_picture(), "image/png") for n in range(number)]


def form(order, **more) -> dict:
    line = lines_of(order)[0].pk
    return {
        "why": "broken",
        "detail": "杯口有裂",
        "attempt": str(uuid.uuid4()),
        f"quantity_{line}": "1",
        f"amount_{line}": "19.99",
        **more,
    }


def test_a_return_with_pictures_is_asked_for_once_however_often_it_is_sent(mall, client, order):
    path, sent = f"/orders/{order.public_id}/cases/new?kind=return", form(order)
    answers = [client.post(path, sent | {"pictures": files(2)}) for _ in range(2)]
    with mall_scope(mall.pk):
        case = Case.objects.get()
        assert (case.kind, case.reason, case.refund.amount_fen, case.pictures.count()) == (
            "return", "商品破损：杯口有裂", 1_999, 2,
        )  # fmt: skip
    assert {answer["Location"] for answer in answers} == {f"/cases/{case.public_id}"}
    shown = client.get(f"/cases/{case.public_id}").content.decode()
    for words in ("待商家处理", "商品破损：杯口有裂", case.number, "撤销申请"):
        assert words in shown
    assert case.number in client.get("/cases").content.decode()
    # He finds it again from the order, and the list from his own page.
    assert f'href="/cases/{case.public_id}"' in client.get(f"/orders/{order.public_id}").content.decode()
    assert all(f'href="{path}"' in client.get("/me").content.decode() for path in ("/cases", "/reviews"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"why": ""}, "请选择申请原因"),
        ({"why": "nonsense"}, "field__error"),
        ({"amount": "20000"}, "最多还可退"),
        ({"amount": "abc"}, "请填写金额"),
        ({"quantity": "3"}, "请减少"),
        ({"amount": "", "quantity": ""}, "请至少填写一行商品的退款金额"),
        ({"pictures": [SimpleUploadedFile("a.png", b"<html>", "image/png")]}, "无法识别这张图片"),
        ({"pictures": [SimpleUploadedFile("a.png", b"x", "image/png") for _ in range(10)]}, "至多 9 张图片"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(mall, client, order, change, words):
    line = lines_of(order)[0].pk
    named = {f"{name}_{line}" if name in {"amount", "quantity"} else name: value for name, value in change.items()}
    answer = client.post(f"/orders/{order.public_id}/cases/new?kind=return", form(order) | named)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert words in text
    assert "杯口有裂" in text
    with mall_scope(mall.pk):
        assert not Case.objects.exists()


def test_where_everything_has_been_asked_for_there_is_no_form_but_the_way_to_it(mall, client, order):
    complain(order, "return", quantity=2)
    text = client.get(f"/orders/{order.public_id}/cases/new?kind=return").content.decode()
    assert "都已申请过售后" in text
    assert "提交申请" not in text
    assert 'href="/cases"' in text


def test_before_shipment_only_the_money_can_be_asked_for(mall, member, client):
    order = place_and_pay(mall, member.buyer)
    text = client.get(f"/orders/{order.public_id}/cases/new?kind=exchange").content.decode()
    assert "仅退款" in text
    assert "换货" not in text


def test_the_buyer_sees_where_to_send_and_says_how_he_did(mall, client, order):
    case = complain(order, "exchange", 0)
    step(case, "approve_case", return_to="深圳市南山区 2 号仓")
    path = f"/cases/{case.public_id}"
    assert "深圳市南山区 2 号仓" in client.get(path).content.decode()
    wrong = client.post(f"{path}/send-back", {"carrier": "顺丰速运", "number": ""})
    assert wrong.status_code == 200
    client.post(f"{path}/send-back", {"carrier": "顺丰速运", "number": "SF77"})
    text = client.get(path).content.decode()
    assert "SF77" in text
    assert "撤销申请" not in text


def test_a_review_is_written_shown_and_followed_up(mall, client, order):
    line = lines_of(order)[0]
    sent = {
        "line": str(line.public_id),
        "stars": "4",
        "text": "<b>好茶</b>\n还会再来",
        "attempt": str(uuid.uuid4()),
        "pictures": files(1),
    }
    assert client.post(f"/orders/{order.public_id}/reviews/new", sent)["Location"] == "/reviews"
    with mall_scope(mall.pk):
        review = Review.objects.get()
        product = review.product.public_id
    client.post(f"/reviews/{review.public_id}/follow-up", {"text": "一周后依旧"})
    stranger = browser(mall)
    part = stranger.get(f"/products/{product}/reviews", headers={"HX-Request": "true"}).content.decode()
    whole = stranger.get(f"/products/{product}/reviews").content.decode()
    for text in (part, whole):
        for words in ("4.0", "共 1 条评价", "王***明", "&lt;b&gt;好茶&lt;/b&gt;", "一周后依旧", "/reviews/"):
            assert words in text
        assert "王小明" not in text
    assert "<html" not in part
    assert "好茶" not in stranger.get(f"/products/{product}/reviews?kind=bad").content.decode()


def test_stars_are_asked_for(mall, client, order):
    line = lines_of(order)[0]
    sent = {"line": str(line.public_id), "text": "好", "attempt": str(uuid.uuid4())}
    answer = client.post(f"/orders/{order.public_id}/reviews/new", sent)
    assert "请点星星打分" in answer.content.decode()
    with mall_scope(mall.pk):
        assert not Review.objects.exists()
