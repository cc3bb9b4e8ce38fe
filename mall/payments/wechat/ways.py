"""The three ways of paying by WeChat, and what WeChat is asked for each. See mall.payments.providers.Provider."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.aftersales.models import Refund
from mall.errors import BadInput, Conflict
from mall.malls.models import Mall
from mall.malls.selectors import base_url, primary_host
from mall.orders.models import Order
from mall.payments.errors import ProviderUnavailable
from mall.payments.models import Payment
from mall.payments.providers import Answer, Payer
from mall.payments.wechat import accounts, outcomes, signing
from mall.payments.wechat.accounts import Account
from mall.payments.wechat.bell import ring
from mall.payments.wechat.client import Client, Refused, Silent
from mall.payments.wechat.models import WeChatRefund, WeChatTrade

PAY_PATH, REFUND_PATH = "/wechat/pay/notify", "/wechat/refund/notify"
DESCRIPTION_CHARACTERS_MOST = 40
# The first question to WeChat, for a buyer who looks at the result and a notification that got lost.
FIRST_ASKED_AFTER = timedelta(seconds=15)


class OpenidNeeded(BadInput):
    """400: WeChat's own cashier opens for one person only."""

    code = "openid_needed"
    field = "openid"
    message = _("请在微信中打开后付款（缺少 openid）。")


class ProviderSilent(Conflict):
    """409: WeChat does not answer; the payment keeps its number and can be begun again."""

    code = "provider_silent"
    message = _("微信支付暂时没有响应，请稍后重试，不会重复扣款。")
    retry_after = 3
    keeps_changes = True


class ProviderRefused(Conflict):
    """409: WeChat said no; the next attempt gets a new number."""

    code = "provider_refused"
    keeps_changes = True


class WeChatPay:
    """What the three have in common."""

    name = ""
    kind = ""
    trade_type = ""
    hold = None
    # Its number is written before WeChat hears it, and a pending payment is begun anew with that number.
    calls_out = True

    def __init__(self, is_active: Callable[[], bool] = accounts.is_active) -> None:
        """is_active: whether the mall has an account; three ways need ask only once."""
        self._is_active = is_active

    def is_offered(self, mall: Mall) -> bool:
        return self._is_active()

    def is_begun_for(self, payment: Payment, payer: Payer) -> bool:
        """Whether a pending payment can be begun anew with its number; WeChat binds one to its payer."""
        return True

    def start(self, payment: Payment, order: Order, mall: Mall, payer: Payer) -> Answer:
        account = accounts.current_account()
        if account is None or not account.is_active or payment.amount_fen < 1:
            raise ProviderUnavailable
        appid = account.mini_appid if payer.in_mini_program and account.mini_appid else account.appid
        asked = {
            "appid": appid,
            "mchid": account.mchid,
            "description": f"{mall.name[:DESCRIPTION_CHARACTERS_MOST]} {order.number}",
            "out_trade_no": payment.number,
            "time_expire": order.expires_at.astimezone(ZoneInfo("Asia/Shanghai")).isoformat(timespec="seconds"),
            "notify_url": base_url(primary_host()) + PAY_PATH,
            "amount": {"total": payment.amount_fen, "currency": "CNY"},
            **self._particulars(payer),
        }
        self._write_down(payment, account, appid, payer)
        try:
            with Client(account) as client:
                told = client.prepay(self.kind, asked)
        except Silent as error:
            raise ProviderSilent from error
        except Refused as error:
            raise self._refusal(payment, error) from error
        instructions = self._instructions(account, appid, told)
        if instructions is None:
            raise ProviderSilent
        return Answer("pending", instructions=instructions)

    def refund(self, refund: Refund, payment: Payment, evidence: str) -> Answer:
        """Written now, sent after the transaction: WeChat never hears of a refund that was rolled back."""
        WeChatRefund.objects.create(
            payment=payment, refund=refund, number=refund.number, amount_fen=refund.amount_fen, due_at=clock.now()
        )
        ring(refund.mall_id)
        return Answer("pending", reference=refund.number)

    def query(self, payment: Payment) -> Answer:
        """Ask WeChat and act on its answer. Raises ProviderSilent."""
        account = accounts.current_account()
        if account is None:
            return Answer(payment.status, reference=payment.provider_reference)
        try:
            with Client(account) as client:
                payment = outcomes.apply_trade(account, client.query(payment.number))
        except (Silent, Refused, outcomes.Unknown, outcomes.Mismatch) as error:
            raise ProviderSilent from error
        return Answer(payment.status, reference=payment.provider_reference)

    def _particulars(self, payer: Payer) -> dict[str, Any]:
        return {}

    def _instructions(self, account: Account, appid: str, told: dict[str, Any]) -> dict[str, Any] | None:
        raise NotImplementedError

    def _write_down(self, payment: Payment, account: Account, appid: str, payer: Payer) -> None:
        WeChatTrade.objects.get_or_create(
            payment=payment,
            defaults={
                "trade_type": self.trade_type,
                "appid": appid,
                "mchid": account.mchid,
                "openid": payer.openid,
                "due_at": clock.now() + FIRST_ASKED_AFTER,
            },
        )

    def _refusal(self, payment: Payment, error: Refused) -> Conflict:
        """Paid already, and its notification is on the way; or this number is of no use any more."""
        WeChatTrade.objects.filter(payment=payment).update(due_at=clock.now())
        ring(payment.mall_id)
        if error.code == "ORDERPAID":
            return ProviderSilent(_("这笔订单已在微信支付，正在确认，请稍候刷新。"))
        payment.status = Payment.Status.FAILED
        payment.save(update_fields=["status"])
        return ProviderRefused(
            _("微信支付没有受理（%(code)s：%(message)s），请重试或换一种付款方式。")
            % {"code": error.code, "message": error.message}
        )


class JsApi(WeChatPay):
    """Inside WeChat: a page of the 服务号, or the mini-program."""

    name, kind, trade_type = "wechat_jsapi", "jsapi", "JSAPI"

    def is_begun_for(self, payment: Payment, payer: Payer) -> bool:
        return WeChatTrade.objects.filter(payment=payment, openid=payer.openid).exists()

    def _particulars(self, payer: Payer) -> dict[str, Any]:
        if not payer.openid:
            raise OpenidNeeded
        return {"payer": {"openid": payer.openid}}

    def _instructions(self, account: Account, appid: str, told: dict[str, Any]) -> dict[str, Any] | None:
        if not isinstance(told.get("prepay_id"), str):
            return None
        package = f"prepay_id={told['prepay_id']}"
        timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
        return {
            "appId": appid,
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": signing.pay_sign(
                account.private_key, appid=appid, timestamp=timestamp, nonce=nonce, package=package
            ),
        }


class H5(WeChatPay):
    """In a phone's own browser: a link that opens WeChat."""

    name, kind, trade_type = "wechat_h5", "h5", "MWEB"

    def _particulars(self, payer: Payer) -> dict[str, Any]:
        return {"scene_info": {"payer_client_ip": payer.client_ip or "127.0.0.1", "h5_info": {"type": "Wap"}}}

    def _instructions(self, account: Account, appid: str, told: dict[str, Any]) -> dict[str, Any] | None:
        return {"h5_url": told["h5_url"]} if isinstance(told.get("h5_url"), str) else None


class Native(WeChatPay):
    """On a screen: a QR code that the buyer scans with WeChat."""

    name, kind, trade_type = "wechat_native", "native", "NATIVE"

    def _instructions(self, account: Account, appid: str, told: dict[str, Any]) -> dict[str, Any] | None:
        return {"code_url": told["code_url"]} if isinstance(told.get("code_url"), str) else None
