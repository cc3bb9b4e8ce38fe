"""Staff hear once of each order and case; the group's robot hears it too, until it answers no more."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.test import Client

from mall import clock
from mall.malls.models import Mall
from mall.notices.errors import BadWebhook
from mall.notices.models import StaffNotice
from mall.notices.services import TRIES_MOST, notify, push_due, set_webhook
from mall.notices.tasks import push_notices
from mall.tenancy.context import mall_scope
from tests.factories.events import drain
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.trade import make_sku, place, place_and_pay

pytestmark = pytest.mark.django_db

KEY = "0a1b2c3d-1234-5678-9abc-def012345678"


class Robot:
    """A real server on this machine that answers as 企业微信 does."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.answer = (200, {"errcode": 0, "errmsg": "ok"})
        robot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                robot.heard.append((self.path, json.loads(body)["text"]["content"]))
                status, told = robot.answer
                self.send_response(status)
                if status in {301, 302, 307}:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(json.dumps(told).encode())

            def log_message(self, *_args) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    @property
    def address(self) -> str:
        return f"{self.base}/cgi-bin/webhook/send?key={KEY}"


@pytest.fixture
def robot(settings):
    robot = Robot()
    settings.STAFF_WEBHOOK_BASE_URL = robot.base
    yield robot
    robot.server.shutdown()
    robot.server.server_close()


@pytest.fixture
def mall():
    return make_mall()


def pays(mall):
    order = place_and_pay(mall, make_member(mall).buyer, (make_sku(mall, price_fen=12_345), 1))
    drain(mall.pk)
    return order


def notices(mall):
    with mall_scope(mall.pk):
        return list(StaffNotice.objects.order_by("id"))


def names_robot(mall, robot):
    with mall_scope(mall.pk):
        set_webhook(address=robot.address, actor=owner_of(mall))


def test_a_paid_order_is_told_once_and_an_unpaid_one_never(mall):
    place(mall, make_member(mall).buyer, (make_sku(mall), 1))
    drain(mall.pk)
    assert notices(mall) == []
    order = pays(mall)
    with mall_scope(mall.pk):
        notify(kind="order.paid", subject_id=order.pk, text="noch einmal")
    (notice,) = notices(mall)
    assert notice.text == f"新订单 {order.number}，¥123.45，请尽快发货。"
    assert notice.push_due_at is None, "there is no group to tell"


def test_the_group_hears_each_notice_once(mall, robot):
    names_robot(mall, robot)
    first, second = pays(mall), pays(mall)
    push_notices()
    push_notices()
    ((path, text),) = robot.heard
    assert path == f"/cgi-bin/webhook/send?key={KEY}"
    assert text.splitlines()[0] == mall.name
    assert first.number in text
    assert second.number in text


def test_a_robot_that_does_not_answer_is_tried_again_and_then_switched_off(mall, robot):
    robot.answer = (500, {})
    names_robot(mall, robot)
    pays(mall)
    for tries in range(1, TRIES_MOST + 1):
        assert push_due(mall.pk) == 0
        assert len(robot.heard) == tries
        assert push_due(mall.pk) == 0, "not before its time"
        clock.advance(seconds=3_601)
    assert len(robot.heard) == TRIES_MOST
    with mall_scope(mall.pk):
        assert Mall.objects.get().webhook_sealed == ""
    assert [notice.kind for notice in notices(mall)] == ["order.paid", "webhook.off"]
    assert all(notice.push_due_at is None for notice in notices(mall))
    assert "HTTP 500" in notices(mall)[1].text


def test_a_key_that_is_none_is_switched_off_at_once(mall, robot):
    robot.answer = (200, {"errcode": 93000, "errmsg": "invalid webhook url"})
    names_robot(mall, robot)
    pays(mall)
    push_due(mall.pk)
    assert len(robot.heard) == 1
    with mall_scope(mall.pk):
        assert Mall.objects.get().webhook_sealed == ""


def test_what_failed_goes_through_when_the_robot_is_back(mall, robot):
    robot.answer = (302, {})
    names_robot(mall, robot)
    pays(mall)
    push_due(mall.pk)
    robot.answer = (200, {"errcode": 0})
    clock.advance(seconds=31)
    assert push_due(mall.pk) == 1
    assert [path.split("?")[0] for path, _text in robot.heard] == ["/cgi-bin/webhook/send"] * 2, "no redirect followed"


@pytest.mark.parametrize(
    "address",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + KEY,
        "https://127.0.0.1/cgi-bin/webhook/send?key=" + KEY,
        "https://169.254.169.254/latest/meta-data",
        "https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send?key=" + KEY,
        "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=" + KEY,
        "https://qyapi.weixin.qq.com:444/cgi-bin/webhook/send?key=" + KEY,
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/../send?key=" + KEY,
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a&x=" + KEY,
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send",
        "http://[",
        "机器人",
    ],
)
def test_only_the_robots_own_host_is_ever_asked(mall, address):
    with mall_scope(mall.pk), pytest.raises(BadWebhook):
        set_webhook(address=address, actor=owner_of(mall))
    with mall_scope(mall.pk):
        assert Mall.objects.get().webhook_sealed == ""


def test_the_dashboard_counts_lists_and_settles_them_and_never_shows_the_key(mall, robot):
    client = Client()
    client.force_login(owner_of(mall).user)
    host = {"host": f"{mall.slug}.localhost"}
    client.post("/dashboard/notices/webhook", {"webhook": robot.address}, headers=host)
    with mall_scope(mall.pk):
        sealed = Mall.objects.get().webhook_sealed
    assert sealed
    assert KEY not in sealed
    order = pays(mall)
    assert ">1<" in client.get("/dashboard/notices/badge", headers=host).content.decode()
    page = client.get("/dashboard/notices", headers=host).content.decode()
    assert order.number in page
    assert str(order.public_id) in page
    for path in ("/dashboard/notices", "/dashboard/notices/webhook", "/dashboard/settings"):
        assert KEY not in client.get(path, headers=host).content.decode()
    client.post("/dashboard/notices/seen", {"newest": notices(mall)[0].pk}, headers=host)
    assert client.get("/dashboard/notices/badge", headers=host).content.decode().strip() == ""
    assert client.post("/dashboard/notices/seen", {"newest": "x"}, headers=host).status_code == 302
