"""Who somebody is to one of the mall's WeChat apps: his openid, fetched with a code that WeChat gave his device.

An openid pays and is recognised; it never logs anybody in (docs/adr). One openid is one buyer inside a mall: the
first who was logged in when it came. It stays his, whoever holds the phone later.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mall.buyers.models import Buyer
from mall.errors import BadInput, Conflict
from mall.payments.wechat import apps
from mall.payments.wechat.accounts import account_seen, current_account
from mall.payments.wechat.models import WeChatIdentity
from mall.tenancy.context import require_mall_id

logger = logging.getLogger(__name__)

CODE_MAX, OPENID_MAX = 128, 128
HANDLE_SECONDS = 7 * 24 * 3600
_SALT = "mall.payments.wechat.identity"
# Codes of people: expired, used, of another app, of a user WeChat has blocked.
BAD_CODES = {40029, 40163, 41008, 40226}


class BadWeChatCode(BadInput):
    """400: WeChat does not take the code: it is old, used, or of another app."""

    code = "bad_wechat_code"
    field = "code"
    message = _("微信登录凭证（code）无效或已过期，请重新进入页面获取。")


class WeChatNotReady(Conflict):
    """409: the mall has not entered what this needs."""

    code = "wechat_not_ready"
    message = _("商家还没有填写公众号或小程序的密钥，暂时无法识别微信身份。")


class WeChatSilent(Conflict):
    """409: WeChat does not answer."""

    code = "wechat_silent"
    message = _("微信暂时没有响应，请稍后重试。")
    retry_after = 3


@dataclass(frozen=True, slots=True)
class Known:
    """An openid of one of the mall's apps."""

    appid: str
    openid: str


def of_page(code: str) -> Known:
    """Who came back from WeChat with this code. Raises BadWeChatCode, WeChatNotReady, WeChatSilent.

    WeChat's snapshot pages have made-up visitors: they are nobody, BadWeChatCode.
    """
    account = current_account()
    if account is None or not account.app_secret:
        raise WeChatNotReady
    told = _ask(
        "/sns/oauth2/access_token",
        {"appid": account.appid, "secret": account.app_secret, "code": code, "grant_type": "authorization_code"},
        code,
    )
    if told.get("is_snapshotuser"):
        raise BadWeChatCode(_("请点击页面右下角“使用完整服务”后再付款。"))
    return Known(account.appid, _openid(told))


def of_mini_program(code: str) -> Known:
    """Who opened the mini-program: its session_key is not kept. Raises as of_page does."""
    account = current_account()
    if account is None or not account.mini_appid or not account.mini_app_secret:
        raise WeChatNotReady
    told = _ask(
        "/sns/jscode2session",
        {
            "appid": account.mini_appid,
            "secret": account.mini_app_secret,
            "js_code": code,
            "grant_type": "authorization_code",
        },
        code,
    )
    return Known(account.mini_appid, _openid(told))


def link(*, known: Known, buyer: Buyer) -> bool:
    """Remember that this openid is this buyer; False, and nothing changes, where it is another one's already.

    Nobody is ever moved: who borrows a phone to pay must not get its owner's account, nor give his own away.
    """
    row = WeChatIdentity(mall_id=buyer.mall_id, buyer=buyer, appid=known.appid, openid=known.openid)
    with transaction.atomic():
        WeChatIdentity.objects.bulk_create([row], ignore_conflicts=True)
    return WeChatIdentity.objects.get(appid=known.appid, openid=known.openid).buyer_id == buyer.pk


def handle_of(known: Known) -> str:
    """The openid as a client may keep it: signed for this mall, good for a week, and for paying only."""
    return signing.dumps([require_mall_id("A WeChat session"), known.appid, known.openid], salt=_SALT, compress=True)


def known_by_handle(handle: Any) -> Known | None:
    """What handle_of made, of this mall and not too old; else None. Never raises."""
    if not isinstance(handle, str) or not 0 < len(handle) <= 600:
        return None
    try:
        mall_id, appid, openid = signing.loads(handle, salt=_SALT, max_age=HANDLE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Known(appid, openid) if mall_id == require_mall_id("A WeChat session") else None


def openid_of(buyer: Buyer, appid: str) -> str:
    """The buyer's openid in an app as far as it is known; the newest, "" where none is."""
    found = WeChatIdentity.objects.filter(buyer=buyer, appid=appid).order_by("-id").first()
    return found.openid if found else ""


def openid_for(buyer: Buyer, *, handle: str = "", in_mini_program: bool = False) -> str:
    """The openid that pays in the app the buyer sits in: the handle's, else the one he is known by; "" for none."""
    seen = account_seen()
    if seen is None:
        return ""
    appid = seen.mini_appid if in_mini_program and seen.mini_appid else seen.appid
    shown = known_by_handle(handle)
    return shown.openid if shown is not None and shown.appid == appid else openid_of(buyer, appid)


def _openid(told: dict[str, Any]) -> str:
    openid = told.get("openid")
    if not isinstance(openid, str) or not 0 < len(openid) <= OPENID_MAX or not openid.isascii():
        raise WeChatSilent
    return openid


def _ask(path: str, query: dict[str, str], code: str) -> dict[str, Any]:
    if not (0 < len(code) <= CODE_MAX and code.isascii() and code.isprintable()):
        raise BadWeChatCode
    try:
        told = apps.told(path, query=query)
    except apps.NoAnswer as error:
        logger.warning("WeChat does not say who came: %s", error)
        raise WeChatSilent from None
    errcode = told.get("errcode", 0)
    if errcode in BAD_CODES:
        raise BadWeChatCode
    if errcode:
        logger.warning("WeChat refuses to say who came: errcode %s", errcode)
        raise (
            WeChatSilent
            if errcode == -1
            else WeChatNotReady(
                _("微信不接受商家填写的公众号或小程序密钥（errcode %(code)s），请联系商家。") % {"code": errcode}
            )
        )
    return told
