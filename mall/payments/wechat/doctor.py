"""Whether a merchant's credentials work, step by step, in sentences he can act on. Nothing is changed anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from mall.malls.selectors import base_url, primary_host
from mall.payments.wechat import apps
from mall.payments.wechat.accounts import Account, current_account
from mall.payments.wechat.client import Client, Refused, Silent, base_address
from mall.payments.wechat.signing import Unreadable
from mall.payments.wechat.ways import PAY_PATH
from mall.sealing import SealBroken

# A number that no order of ours ever has: WeChat's signed "no such order" proves both directions.
NO_ORDER = "DOCTOR00000000"
ABSENT = {"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One step."""

    is_well: bool
    sentence: str


def _well(sentence: str) -> Finding:
    return Finding(is_well=True, sentence=sentence)


def _bad(sentence: str) -> Finding:
    return Finding(is_well=False, sentence=sentence)


def examine() -> Iterator[Finding]:
    """The steps for the mall in force, up to the first that ends the examination."""
    try:
        account = current_account()
    except (SealBroken, Unreadable):
        yield _bad(_("凭证打不开：FIELD_ENCRYPTION_KEYS 缺少加密时用的密钥，或内容已损坏，请重新填写。"))
        return
    if account is None:
        yield _bad(_("还没有填写微信支付商户信息。"))
        return
    yield _well(_("商户号 %(mchid)s 的凭证可以打开，私钥与平台公钥格式正确。") % {"mchid": account.mchid})
    if not account.is_active:
        yield _bad(_("微信支付已停用，买家看不到微信支付，请启用。"))
    yield _address()
    yield from _ask(account)
    yield _app(_("公众号"), account.appid, account.app_secret)
    if account.mini_appid:
        yield _app(_("小程序"), account.mini_appid, account.mini_app_secret)


def _address() -> Finding:
    address = base_url(primary_host()) + PAY_PATH
    if urlsplit(address).scheme != "https":
        return _bad(_("通知地址 %(address)s 不是 https，微信不会向它发送通知。") % {"address": address})
    return _well(_("通知地址是 %(address)s。") % {"address": address})


def _ask(account: Account) -> Iterator[Finding]:
    with Client(account) as client:
        try:
            client.query(NO_ORDER)
        except Silent as error:
            yield _bad(_silence(account, error))
            return
        except Refused as error:
            if error.code not in ABSENT:
                yield _bad(
                    _("微信拒绝了请求（%(code)s：%(message)s），请核对商户号是否开通了对应的支付产品。")
                    % {"code": error.code, "message": error.message},
                )
                return
    yield _well(_("微信接受我们的签名：商户号、证书序列号与私钥一致。"))
    yield _well(_("微信的应答用 %(serial)s 验签通过。") % {"serial": account.answering_serial})
    yield _well(
        _("APIv3 密钥无法通过查询核对，第一笔支付通知会验证它。接口地址：%(address)s") % {"address": base_address()},
    )


def _app(name: str, appid: str, secret: str) -> Finding:
    """Whether WeChat takes the app's secret: without it nobody inside WeChat can be told apart, nor pay there."""
    named = {"app": name, "appid": appid}
    if not secret:
        return _bad(_("没有填写%(app)s %(appid)s 的 AppSecret，无法识别微信内的买家，他们不能在微信里付款。") % named)
    try:
        errcode = apps.secret_errcode(appid, secret)
    except apps.NoAnswer:
        named["address"] = base_address("WECHAT_API_BASE_URL")
        return _bad(_("连不上 %(address)s，无法核对%(app)s的 AppSecret：请检查服务器的网络与防火墙。") % named)
    if not errcode:
        return _well(_("微信接受%(app)s %(appid)s 的 AppSecret。") % named)
    refusals = {
        apps.NOT_LISTED: _(
            "本服务器的 IP 不在%(app)s %(appid)s 的 IP 白名单里，无法核对 AppSecret：请在微信后台加入白名单。"
        ),
        apps.WRONG_APPID: _("微信没有%(app)s %(appid)s：请核对 AppID。"),
        apps.WRONG_SECRET: _("%(app)s %(appid)s 的 AppSecret 不对：请在微信后台核对，重置过就填写新的。"),
    }
    unknown = _("微信没有给%(app)s %(appid)s 发放凭证（errcode %(code)s），请稍后再试。")
    return _bad(refusals.get(errcode, unknown) % {**named, "code": errcode})


def _silence(account: Account, error: Silent) -> str:
    if error.code == "SIGN_ERROR":
        return _("微信不接受我们的签名：请核对商户号、商户证书序列号与私钥是否属于同一张证书，以及服务器时间。")
    if str(error).startswith("no answer"):
        return _("连不上微信支付（%(address)s）：请检查服务器的网络与防火墙。") % {"address": base_address()}
    return _("微信的应答验签失败（%(why)s）：请核对微信支付公钥及其 ID（%(serial)s）。") % {
        "why": str(error),
        "serial": account.answering_serial,
    }
