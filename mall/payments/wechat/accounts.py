"""A merchant's credentials: sealed when written, opened only to sign, verify and decrypt, shown to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.errors import BadInput
from mall.payments.wechat import signing
from mall.payments.wechat.models import WeChatAccount
from mall.sealing import seal, unseal
from mall.staff.audit import log
from mall.staff.models import StaffMember

PURPOSE = "wechat pay"
PLATFORM_KEYS_MOST = 8


class BadCredentials(BadInput):
    """400: they cannot be WeChat's; `field` says which."""

    code = "bad_credentials"


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
        log(action="wechat_account.saved", actor=actor, subject=account, detail={"mchid": credentials.mchid})
    return account


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
    try:
        signing.private_key(given.private_key)
    except signing.Unreadable as error:
        raise BadCredentials(
            _("商户私钥须为 apiclient_key.pem 的全部内容（RSA 2048 位）。"), field="private_key"
        ) from error
    if not given.api_v3_key.isascii() or len(given.api_v3_key) != signing.KEY_BYTES:
        raise BadCredentials(_("APIv3 密钥须为 32 个字符，请到商户平台核对。"), field="api_v3_key")
    if not 1 <= len(given.platform_keys) <= PLATFORM_KEYS_MOST:
        raise BadCredentials(_("请至少填写一个微信支付公钥或平台证书。"), field="platform_keys")
    for serial, pem in given.platform_keys.items():
        if len(serial) > 64 or not serial.isascii() or not serial.replace("_", "").isalnum():
            raise BadCredentials(_("请填写公钥 ID（PUB_KEY_ID_…）或证书序列号。"), field="platform_keys")
        try:
            signing.public_key(pem)
        except signing.Unreadable as error:
            raise BadCredentials(
                _("微信支付公钥或平台证书（%(serial)s）不是有效的 PEM 内容。") % {"serial": serial},
                field="platform_keys",
            ) from error
