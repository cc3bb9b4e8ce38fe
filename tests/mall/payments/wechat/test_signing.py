"""WeChat's signatures against the known answers WeChat has published (tests/vectors/wechat_pay.json)."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from mall.payments.wechat import signing
from mall.payments.wechat.signing import Forged, SignedHeaders, Unreadable
from tests.factories.wechat import half_a_key

VECTORS = json.loads((Path(__file__).parents[3] / "vectors/wechat_pay.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def own():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def published_key(vector: dict):
    return signing.public_key(vector.get("public_key_pem") or vector["public_key"])


def verify_published(vector: dict, body: str, **changes) -> None:
    headers = {
        "timestamp": vector["timestamp"],
        "nonce": vector["nonce"],
        "signature": vector["signature"],
        "serial": "S",
        **changes,
    }
    now = float(headers.pop("now", int(vector["timestamp"])))
    signing.verify(keys={"S": published_key(vector)}, headers=SignedHeaders(**headers), body=body.encode(), now=now)


def test_v1_the_published_signature_fits_the_request_as_we_write_it(monkeypatch):
    """The header we would send carries exactly the lines the published signature was made over."""
    vector, signed = VECTORS["V1_request"], []
    monkeypatch.setattr(signing, "sign", lambda _key, *lines: signed.append(lines) or vector["signature"])
    header = signing.authorization(
        None,
        mchid=vector["mchid"],
        serial=vector["serial"],
        method=vector["method"],
        target=vector["path"],
        timestamp=vector["timestamp"],
        nonce=vector["nonce"],
        body=vector["body"].encode(),
    )
    require_published("V1_request", vector["signature"], *signed[0])
    assert header == (
        f'WECHATPAY2-SHA256-RSA2048 mchid="1900007291",nonce_str="{vector["nonce"]}",'
        f'signature="{vector["signature"]}",timestamp="1554208460",serial_no="{vector["serial"]}"'
    )


def require_published(key_of: str, signature: str, *lines: str) -> None:
    """RSA with PKCS#1 v1.5 has one signature for each text: fitting the key is being equal."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    text = "".join(f"{line}\n" for line in lines).encode()
    published_key(VECTORS[key_of]).verify(base64.b64decode(signature), text, PKCS1v15(), hashes.SHA256())


def test_v2_the_published_pay_sign_fits_the_lines_we_sign(monkeypatch):
    vector, signed = VECTORS["V2_paysign"], []
    appid, timestamp, nonce, package, _end = vector["message"].split("\n")
    monkeypatch.setattr(signing, "sign", lambda _key, *lines: signed.append(lines) or vector["paySign"])
    signing.pay_sign(None, appid=appid, timestamp=timestamp, nonce=nonce, package=package)
    require_published("V1_request", vector["paySign"], *signed[0])


def test_a_signature_of_ours_is_the_one_its_key_confirms(own):
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    signature = base64.b64decode(signing.sign(own, "GET", "/v3/x", "1", "n", ""))
    own.public_key().verify(signature, b"GET\n/v3/x\n1\nn\n\n", PKCS1v15(), hashes.SHA256())


def test_v3_a_published_answer_verifies():
    vector = VECTORS["V3_response_verify"]
    verify_published(vector, vector["body"])


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": "1722850422"},
        {"timestamp": ""},
        {"timestamp": "١٧٢٢٨٥٠٤٢١"},
        {"timestamp": "-1722850421"},
        {"timestamp": "9" * 400},
        {"nonce": "d824f2e086d3c1df967785d13fcd22ee"},
        {"nonce": ""},
        {"signature": ""},
        {"signature": "WECHATPAY/SIGNTEST/abc"},
        {"signature": "é" * 10},
        {"signature": "A" * 5_000},
        {"serial": "T"},
        {"serial": ""},
        {"kind": "WECHATPAY2-SM2-WITH-SM3"},
        {"now": 1722850421 + 300},
        {"now": 1722850421 - 300},
    ],
    ids=str,
)
def test_v3_nothing_of_it_may_change(changes):
    vector = VECTORS["V3_response_verify"]
    with pytest.raises(Forged):
        verify_published(vector, vector["body"], **changes)


