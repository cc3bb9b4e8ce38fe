"""A merchant's credentials: sealed when written, opened only to sign, verify and decrypt, shown to nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.errors import BadInput, Conflict
from mall.malls.models import Mall
from mall.payments.wechat import signing
from mall.payments.wechat.models import WeChatAccount, WeChatTrade
from mall.sealing import SealBroken, seal, unseal
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.tenancy.context import require_mall_id

PURPOSE = "wechat pay"
PLATFORM_KEYS_MOST = 8
PEM_MAX = 8_192
WORDS = ("appid", "mini_appid", "mchid", "merchant_serial")
MERCHANT_SECRETS = ("private_key", "api_v3_key", "platform_keys")
SECRETS = (*MERCHANT_SECRETS, "app_secret", "mini_app_secret", "verify_word")


class BadCredentials(BadInput):
    """400: they cannot be WeChat's; `field` says which."""

    code = "bad_credentials"


class MerchantInUse(Conflict):
    """409: WeChat still has to say what became of payments of the merchant number in use."""

    code = "merchant_in_use"
    field = "mchid"
    message = _("还有付款在等待微信确认，暂不能更换商户号，请稍后再试（未付款的订单会在半小时内关闭）。")


@dataclass(frozen=True, slots=True)
class Account:
    """An opened account. Its secrets stay out of its repr, and so out of logs."""

    appid: str
    mini_appid: str
    mchid: str
    merchant_serial: str
    is_active: bool
    private_pem: str = field(repr=False)
    api_v3_key: str = field(repr=False)
    platform_keys: dict[str, RSAPublicKey] = field(repr=False)
    # Of the 服务号 and the mini-program: they turn a code into an openid. Empty: not entered.
    app_secret: str = field(default="", repr=False)
    mini_app_secret: str = field(default="", repr=False)

    @property
    def private_key(self) -> RSAPrivateKey:
        """What our requests are signed with; a notification needs none."""
        return signing.private_key(self.private_pem, is_checked=True)

    @property
    def answering_serial(self) -> str:
        """Which key WeChat is to sign its answers with: a public key where there is one, else the newest given."""
        return next((serial for serial in self.platform_keys if serial.startswith("PUB_KEY_ID_")), "") or next(
            reversed(self.platform_keys)
        )


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a merchant types in, as it stands in his papers.

    private_key: his own, in PEM; platform_keys: serial or PUB_KEY_ID_… → public key or certificate in PEM.
    """

    appid: str
    mchid: str
    merchant_serial: str
    private_key: str = field(repr=False)
    api_v3_key: str = field(repr=False)
    platform_keys: Mapping[str, str] = field(repr=False)
    mini_appid: str = ""
    app_secret: str = field(default="", repr=False)
    mini_app_secret: str = field(default="", repr=False)
    # The word in the name of WeChat's file MP_verify_<word>.txt; no secret, it is served to everybody.
    verify_word: str = ""


def save_account(
    *, credentials: Credentials, is_active: bool = True, actor: StaffMember | None = None
) -> WeChatAccount:
    """Write the mall's account, in place of the one before. Raises BadCredentials naming the field."""
    _check_words(credentials)
    _check_secrets(credentials)
    sealed = {
        "private_key": credentials.private_key,
        "api_v3_key": credentials.api_v3_key,
        "platform_keys": dict(credentials.platform_keys),
        "app_secret": credentials.app_secret,
        "mini_app_secret": credentials.mini_app_secret,
        "verify_word": credentials.verify_word,
    }
    account, _created = WeChatAccount.objects.update_or_create(
        defaults={
            "appid": credentials.appid,
            "mini_appid": credentials.mini_appid,
            "mchid": credentials.mchid,
            "merchant_serial": credentials.merchant_serial,
            "sealed": seal(sealed, PURPOSE),
            "is_active": is_active,
            "updated_at": clock.now(),
        }
    )
    if actor is not None:
        log(
            action="wechat_account.saved",
            actor=actor,
            subject=account,
            detail={"mchid": credentials.mchid, "is_active": is_active},
        )
    return account


def change_account(*, changes: Mapping[str, Any], is_active: bool, actor: StaffMember) -> WeChatAccount:
    """Write what is given over what is there: a secret that is left out or empty stays as it was.

    Another merchant number needs its own key, APIv3 key and platform keys in the same call; another appid its own
    app secret. Locks the mall. Raises BadCredentials naming the field.
    """
    Mall.objects.select_for_update(no_key=True).get(pk=require_mall_id("A WeChat account"))
    row = WeChatAccount.objects.first()
    try:
        kept = unseal(row.sealed, PURPOSE) if row else {}
    except SealBroken:
        kept = {}
    words = {name: changes.get(name, getattr(row, name, "") if row else "") for name in WORDS}
    if row is not None and words["mchid"] != row.mchid:
        if WeChatTrade.objects.filter(mchid=row.mchid, due_at__isnull=False).exists():
            raise MerchantInUse
        kept = {name: value for name, value in kept.items() if name not in MERCHANT_SECRETS}
    if row is not None and words["appid"] != row.appid:
        kept = {name: value for name, value in kept.items() if name != "app_secret"}
    if row is not None and words["mini_appid"] != row.mini_appid:
        kept = {name: value for name, value in kept.items() if name != "mini_app_secret"}
    secrets = {name: changes.get(name) or kept.get(name, "") for name in SECRETS}
    secrets["platform_keys"] = secrets["platform_keys"] or {}
    return save_account(credentials=Credentials(**words, **secrets), is_active=is_active, actor=actor)


