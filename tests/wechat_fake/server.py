"""The fake's HTTP side: it checks each request as WeChat does, and signs each answer."""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any, Self
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from tests.wechat_fake import people
from tests.wechat_fake.books import Books, No
from tests.wechat_fake.merchants import Merchant, new_key

NUMBER = re.compile(r"[0-9A-Za-z_\-|*]{6,32}")
REFUND_NUMBER = re.compile(r"[0-9A-Za-z_\-|*@]{1,64}")
FRESH_SECONDS = 300
DIRECT = build_opener(ProxyHandler({}))
# How long a lost answer keeps its caller waiting: longer than he does.
LOST_SECONDS = 0.0


class Fake:
    """The server, with its books."""

    def __init__(self, port: int = 0, *, has_cashier: bool = False, neighbours: str = "") -> None:
        """has_cashier: codes and links lead to a page of the fake's own, where a person can pay.

        neighbours: this machine's address in its network; phones there get that page, and nothing else.
        """
        self.books = Books()
        fake = self

        class Handler(Door):
            """A door into this fake."""

            books = fake.books

        self.server = ThreadingHTTPServer(("0.0.0.0" if neighbours else "127.0.0.1", port), Handler)  # noqa: S104 - what LAN=1 asks for
        self.server.daemon_threads = True
        Handler.base = self.base = f"http://127.0.0.1:{self.server.server_port}"
        door = f"http://{neighbours}:{self.server.server_port}" if neighbours else self.base
        self.books.cashier = f"{door}/_fake/cashier" if has_cashier else ""
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_of: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def notify_payment(self, number: str, **changes: Any) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the notification of a payment; see _notification."""
        order = next(row for (_mchid, name), row in self.books.orders.items() if name == number)
        plain = self.books.told(order)
        return self._notification(order["asked"]["mchid"], "TRANSACTION.SUCCESS", plain, **changes)

    def notify_refund(self, number: str, **changes: Any) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the notification of a refund; see _notification."""
        row = next(row for (_mchid, name), row in self.books.refunds.items() if name == number)
        plain = self.books.refund_told(row, as_notification=True)
        return self._notification(row["mchid"], f"REFUND.{row['state']}", plain, **changes)

    def _notification(
        self,
        mchid: str,
        event: str,
        plain: dict[str, Any],
        *,
        tell: dict[str, Any] | None = None,
        notify_id: str = "",
        age: float = 0.0,
        serial: str = "",
        key: Any = None,
        api_v3_key: str = "",
    ) -> tuple[bytes, dict[str, str]]:
        """tell: what it says otherwise; age: seconds since it was signed; the rest: keys to sign and seal with."""
        merchant = self.books.merchants[mchid]
        body = merchant.notification(event, plain | (tell or {}), notify_id=notify_id, api_v3_key=api_v3_key)
        headers = merchant.signed(body, at=self.books.now() - age, serial=serial, key=key)
        return body, headers | {"Content-Type": "application/json; charset=utf-8"}

    def deliver(self, address: str, body: bytes, headers: dict[str, str]) -> int:
        """Send a notification as WeChat would; the status of the answer."""
        return deliver(address, body, headers)


def deliver(address: str, body: bytes, headers: dict[str, str]) -> int:
    """POST a notification; whatever the answer is, only its status counts, and 0 for none."""
    parts = urlsplit(address)
    sent = {**headers, "Host": parts.netloc}
    # Not every machine knows the names below localhost; all of them are this machine.
    if (parts.hostname or "").endswith(".localhost"):
        address = parts._replace(netloc=f"127.0.0.1:{parts.port or 80}").geturl()
    try:
        with DIRECT.open(Request(address, data=body, headers=sent, method="POST"), timeout=5) as answer:  # noqa: S310 - the address is the test's own
            return answer.status
    except HTTPError as refused:
        refused.close()
        return refused.code
    except OSError:
        return 0