def test_v3_it_is_fresh_for_five_minutes():
    vector = VECTORS["V3_response_verify"]
    verify_published(vector, vector["body"], now=1722850421 + 299)
    verify_published(vector, vector["body"], now=1722850421 - 299)


def test_v3_another_body_is_forged():
    vector = VECTORS["V3_response_verify"]
    for body in (vector["body"] + " ", vector["body"].replace("EIz1", "EIz2"), ""):
        with pytest.raises(Forged):
            verify_published(vector, body)


def test_v4_a_published_resource_opens():
    vector = VECTORS["V4_gcm_java"]
    plain = signing.decrypt(
        vector["key"], nonce=vector["nonce"], associated=vector["aad"], cipher=vector["ciphertext_b64"]
    )
    assert plain.decode() == vector["plaintext"] == "message"


@pytest.mark.parametrize(
    "changes",
    [
        {"associated": "associatedDatA"},
        {"nonce": "uluk4a9R25RX"},
        {"nonce": ""},
        {"nonce": "\ud800" * 4},
        {"cipher": "ulwSiIajGClcvcOYvOQ7+l+0PAbzzwM="},
        {"cipher": ""},
        {"cipher": "not base64"},
        {"cipher": "é"},
    ],
    ids=ascii,
)
def test_v4_nothing_of_it_may_change(changes):
    vector = VECTORS["V4_gcm_java"]
    given = {"nonce": vector["nonce"], "associated": vector["aad"], "cipher": vector["ciphertext_b64"], **changes}
    with pytest.raises(Unreadable):
        signing.decrypt(vector["key"], **given)


def test_v5_a_key_of_16_bytes_is_refused():
    """It would open with AES-128; WeChat Pay has no such keys, a merchant has mistyped his."""
    vector = VECTORS["V5_gcm_go_128bit"]
    with pytest.raises(Unreadable, match="32 bytes"):
        signing.decrypt(vector["key"], nonce=vector["nonce"], associated=vector["aad"], cipher=vector["ciphertext_b64"])


def test_v6_the_resource_of_a_published_notification_opens(monkeypatch):
    """Its key is a test's of 16 bytes, which we refuse; the fields are taken from the right places all the same."""
    vector = VECTORS["V6_notify_go"]
    resource = json.loads(vector["body"])["resource"]
    with pytest.raises(Unreadable, match="32 bytes"):
        signing.open_resource(vector["api_v3_key"], resource)
    monkeypatch.setattr(signing, "KEY_BYTES", 16)
    assert signing.open_resource(vector["api_v3_key"], resource) == json.loads(vector["plaintext"])


def test_v6_a_signature_is_over_the_raw_bytes(own):
    """The same JSON written in another way is another message."""
    body = VECTORS["V6_notify_go"]["body"].encode()
    escaped = json.dumps(json.loads(body), separators=(",", ":")).encode()
    lines = ("1624523846", "n", body.decode())
    headers = SignedHeaders(timestamp=lines[0], nonce="n", signature=signing.sign(own, *lines), serial="S")
    keys = {"S": own.public_key()}
    signing.verify(keys=keys, headers=headers, body=body, now=1624523846)
    assert json.loads(escaped) == json.loads(body)
    with pytest.raises(Forged):
        signing.verify(keys=keys, headers=headers, body=escaped, now=1624523846)


@pytest.mark.parametrize("resource", [None, [], "x", {}, {"algorithm": "AEAD_AES_256_GCM"}, {"algorithm": 1},
                                      {"algorithm": "AEAD_AES_256_GCM", "nonce": 1, "ciphertext": []}])  # fmt: skip
def test_a_resource_of_another_shape_is_unreadable(resource):
    with pytest.raises(Unreadable):
        signing.open_resource("k" * 32, resource)


@pytest.mark.parametrize("made", [str, lambda: "x", half_a_key], ids=["nothing", "a letter", "half a key"])
def test_what_is_no_key_is_unreadable(made):
    for read in (signing.private_key, signing.public_key):
        with pytest.raises(Unreadable):
            read(made())
