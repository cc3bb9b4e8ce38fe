"""The fake is held against a client somebody else has written: what both understand is more than our own reading."""

from __future__ import annotations

import json

import pytest
from wechatpayv3 import WeChatPay, WeChatPayType

from tests.wechat_fake.merchants import Merchant, pem_of, public_pem_of
from tests.wechat_fake.server import Fake


@pytest.fixture
def client(fake: Fake, merchants: list[Merchant]) -> WeChatPay:
    merchant = merchants[0]
    made = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        mchid=merchant.mchid,
        private_key=pem_of(merchant.key),
        cert_serial_no=merchant.serial,
        appid=merchant.appid,
        apiv3_key=merchant.api_v3_key,
        notify_url="https://shop.example/wechat/pay/notify",
        public_key=public_pem_of(merchant.platform),
        public_key_id=merchant.public_id,
    )
    # The client has no setting for it.
    made._core._gate_way = fake.base
    return made


def test_it_pays_asks_and_refunds(client, fake):
    status, told = client.pay(description="独立客户端", out_trade_no="INDEPENDENT1", amount={"total": 100})
    assert (status, json.loads(told)["code_url"][:9]) == (200, "weixin://")
    fake.books.pay("INDEPENDENT1")
    status, told = client.query(out_trade_no="INDEPENDENT1")
    assert (status, json.loads(told)["trade_state"]) == (200, "SUCCESS")
    status, told = client.refund(
        out_refund_no="INDEPENDENTR1",
        out_trade_no="INDEPENDENT1",
        amount={"refund": 40, "total": 100, "currency": "CNY"},
    )
    assert (status, json.loads(told)["status"]) == (200, "PROCESSING")
    fake.books.end_refund("INDEPENDENTR1")
    status, told = client.query_refund("INDEPENDENTR1")
    assert (status, json.loads(told)["status"]) == (200, "SUCCESS")


def test_it_closes_an_order(client, fake):
    client.pay(description="独立客户端", out_trade_no="INDEPENDENT2", amount={"total": 100})
    assert client.close(out_trade_no="INDEPENDENT2")[0] == 204
    assert json.loads(client.query(out_trade_no="INDEPENDENT2")[1])["trade_state"] == "CLOSED"


def test_it_reads_a_notification(client, fake):
    client.pay(description="独立客户端", out_trade_no="INDEPENDENT3", amount={"total": 100})
    fake.books.pay("INDEPENDENT3")
    body, headers = fake.notify_payment("INDEPENDENT3")
    told = client.callback(headers, body)
    assert (told["event_type"], told["resource"]["out_trade_no"]) == ("TRANSACTION.SUCCESS", "INDEPENDENT3")
    assert client.callback(headers, body.replace(b"INDEPENDENT", b"X") + b" ") is None
