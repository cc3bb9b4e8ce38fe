"""What the fake keeps: merchants, orders, refunds; what can be done to them from outside; the bill of a day."""

from __future__ import annotations

import csv
import gzip
import io
import secrets
import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.wechat_fake.merchants import Merchant

CHINA = timezone(timedelta(hours=8))


TITLES = (
    "交易时间 公众账号ID 商户号 微信订单号 商户订单号 用户标识 交易类型 交易状态 货币种类 "
    "应结订单金额 微信退款单号 商户退款单号 退款金额 订单金额 申请退款金额"
)


class No(Exception):
    """WeChat says no."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message or code


class Books:
    """Everything the fake knows. One lock: it is a fake, not a bank."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.merchants: dict[str, Merchant] = {}
        self.orders: dict[tuple[str, str], dict[str, Any]] = {}
        self.refunds: dict[tuple[str, str], dict[str, Any]] = {}
        self.nonces: set[str] = set()
        self.faults: list[str] = []
        self.tokens: dict[str, tuple[str, float]] = {}
        self.log: list[tuple[str, str, int]] = []
        self.bills: dict[str, bytes] = {}
        # Codes of people: code → (appid, openid, until).
        self.codes: dict[str, tuple[str, str, float]] = {}
        self.is_snapshot = False
        # Where a person pays by hand; empty: addresses as WeChat writes them, that lead nowhere here.
        self.cashier = ""
        self.offset = 0.0
        # PROCESSING until told otherwise, or SUCCESS at once; NOT_ENOUGH refuses.
        self.refund_ends = "PROCESSING"

    def now(self) -> float:
        """Seconds since 1970, as far as the fake has been moved."""
        return time.time() + self.offset

    def stamp(self) -> str:
        """The same as WeChat writes it."""
        return datetime.fromtimestamp(self.now(), CHINA).isoformat(timespec="seconds")

    def add_merchant(self) -> Merchant:
        """A new merchant with his own keys."""
        merchant = Merchant(
            mchid=f"19{secrets.randbelow(10**8):08d}",
            appid=f"wx{secrets.token_hex(8)}",
            mini_appid=f"wx{secrets.token_hex(8)}",
        )
        self.merchants[merchant.mchid] = merchant
        return merchant

    def prepay(self, kind: str, asked: dict[str, Any]) -> dict[str, Any]:
        """An order as a merchant has described it; the same description again finds it."""
        key = (asked["mchid"], asked["out_trade_no"])
        order = self.orders.get(key)
        if order is None:
            order = {"asked": asked, "kind": kind, "state": "NOTPAY", "prepay_id": f"wx{secrets.token_hex(16)}"}
            self.orders[key] = order
        elif order["state"] == "SUCCESS":
            raise No(400, "ORDERPAID", "该订单已支付")
        elif order["state"] == "CLOSED":
            raise No(400, "ORDER_CLOSED", "该订单已关闭")
        elif order["asked"] != asked or order["kind"] != kind:
            raise No(400, "INVALID_REQUEST", "201 商户订单号重复")
        if self.cashier and kind != "jsapi":
            return {{"h5": "h5_url", "native": "code_url"}[kind]: f"{self.cashier}?prepay_id={order['prepay_id']}"}
        return {
            "jsapi": {"prepay_id": order["prepay_id"]},
            "h5": {"h5_url": f"https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id={order['prepay_id']}"},
            "native": {"code_url": f"weixin://wxpay/bizpayurl?pr={order['prepay_id'][-9:]}"},
        }[kind]

    def order(self, mchid: str, number: str) -> dict[str, Any]:
        """An order. Raises No."""
        order = self.orders.get((mchid, number))
        if order is None:
            raise No(404, "ORDER_NOT_EXIST", "订单不存在")
        return order

    def orders_of(self, number: str) -> str:
        """The merchant who has an order of this number."""
        return next(mchid for mchid, name in self.orders if name == number)

    def told(self, order: dict[str, Any]) -> dict[str, Any]:
        """An order as the query and the notification show it."""
        asked = order["asked"]
        shown = {
            "appid": asked["appid"],
            "mchid": asked["mchid"],
            "out_trade_no": asked["out_trade_no"],
            "trade_state": order["state"],
            "trade_state_desc": "",
            "amount": {"total": asked["amount"]["total"], "currency": "CNY"},
        }
        if "transaction_id" in order:
            shown |= {
                "transaction_id": order["transaction_id"],
                "trade_type": {"jsapi": "JSAPI", "h5": "MWEB", "native": "NATIVE"}[order["kind"]],
                "bank_type": "OTHERS",
                "success_time": order["paid_at"],
                "payer": {"openid": order["openid"]},
            }
            shown["amount"] |= {"payer_total": order["paid_fen"], "payer_currency": "CNY"}
        return shown

    def pay(self, number: str, *, openid: str = "oPayer") -> dict[str, Any]:
        """Somebody pays an order, in WeChat. Raises No."""
        with self.lock:
            order = next((row for (_mchid, name), row in self.orders.items() if name == number), None)
            if order is None:
                raise No(404, "ORDER_NOT_EXIST")
            if order["state"] != "NOTPAY":
                raise No(400, "ORDER_CLOSED" if order["state"] == "CLOSED" else "ORDERPAID")
            order |= {
                "state": "SUCCESS",
                "openid": order["asked"].get("payer", {}).get("openid", openid),
                "paid_at": self.stamp(),
                "paid_fen": order["asked"]["amount"]["total"],
                "transaction_id": f"42000{secrets.randbelow(10**23):023d}",
            }
            return self.told(order)

    def close(self, mchid: str, number: str) -> None:
        """End an order nobody has paid."""
        order = self.order(mchid, number)
        if order["state"] == "SUCCESS":
            raise No(400, "ORDERPAID", "该订单已支付")
        order["state"] = "CLOSED"

    def refund(self, mchid: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Money on its way back; the same number again is the same refund."""
        known = self.refunds.get((mchid, asked["out_refund_no"]))
        if known is not None:
            if known["asked"] != asked:
                raise No(400, "INVALID_REQUEST", "退款单号重复")
            return self.refund_told(known)
        order = self.order(mchid, asked["out_trade_no"])
        if order["state"] not in {"SUCCESS", "REFUND"}:
            raise No(400, "INVALID_REQUEST", "订单未支付")
        if self.refund_ends == "NOT_ENOUGH":
            raise No(403, "NOT_ENOUGH", "余额不足")
        before = sum(
            row["asked"]["amount"]["refund"]
            for (whose, _number), row in self.refunds.items()
            if whose == mchid and row["asked"]["out_trade_no"] == asked["out_trade_no"]
        )
        if asked["amount"]["total"] != order["paid_fen"] or before + asked["amount"]["refund"] > order["paid_fen"]:
            raise No(400, "PARAM_ERROR", "退款金额错误")
        row = {
            "asked": asked,
            "mchid": mchid,
            "state": self.refund_ends,
            "refund_id": f"50300{secrets.randbelow(10**23):023d}",
            "at": self.stamp(),
        }
        order["state"] = "REFUND"
        self.refunds[mchid, asked["out_refund_no"]] = row
        return self.refund_told(row)

    def refund_told(self, row: dict[str, Any], *, as_notification: bool = False) -> dict[str, Any]:
        """A refund as the answers show it, and as the notification does."""
        asked = row["asked"]
        amount = {"total": asked["amount"]["total"], "refund": asked["amount"]["refund"]}
        shown: dict[str, Any] = {
            "refund_id": row["refund_id"],
            "out_refund_no": asked["out_refund_no"],
            "out_trade_no": asked["out_trade_no"],
            "transaction_id": self.order(row["mchid"], asked["out_trade_no"])["transaction_id"],
        }
        if as_notification:
            return shown | {"mchid": row["mchid"], "refund_status": row["state"], "amount": amount}
        return shown | {"status": row["state"], "create_time": row["at"], "amount": amount | {"currency": "CNY"}}

    def end_refund(self, number: str, state: str = "SUCCESS") -> dict[str, Any]:
        """A refund arrives, or does not."""
        with self.lock:
            row = next(row for (_mchid, name), row in self.refunds.items() if name == number)
            row["state"] = state
            return row

    def bill(self, mchid: str, day: str) -> bytes:
        """The trade bill of a day. Raises No where there is nothing to bill."""
        rows = []
        for (whose, number), order in sorted(self.orders.items()):
            if whose == mchid and order.get("paid_at", "").startswith(day):
                yuan = f"{order['paid_fen'] / 100:.2f}"
                rows.append(
                    [
                        order["paid_at"],
                        order["asked"]["appid"],
                        mchid,
                        order["transaction_id"],
                        number,
                        order["openid"],
                        "JSAPI",
                        "SUCCESS",
                        "CNY",
                        yuan,
                        "0",
                        "0",
                        "0.00",
                        yuan,
                        "0.00",
                    ]
                )
        for (whose, number), row in sorted(self.refunds.items()):
            if whose == mchid and row["at"].startswith(day):
                yuan = f"{row['asked']['amount']['refund'] / 100:.2f}"
                rows.append(
                    [
                        row["at"],
                        "wx",
                        mchid,
                        "4200",
                        row["asked"]["out_trade_no"],
                        "o",
                        "JSAPI",
                        "REFUND",
                        "CNY",
                        "0.00",
                        row["refund_id"],
                        number,
                        yuan,
                        "0.00",
                        yuan,
                    ]
                )
        if not rows:
            raise No(400, "NO_STATEMENT_EXIST", "账单文件不存在")
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(TITLES.split())
        for row in rows:
            writer.writerow([f"`{value}" for value in row])
        writer.writerow(["总交易单数", "应结订单总金额"])
        writer.writerow([f"`{len(rows)}", "`0.00"])
        return ("\ufeff" + out.getvalue()).encode()

    def offer_bill(self, file: bytes) -> str:
        """The token under which a bill can be fetched."""
        token = secrets.token_hex(16)
        self.bills[token] = gzip.compress(file)
        return token
