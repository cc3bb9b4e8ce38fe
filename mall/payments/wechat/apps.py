"""WeChat's side of apps (公众号, 小程序): what api.weixin.qq.com is asked, and whether an app's secret is right."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import httpx

from mall.payments.wechat.client import TIMEOUT, base_address, is_here

ANSWER_BYTES_MOST = 64 * 1024
WRONG_APPID, WRONG_SECRET, NOT_LISTED = 40013, 40125, 40164


class NoAnswer(Exception):
    """Nothing came, or nothing that WeChat would say. It never holds the address asked: secrets stand in it."""


def told(path: str, *, query: dict[str, str] | None = None, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """WeChat's answer, errcode and all: to a GET with a query, or to a POST of a body. Raises NoAnswer."""
    base = base_address("WECHAT_API_BASE_URL")
    here = is_here(urlsplit(base).hostname or "")
    try:
        with httpx.Client(timeout=TIMEOUT, trust_env=not here, follow_redirects=False) as http:
            answer = http.get(base + path, params=query) if body is None else http.post(base + path, json=body)
        # text/plain more often than not: the bytes are UTF-8 whatever the header says.
        found = json.loads(answer.content[:ANSWER_BYTES_MOST].decode())
    except (httpx.HTTPError, ValueError, RecursionError) as error:
        raise NoAnswer(type(error).__name__) from None
    if not isinstance(found, dict) or answer.status_code != httpx.codes.OK:
        raise NoAnswer(f"status {answer.status_code}")
    return found


def secret_errcode(appid: str, secret: str) -> int:
    """0 when WeChat takes the app's secret, else its errcode. Raises NoAnswer.

    The stable token in its normal mode: asking for it ends nobody else's, and nothing is kept of it.
    """
    asked = {"grant_type": "client_credential", "appid": appid, "secret": secret, "force_refresh": False}
    answer = told("/cgi-bin/stable_token", body=asked)
    errcode = answer.get("errcode", 0)
    if isinstance(errcode, bool) or not isinstance(errcode, int):
        raise NoAnswer("no errcode")
    if not errcode and not isinstance(answer.get("access_token"), str):
        raise NoAnswer("no token")
    return errcode
