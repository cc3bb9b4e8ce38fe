"""Credentials are checked, sealed, and never shown; the doctor says what is wrong with them."""

from __future__ import annotations

import base64
import re
from io import StringIO

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from mall.payments.wechat.accounts import BadCredentials, current_account, save_account
from mall.payments.wechat.client import base_address
from mall.payments.wechat.doctor import examine
from mall.payments.wechat.models import WeChatAccount
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.factories.wechat import half_a_key, some_credentials, some_keys
from tests.wechat_fake.merchants import kept_merchant, new_key, pem_of, public_pem_of


def test_secrets_are_sealed_and_in_no_repr(mall, owner):
    with mall_scope(mall.pk):
        row = save_account(credentials=some_credentials(), actor=owner)
        private, _public = some_keys()
        assert current_account().private_pem == private
        for shown in (
            row.sealed,
            repr(current_account()),
            repr(some_credentials()),
            repr(AuditRecord.objects.latest("pk").detail),
        ):
            assert "k" * 32 not in shown
            assert private[40:80] not in shown


def test_a_sealed_account_opens_in_its_own_mall_only(mall, elsewhere):
    with mall_scope(mall.pk):
        sealed = save_account(credentials=some_credentials()).sealed
    with mall_scope(elsewhere.pk):
        save_account(credentials=some_credentials())
        WeChatAccount.objects.update(sealed=sealed)
        (finding,) = examine()
        assert "FIELD_ENCRYPTION_KEYS" in finding.sentence


def test_a_mall_has_one_account(mall):
    with mall_scope(mall.pk):
        save_account(credentials=some_credentials())
        save_account(credentials=some_credentials(mchid="1900000002"))
        assert [row.mchid for row in WeChatAccount.objects.all()] == ["1900000002"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("appid", ""),
        ("appid", "wx 1"),
        ("mchid", "１９"),
        ("merchant_serial", "A" * 65),
        ("mini_appid", "\x00"),
        ("private_key", ""),
        ("api_v3_key", "k" * 31),
        ("api_v3_key", "钥" * 32),
        ("platform_keys", {}),
        ("platform_keys", {"PUB_KEY_ID_1": "x"}),
        ("platform_keys", {"": "x"}),
    ],
    ids=str,
)
def test_what_cannot_be_credentials_is_refused_by_name(mall, field, value):
    with mall_scope(mall.pk), pytest.raises(BadCredentials) as refused:
        save_account(credentials=some_credentials(**{field: value}))
    assert refused.value.field == field


def test_half_a_private_key_is_refused_by_name(mall):
    with mall_scope(mall.pk), pytest.raises(BadCredentials) as refused:
        save_account(credentials=some_credentials(private_key=half_a_key()))
    assert refused.value.field == "private_key"


@pytest.mark.parametrize("address", ["http://api.mch.weixin.qq.com", "http://10.0.0.1", "ftp://localhost", "", "x"])
def test_plain_http_leads_to_this_machine_only(settings, address):
    settings.WECHAT_PAY_BASE_URL = address
    with pytest.raises(ImproperlyConfigured):
        base_address()


def test_the_default_is_wechats_own(settings):
    assert base_address() == "https://api.mch.weixin.qq.com"


def doctor(mall) -> str:
    out = StringIO()
    try:
        call_command("wechat_doctor", mall.slug, stdout=out)
    except CommandError as error:
        return out.getvalue() + str(error)
    return out.getvalue()


def test_the_doctor_finds_good_credentials_well(mall, merchant, settings):
    settings.PUBLIC_SCHEME, settings.PUBLIC_PORT = "https", 443
    told = doctor(mall)
    assert (told.count("OK"), "BAD" in told, "验签通过" in told) == (7, False, True)


def test_the_doctor_names_what_is_wrong(mall, merchant, fake, settings):
    assert "不是 https" in doctor(mall)
    settings.PUBLIC_SCHEME, settings.PUBLIC_PORT = "https", 443
    papers = merchant.papers()
    stranger = new_key()
    wrong = {
        "不接受我们的签名": {"private_key": pem_of(stranger)},
        "验签失败": {"platform_keys": {merchant.public_id: public_pem_of(stranger)}},
    }
    for words, changes in wrong.items():
        with mall_scope(mall.pk):
            save_account(credentials=some_credentials(**{**papers, **changes}))
        assert words in doctor(mall)
    fake.books.faults.append("lost before")
    assert "连不上微信支付" in doctor(mall)


@pytest.mark.parametrize(
    ("changes", "fault", "words"),
    [
        ({"app_secret": "0" * 32}, "", "公众号 wx.* 的 AppSecret 不对"),
        ({"mini_app_secret": "0" * 32}, "", "小程序 wx.* 的 AppSecret 不对"),
        ({"app_secret": ""}, "", "没有填写公众号 wx.* 的 AppSecret"),
        ({"mini_appid": "wx00000000000000ff"}, "", "微信没有小程序 wx00000000000000ff"),
        ({}, "not listed", "IP 不在公众号 wx.* 的 IP 白名单里，无法核对"),
        ({}, "busy", "errcode -1"),
        ({}, "garbage", "连不上 http.*无法核对公众号的 AppSecret"),
        ({}, "lost before", "连不上 http.*无法核对公众号的 AppSecret"),
    ],
    ids=str,
)
def test_the_doctor_asks_for_the_apps_secrets_too(mall, merchant, fake, settings, changes, fault, words):
    settings.PUBLIC_SCHEME, settings.PUBLIC_PORT = "https", 443
    with mall_scope(mall.pk):
        save_account(credentials=some_credentials(**{**merchant.papers(), **changes}))
    if fault:
        fake.books.faults.extend(["", fault])
    told = doctor(mall)
    assert re.search(f"BAD .*{words}", told), told
    assert len(re.findall("^BAD", told, re.MULTILINE)) == 1
    assert merchant.app_secret not in told


def test_the_doctor_ends_nobodys_token(mall, merchant, fake):
    first = (doctor(mall), dict(fake.books.tokens))[1]
    assert len(first) == 2
    doctor(mall)
    assert {appid: value for appid, (value, _until) in fake.books.tokens.items()} == {
        appid: value for appid, (value, _until) in first.items()
    }


def test_the_doctor_knows_a_mall_without_an_account_and_one_that_is_not_there(mall):
    assert "还没有填写" in doctor(mall)
    with pytest.raises(CommandError, match="no mall"):
        call_command("wechat_doctor", "nobody-has-this")


def test_the_demos_merchant_is_made_once_and_kept_from_others(tmp_path):
    file = tmp_path / "papers.json"
    made, kept = kept_merchant(file), kept_merchant(file)
    assert kept.papers() == made.papers()
    assert file.stat().st_mode & 0o077 == 0
    body = b"{}"
    assert kept.verifies(base64.b64encode(made.key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode(), body)