@dataclass(frozen=True, slots=True)
class Seen:
    """What of an account may be shown: which secrets are there, and since when; never one of them."""

    appid: str
    mini_appid: str
    mchid: str
    merchant_serial: str
    is_active: bool
    updated_at: datetime
    platform_serials: tuple[str, ...]
    has_app_secret: bool
    has_mini_app_secret: bool
    verify_word: str
    # False: no key of the installation opens it any more, and everything has to be entered again.
    opens: bool


def account_seen() -> Seen | None:
    """The mall's account as its staff see it; None before it was entered."""
    row = WeChatAccount.objects.first()
    if row is None:
        return None
    try:
        sealed, opens = unseal(row.sealed, PURPOSE), True
    except SealBroken:
        sealed, opens = {}, False
    return Seen(
        appid=row.appid,
        mini_appid=row.mini_appid,
        mchid=row.mchid,
        merchant_serial=row.merchant_serial,
        is_active=row.is_active,
        updated_at=row.updated_at,
        platform_serials=tuple(sealed.get("platform_keys", {})),
        has_app_secret=bool(sealed.get("app_secret")),
        has_mini_app_secret=bool(sealed.get("mini_app_secret")),
        verify_word=sealed.get("verify_word", ""),
        opens=opens,
    )


def current_account() -> Account | None:
    """The mall's account, opened, also when it is switched off: what was begun with it has to end."""
    row = WeChatAccount.objects.first()
    if row is None:
        return None
    sealed = unseal(row.sealed, PURPOSE)
    return Account(
        appid=row.appid,
        mini_appid=row.mini_appid,
        mchid=row.mchid,
        merchant_serial=row.merchant_serial,
        is_active=row.is_active,
        private_pem=sealed["private_key"],
        api_v3_key=sealed["api_v3_key"],
        platform_keys={serial: signing.public_key(pem) for serial, pem in sealed["platform_keys"].items()},
        app_secret=sealed.get("app_secret", ""),
        mini_app_secret=sealed.get("mini_app_secret", ""),
    )


def is_active() -> bool:
    """Whether buyers can pay with WeChat here."""
    return WeChatAccount.objects.filter(is_active=True).exists()


def _check_words(given: Credentials) -> None:
    lengths = {"appid": 32, "mchid": 32, "merchant_serial": 64, "mini_appid": 32}
    for name, most in lengths.items():
        value = getattr(given, name)
        if name == "mini_appid" and value == "":
            continue
        if not (isinstance(value, str) and value.isascii() and value.isalnum() and len(value) <= most):
            raise BadCredentials(_("请填写字母和数字，不带空格。"), field=name)


def _check_secrets(given: Credentials) -> None:
    for name in ("app_secret", "mini_app_secret", "verify_word"):
        value = getattr(given, name)
        if value and not (isinstance(value, str) and value.isascii() and value.isalnum() and len(value) <= 64):
            raise BadCredentials(_("请填写字母和数字，不带空格。"), field=name)
    if not _reads(signing.private_key, given.private_key):
        raise BadCredentials(_("商户私钥须为 apiclient_key.pem 的全部内容（RSA 2048 位）。"), field="private_key")
    if not given.api_v3_key.isascii() or len(given.api_v3_key) != signing.KEY_BYTES:
        raise BadCredentials(_("APIv3 密钥须为 32 个字符，请到商户平台核对。"), field="api_v3_key")
    _check_platform_keys(given.platform_keys)


def _check_platform_keys(keys: Mapping[str, str]) -> None:
    if not 1 <= len(keys) <= PLATFORM_KEYS_MOST:
        raise BadCredentials(_("请至少填写一个微信支付公钥或平台证书。"), field="platform_keys")
    for serial, pem in keys.items():
        if len(serial) > 64 or not serial.isascii() or not serial.replace("_", "").isalnum():
            raise BadCredentials(_("请填写公钥 ID（PUB_KEY_ID_…）或证书序列号。"), field="platform_keys")
        if not _reads(signing.public_key, pem):
            raise BadCredentials(
                _("微信支付公钥或平台证书（%(serial)s）不是有效的 PEM 内容。") % {"serial": serial},
                field="platform_keys",
            )


def _reads(read: Callable[[str], object], pem: Any) -> bool:
    """Whether a key can be read from what was pasted."""
    if not isinstance(pem, str) or len(pem) > PEM_MAX:
        return False
    try:
        read(pem)
    except signing.Unreadable:
        return False
    return True