class Door(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    books: Books
    base = ""

    def log_message(self, *_of: object) -> None:
        """Silence."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _answer(self, body: bytes) -> None:
        path = urlsplit(self.path).path
        if path != "/_fake/cashier" and not ip_address(self.client_address[0]).is_loopback:
            self.send_error(404)
            return
        if path.startswith(("/connect/", "/sns/", "/cgi-bin/", "/_fake/cashier")):
            self._people(path, body)
            return
        if path.startswith("/_fake/"):
            self._control(path.removeprefix("/_fake/"), json.loads(body or b"{}"))
            return
        with self.books.lock:
            fault = self.books.faults.pop(0) if self.books.faults else ""
        merchant: Merchant | None = None
        if fault == "lost before":
            self._hang_up(path)
            return
        try:
            merchant = self._merchant(body)
            if fault in {"500", "429"}:
                raise No(int(fault), "SYSTEM_ERROR" if fault == "500" else "FREQUENCY_LIMITED")  # noqa: TRY301 - a fault of its own
            if fault == "paid first" and path.endswith("/close"):
                self.books.pay(path.split("/")[-2])
            with self.books.lock:
                status, told = self._route(merchant, path, body)
        except No as no:
            status, told = no.status, {"code": no.code, "message": no.message}
        if fault == "lost after":
            self._hang_up(path)
            return
        self._send(path, status, told, merchant, fault)

    def _people(self, path: str, body: bytes) -> None:
        """What a person's browser asks, and what his codes are worth."""
        with self.books.lock:
            fault = self.books.faults.pop(0) if self.books.faults and path.startswith(("/sns/", "/cgi-bin/")) else ""
        if fault.startswith("lost"):
            self._hang_up(path)
            return
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        is_json = "json" in self.headers.get("Content-Type", "")
        form = json.loads(body) if is_json else {name: values[0] for name, values in parse_qs(body.decode()).items()}
        status, headers, raw = people.answer(
            self.books, self.command, path, query | form, self.headers.get("Cookie", ""), fault, deliver
        )
        self.books.log.append((self.command, path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _hang_up(self, path: str) -> None:
        self.books.log.append((self.command, path, 0))
        time.sleep(LOST_SECONDS)
        self.close_connection = True
        self.connection.close()

    def _send(self, path: str, status: int, told: Any, merchant: Merchant | None, fault: str) -> None:
        raw = (
            told if isinstance(told, bytes) else b"" if told is None else json.dumps(told, ensure_ascii=False).encode()
        )
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if merchant is not None and not isinstance(told, bytes):
            at = self.books.now() - (3600 if fault == "stale" else 0)
            asked = self.headers.get("Wechatpay-Serial", "")
            serial = asked if asked == merchant.old_serial else merchant.public_id
            signed = merchant.signed(raw, at=at, serial=serial, key=new_key() if fault == "forged" else None)
            if fault == "probe":
                signed["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + signed["Wechatpay-Signature"][:40]
            if fault == "unknown serial":
                signed["Wechatpay-Serial"] = "PUB_KEY_ID_0000000000000000000000000000000"
            headers |= {} if fault == "unsigned" else signed
        self.books.log.append((self.command, path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _merchant(self, body: bytes) -> Merchant:
        """Whose request it is, by its signature. Raises No."""
        scheme, _, rest = self.headers.get("Authorization", "").partition(" ")
        parts = dict(re.findall(r'(\w+)="([^"]*)"', rest))
        merchant = self.books.merchants.get(parts.get("mchid", ""))
        message = b"\n".join(
            [
                self.command.encode(),
                self.path.encode(),
                parts.get("timestamp", "").encode(),
                parts.get("nonce_str", "").encode(),
                body,
                b"",
            ]
        )
        if (
            scheme != "WECHATPAY2-SHA256-RSA2048"
            or merchant is None
            or parts.get("serial_no") != merchant.serial
            or not parts.get("timestamp", "").isdigit()
            or abs(self.books.now() - int(parts["timestamp"])) >= FRESH_SECONDS
            or len(parts.get("nonce_str", "")) < 8
            or parts["nonce_str"] in self.books.nonces
            or not merchant.verifies(parts.get("signature", ""), message)
        ):
            raise No(401, "SIGN_ERROR", "签名错误")
        self.books.nonces.add(parts["nonce_str"])
        return merchant

    def _route(  # noqa: C901, PLR0911 - the list of addresses, one after the other
        self, merchant: Merchant, path: str, body: bytes
    ) -> tuple[int, Any]:
        books, query = self.books, parse_qs(urlsplit(self.path).query)
        asked = json.loads(body) if body else {}
        if self.command == "POST" and (match := re.fullmatch(r"/v3/pay/transactions/(jsapi|h5|native)", path)):
            check_prepay(merchant, match[1], asked)
            return 200, books.prepay(match[1], asked)
        if match := re.fullmatch(r"/v3/pay/transactions/out-trade-no/([^/]+)(/close)?", path):
            if (asked.get("mchid") if match[2] else query.get("mchid", [""])[0]) != merchant.mchid:
                raise No(400, "PARAM_ERROR", "mchid")
            if match[2]:
                books.close(merchant.mchid, match[1])
                return 204, None
            return 200, books.told(books.order(merchant.mchid, match[1]))
        if self.command == "POST" and path == "/v3/refund/domestic/refunds":
            check_refund(asked)
            return 200, books.refund(merchant.mchid, asked)
        if match := re.fullmatch(r"/v3/refund/domestic/refunds/([^/]+)", path):
            row = books.refunds.get((merchant.mchid, match[1]))
            if row is None:
                raise No(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
            return 200, books.refund_told(row)
        if path == "/v3/bill/tradebill":
            file = books.bill(merchant.mchid, query["bill_date"][0])
            digest = hashlib.sha1(file, usedforsecurity=False).hexdigest()
            address = f"{self.base}/v3/billdownload/file?token={books.offer_bill(file)}"
            return 200, {"hash_type": "SHA1", "hash_value": digest, "download_url": address}
        if path == "/v3/billdownload/file":
            return 200, books.bills[query["token"][0]]
        if path == "/v3/certificates":
            return 200, {"data": []}
        raise No(404, "RESOURCE_NOT_EXISTS", "无此接口")

    def _control(self, act: str, asked: dict[str, Any]) -> None:
        """What people do in WeChat, and what can go wrong, by POST of JSON."""
        told: Any = {}
        status = 200
        try:
            told = control(self.books, self.base, act, asked)
        except (No, KeyError, StopIteration) as no:
            status, told = 400, {"code": str(no)}
        self._send(f"/_fake/{act}", status, told, None, "")


def control(books: Books, base: str, act: str, asked: dict[str, Any]) -> Any:
    """merchant, pay, expire, refund, fault, clock, log."""
    if act == "merchant":
        return books.add_merchant().papers()
    if act in {"pay", "expire"}:
        number = asked["out_trade_no"]
        order = next(row for (_mchid, name), row in books.orders.items() if name == number)
        if act == "expire":
            order["state"] = "CLOSED"
            return books.told(order)
        plain = books.pay(number)
        return told_shop(books, order, plain, asked)
    if act == "refund":
        row = books.end_refund(asked["out_refund_no"], asked.get("state", "SUCCESS"))
        merchant = books.merchants[row["mchid"]]
        body = merchant.notification(f"REFUND.{row['state']}", books.refund_told(row, as_notification=True))
        return {"status": deliver(row["asked"]["notify_url"], body, merchant.signed(body, at=books.now()))}
    if act == "fault":
        books.faults.extend(asked["names"])
    elif act == "clock":
        books.offset += asked["seconds"]
    elif act == "log":
        return {"log": books.log}
    return {"base": base}


def told_shop(books: Books, order: dict[str, Any], plain: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Tell the shop that it was paid: times (0: never), tamper, delay in seconds."""
    merchant = books.merchants[order["asked"]["mchid"]]
    statuses = []
    body = merchant.notification("TRANSACTION.SUCCESS", plain)
    time.sleep(min(asked.get("delay", 0), 10))
    for _time in range(asked.get("times", 1)):
        headers = merchant.signed(body, at=books.now())
        sent = body.replace(b'"id":"', b'"id":"x', 1) if asked.get("tamper") else body
        statuses.append(deliver(order["asked"]["notify_url"], sent, headers))
    return plain | {"statuses": statuses}


def check_prepay(merchant: Merchant, kind: str, asked: dict[str, Any]) -> None:
    """What the documents require of an order. Raises No."""
    for name in ("appid", "mchid", "description", "out_trade_no", "notify_url"):
        require(isinstance(asked.get(name), str) and asked[name], name)
    require(asked["mchid"] == merchant.mchid, "mchid")
    require(asked["appid"] in {merchant.appid, merchant.mini_appid}, "appid")
    require(NUMBER.fullmatch(asked["out_trade_no"]), "out_trade_no")
    require(len(asked["description"]) <= 127, "description")
    require(is_amount(asked.get("amount", {}).get("total")), "amount.total")
    address = urlsplit(asked["notify_url"])
    require(not address.query, "notify_url")
    require(address.scheme == "https" or is_near(address.hostname or ""), "notify_url")
    if kind == "jsapi":
        require(asked.get("payer", {}).get("openid"), "payer.openid")
    if kind == "h5":
        scene = asked.get("scene_info", {})
        require(scene.get("payer_client_ip") and scene.get("h5_info", {}).get("type"), "scene_info")


def is_near(host: str) -> bool:
    """This machine, or its network: where no certificate is to be had."""
    try:
        return host.endswith("localhost") or ip_address(host).is_private
    except ValueError:
        return False


def check_refund(asked: dict[str, Any]) -> None:
    """What the documents require of a refund. Raises No."""
    require(REFUND_NUMBER.fullmatch(str(asked.get("out_refund_no", ""))), "out_refund_no")
    require(asked.get("out_trade_no") or asked.get("transaction_id"), "out_trade_no")
    amount = asked.get("amount", {})
    require(is_amount(amount.get("refund")) and is_amount(amount.get("total")), "amount")
    require(amount.get("currency") == "CNY", "amount.currency")
    require(len(asked.get("reason", "").encode()) <= 80, "reason")


def is_amount(value: Any) -> bool:
    """Whole fen."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def require(holds: object, what: str) -> None:
    """Raise No unless it holds."""
    if not holds:
        raise No(400, "PARAM_ERROR", what)
