"""The fake's side of people: consent pages, codes and their openids, and a cashier to pay at by hand."""

from __future__ import annotations

import hashlib
import html
import json
import secrets
from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.wechat_fake.books import Books

CODE_SECONDS, TOKEN_SECONDS = 300, 7200
Answer = tuple[int, dict[str, str], bytes]
PAGE = """<!doctype html><html lang="zh-hans"><meta charset="utf-8"><title>模拟微信支付</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<body style="font:16px/1.6 sans-serif;max-width:24rem;margin:12vh auto;padding:0 1rem;text-align:center">
<p><strong>模拟微信支付 · 测试</strong><br><small>这不是微信，不会扣款</small></p>{body}</body></html>"""


def openid_of(appid: str, person: str) -> str:
    """A person's openid: another one in each app."""
    return "o" + hashlib.sha256(f"{appid}/{person}".encode()).hexdigest()[:27]


def new_code(books: Books, appid: str, person: str) -> str:
    """A code that tells once, within five minutes, who sits there."""
    code = secrets.token_hex(16)
    books.codes[code] = (appid, openid_of(appid, person), books.now() + CODE_SECONDS)
    return code


def answer(
    books: Books,
    method: str,
    path: str,
    query: dict[str, str],
    cookie: str,
    fault: str,
    deliver: Callable[[str, bytes, dict[str, str]], int],
) -> Answer:
    """(status, headers, body)."""
    if path == "/connect/oauth2/authorize":
        return consent(books, query, cookie)
    if path in {"/sns/oauth2/access_token", "/sns/jscode2session"}:
        return plain(told(books, path, query, fault))
    if path == "/cgi-bin/stable_token":
        return plain(token(books, query, fault))
    if path == "/_fake/cashier":
        return cashier(books, method, query, deliver)
    return 404, {}, b""


def plain(value: dict[str, Any]) -> Answer:
    """JSON that calls itself text, as WeChat's does."""
    return 200, {"Content-Type": "text/plain"}, json.dumps(value).encode()


def consent(books: Books, query: dict[str, str], cookie: str) -> Answer:
    """snsapi_base asks nobody: the browser goes back at once."""
    wanted = {"appid", "redirect_uri", "response_type", "scope", "state"}
    if not wanted <= set(query) or query["scope"] != "snsapi_base" or query["response_type"] != "code":
        return 400, {}, b"redirect_uri"
    if query["appid"] not in {merchant.appid for merchant in books.merchants.values()}:
        return 400, {}, b"appid"
    held = SimpleCookie(cookie).get("fake_person")
    person = held.value if held else secrets.token_hex(8)
    code = new_code(books, query["appid"], person)
    back = f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"
    return 302, {"Location": back, "Set-Cookie": f"fake_person={person}; Path=/"}, b""


def told(  # noqa: PLR0911 - the list of refusals, one after the other
    books: Books, path: str, query: dict[str, str], fault: str
) -> dict[str, Any]:
    """What a code is worth."""
    if fault == "busy":
        return {"errcode": -1, "errmsg": "system error"}
    if fault == "garbage":
        return {"access_token": "t", "openid": 7}
    is_mini = path.endswith("jscode2session")
    apps = {
        (merchant.mini_appid if is_mini else merchant.appid): (
            merchant.mini_app_secret if is_mini else merchant.app_secret
        )
        for merchant in books.merchants.values()
    }
    appid = query.get("appid", "")
    if appid not in apps:
        return {"errcode": 40013, "errmsg": "invalid appid"}
    if query.get("secret") != apps[appid]:
        return {"errcode": 40125, "errmsg": "invalid appsecret"}
    code = query.get("js_code" if is_mini else "code", "")
    whose, openid, until = books.codes.get(code, ("", "", 0.0))
    if whose != appid or until < books.now():
        return {"errcode": 40029, "errmsg": "invalid code"}
    books.codes[code] = ("", "", 0.0)
    if is_mini:
        return {"openid": openid, "session_key": secrets.token_hex(12)}
    value = {"access_token": secrets.token_hex(16), "expires_in": 7200, "openid": openid, "scope": "snsapi_base"}
    return value | ({"is_snapshotuser": 1} if books.is_snapshot else {})


def token(  # noqa: PLR0911 - the list of refusals, one after the other
    books: Books, asked: dict[str, Any], fault: str
) -> dict[str, Any]:
    """An app's own token: the same one while it is good. The body is JSON."""
    if fault == "busy":
        return {"errcode": -1, "errmsg": "system error"}
    if fault == "not listed":
        return {"errcode": 40164, "errmsg": "invalid ip, not in whitelist"}
    if fault == "garbage":
        return {"expires_in": 7200}
    if asked.get("grant_type") != "client_credential":
        return {"errcode": 40002, "errmsg": "invalid grant_type"}
    merchants = books.merchants.values()
    apps = {one.appid: one.app_secret for one in merchants} | {one.mini_appid: one.mini_app_secret for one in merchants}
    appid = asked.get("appid")
    if appid not in apps:
        return {"errcode": 40013, "errmsg": "invalid appid"}
    if asked.get("secret") != apps[appid]:
        return {"errcode": 40125, "errmsg": "invalid appsecret"}
    value, until = books.tokens.get(appid, ("", 0.0))
    if until < books.now():
        value, until = secrets.token_urlsafe(90), books.now() + TOKEN_SECONDS
        books.tokens[appid] = value, until
    return {"access_token": value, "expires_in": int(until - books.now())}


def cashier(
    books: Books, method: str, query: dict[str, str], deliver: Callable[[str, bytes, dict[str, str]], int]
) -> Answer:
    """A page to pay at by hand, and then back to the shop."""
    order = next((row for row in books.orders.values() if row["prepay_id"] == query.get("prepay_id")), None)
    if order is None:
        return page(404, "<p>没有这笔订单。</p>")
    back = query.get("redirect_url", "")
    if method == "POST":
        if order["state"] == "NOTPAY":
            told_now = books.pay(order["asked"]["out_trade_no"])
            merchant = books.merchants[order["asked"]["mchid"]]
            body = merchant.notification("TRANSACTION.SUCCESS", told_now)
            deliver(order["asked"]["notify_url"], body, merchant.signed(body, at=books.now()))
        if urlsplit(back).scheme in {"http", "https"}:
            return 303, {"Location": back}, b""
        return page(200, "<p>已付款，请回到商城。</p>")
    fen = order["asked"]["amount"]["total"]
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(query.get(name, ""))}">'
        for name in ("prepay_id", "redirect_url")
    )
    button = '<button style="font-size:1.1rem;padding:.7rem 2rem">确认付款（测试）</button>'
    return page(
        200,
        f"<p>{html.escape(order['asked']['description'])}</p><h1>¥{fen // 100}.{fen % 100:02d}</h1>"
        f'<form method="post">{kept}{button if order["state"] == "NOTPAY" else "这笔订单已付款或已关闭。"}</form>',
    )


def page(status: int, body: str) -> Answer:
    """One page of the fake's own."""
    return status, {"Content-Type": "text/html; charset=utf-8"}, PAGE.replace("{body}", body).encode()
