"""WeChat Pay in a furnished mall: a row of everything, without any WeChat."""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from mall import clock
from mall.payments.models import Payment
from mall.payments.wechat.accounts import Credentials, save_account
from mall.payments.wechat.models import (
    Bill,
    BillDifference,
    ForgedNotifications,
    Notification,
    WeChatRefund,
    WeChatTrade,
)


@cache
def some_keys() -> tuple[str, str]:
    """A key pair in PEM; made once, it takes long."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def half_a_key() -> str:
    """A private key in its frame, copied badly: the second half of its text is gone."""
    frame, *text, end = some_keys()[0].strip().split("\n")
    return "\n".join([frame, *text[: len(text) // 2], end])


def some_credentials(**changes: str) -> Credentials:
    """An account WeChat does not know."""
    private, public = some_keys()
    return Credentials(
        **{
            "appid": "wx0123456789abcdef",
            "mchid": "1900000001",
            "merchant_serial": "0A1B2C3D",
            "private_key": private,
            "api_v3_key": "k" * 32,
            "platform_keys": {"PUB_KEY_ID_1": public},
            **changes,
        }
    )


def leave_wechat_rows(marker: str, *, pending: Payment, succeeded: Payment) -> None:
    """An account that is switched off and one row of everything else; needs the mall's scope."""
    save_account(credentials=some_credentials(), is_active=False)
    WeChatTrade.objects.create(payment=pending, trade_type="NATIVE", appid="wx", mchid="19", openid=marker)
    WeChatRefund.objects.create(payment=succeeded, number="D20260101000000000001", amount_fen=1, error=marker)
    Notification.objects.create(
        provider="wechat", kind="pay", notify_id=marker, body=marker.encode(), headers={"X": marker}, error=marker
    )
    today = clock.now().date()
    ForgedNotifications.objects.create(day=today, times=1)
    bill = Bill.objects.create(day=today, digest="0" * 40)
    BillDifference.objects.create(bill=bill, kind="ours_missing", subject="payment", number=marker, theirs_fen=1)
