"""What people, broken programs and attackers send where something else was meant."""

from __future__ import annotations

import json

NUL, BELL, DELETE = "\x00", "\x07", "\x7f"
RIGHT_TO_LEFT = "\u202egnp.exe"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
RARE_HAN = "\U00020bb7\U0002a6d6"

# JSON as it is written, because no dictionary of Python's holds 1e400 or a lone surrogate. Refused by every
# field that asks for a whole number.
NO_INTEGERS = [
    "-1", "9223372036854775808", "1" + "0" * 30, "9" * 5_000, "1e400", "NaN", "Infinity", "true", '"5"', "5.0", "-0.0",
    '""', '"\\u0665"', "[]", "{}", "[5]",
]  # fmt: skip

# Refused by every field that asks for a line of text.
NO_LINES = [
    "1.5", "true", "null", "[]", '{"x": 1}', "NaN", "1e400", "1" + "0" * 30,
    '"a\\u0000b"', '"\\ud800"', '"\\udfff\\ud800"', '"a\\u0007"', '"a\\u007fb"', '"a\\u009fb"',
    '"a\\r\\nSet-Cookie: x=1"', '"\\u202egnp.exe"', json.dumps("长" * 30_000),
]  # fmt: skip

# May be taken, if it is short enough; must never break anything.
ODD_LINES = [
    '" "', '"\\ud83d\\ude00"', json.dumps(FAMILY), json.dumps(RARE_HAN), '"e\\u0301\\u0301\\u0301"', '"\\ufeffx"',
    "\"'; DROP TABLE mall_order; --\"", '"<script>alert(1)</script>"', '"{{7*7}}{% debug %}"', '"../../../etc/passwd"',
    '"%00%0d%0a"', '"=cmd|\' /C calc\'!A0"', '"\\\\"', '"NULL"', '"undefined"', '"true"', '"-1"', '"1e400"',
    '"00000000-0000-0000-0000-000000000000"', '"\\u200b"', '"${jndi:ldap://x}"',
]  # fmt: skip

# Refused by every list, object, choice and switch.
NO_LISTS = ["0", "true", '"x"', "{}", "[[]]", "[null]", '["\\u0000"]', "[[[[[[[[]]]]]]]]", "NaN"]
NO_OBJECTS = ["0", "true", '"x"', "[]", "[{}]"]
NO_SWITCHES = ["0", "1", '"true"', '"yes"', "[]", "{}", "1.0"]
NO_CHOICES = ["0", "true", '""', '"nothing of the kind"', "[]", "{}", '["x"]', '"\\u0000"', '"\\ud800"']

# Whole bodies that can be meant by nobody.
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "a space": b" ",
    "null": b"null",
    "a list": b"[]",
    "a number": b"5",
    "a text": b'"x"',
    "half an object": b"{",
    "two objects": b"{}{}",
    "a comment": b"{} // x",
    "single quotes": b"{'a': 1}",
    "a trailing comma": b'{"a": 1,}',
    "not a number": b"NaN",
    "deep lists": b"[" * 10_000 + b"]" * 10_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep lists without an end": b"[" * 100_000,
    "deep in a field": b'{"lines":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
    "a megabyte": b'{"note": "' + b"x" * 1_000_000 + b'"}',
    "many keys": b"{" + b",".join(b'"k%d":%d' % (number, number) for number in range(15_000)) + b"}",
    "many numbers": b"[" + b",".join([b"1"] * 100_000) + b"]",
    "a repeated key": b'{"phone": "1", "phone": "2"}',
    "a repeated key inside": b'{"address": {"name": "a", "name": "b"}}',
    "invalid UTF-8": b'{"note": "\xff\xfe\xfa"}',
    "overlong UTF-8": b'{"note": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"note": "\xed\xa0\x80"}',
    "UTF-16": '{"note": "x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"note": "x"}',
    "NUL bytes": b"\x00" * 100,
    "NUL in a key": b'{"a\\u0000": 1}',
    "a lone surrogate in a key": b'{"\\ud800": 1}',
    "a raw control character": b'{"note": "a\x07b"}',
    "an endless number": b'{"quantity": 1' + b"0" * 200_000 + b"}",
    "a form": b"phone=1&code=2",
    "XML": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
}

CONTENT_TYPES = [
    "", "text/plain", "text/html", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data",
    "multipart/form-data; boundary=", "application/octet-stream", "application/json; charset=utf-16",
    "application/json; charset=nonsense", "application/jsonp", "APPLICATION/JSON", "*/*", "x", "/", ";;;",
    "application/json" * 100,
]  # fmt: skip

# As they stand in an address, percent-encoded already.
PATH_PARTS = [
    "0", "-1", "1", "9223372036854775808", "1" + "0" * 30, "1e400", "NaN", "null", "undefined", "true", "[]", "%7B%7D",
    "x", "%20", "%00", "a%00b", "%FF", "%C0%AF", "%ED%A0%80", "%0D%0ASet-Cookie:%20x=1", "%E2%80%AEgnp", "%F0%9F%98%80",
    "%2e%2e", "..%2f..%2fetc%2fpasswd", "%27%20OR%201=1--", "%3Cscript%3E", "00000000000000000000000000000000",
    "{00000000-0000-0000-0000-000000000000}", "urn:uuid:00000000-0000-0000-0000-000000000000",
    "00000000-0000-0000-0000-00000000000g", "00000000-0000-0000-0000-000000000000%0A", "x" * 4_000, "%25", "*", "~",
]  # fmt: skip

# Of a query; an odd one is refused or passed over, never an error of ours.
QUERY_VALUES = [
    "", "%20", "0", "-1", "9223372036854775808", "1" + "0" * 30, "1e400", "NaN", "true", "null", "[]", "x" * 4_000,
    "%FF", "%C0%AF", "%ED%A0%80", "%0D%0A", "%07", "%E2%80%AEgnp", "%F0%9F%98%80", "%27%20OR%201=1--", "%25", "%5C",
    "00000000-0000-0000-0000-000000000000", "b25lOnR3bw==", "cD0x", "bz0xJnA9eA==", "cj0xJnA9MQ==", "cD0lMDA=",
    "____", "%3D%3D%3D",
]  # fmt: skip

# Typed into a form.
FORM_VALUES = [
    "", " ", "0", "-1", "5.0", "9223372036854775808", "1" + "0" * 30, "1e400", "NaN", "Infinity", "true", "null", "[]",
    "\u0665", "x" * 100_000, NUL, f"a{NUL}b", f"a{BELL}", f"a{DELETE}", "a\r\nb", RIGHT_TO_LEFT, FAMILY,
    RARE_HAN, "\u2028",
    "'; DROP TABLE mall_order; --", "<script>alert(1)</script>", "{{7*7}}", "../../etc/passwd", "0.001", "１２３",
    "00000000-0000-0000-0000-000000000000", "http://evil.example/", "//evil.example", "javascript:alert(1)", "\\",
]  # fmt: skip

COOKIE_VALUES = [
    "", "x", "by_", "by_" + "A" * 43, "by_" + "x" * 5_000, "st_" + "A" * 43, "\\000", '"\\000"', "\\377\\376", "%00",
    "a.b.c", "....", ".", "é", "\u00ff\u00fe", "'; DROP TABLE mall_order; --", "A" * 8_000, "=", '"', "null", "[]",
    "by_\x7f\x80", "eyJhbGciOiJub25lIn0.e30.", "\x85",
]  # fmt: skip

AUTHORIZATIONS = [
    "", "Bearer", "Bearer ", "Bearer  x", "Bearer x y", "bearer x", "Basic eDp5", "Bearer " + "x" * 10_000,
    "Bearer by_", "Bearer by_" + "A" * 43, "Bearer st_" + "A" * 43, "Bearer \xff\xfe", "Bearer %00", "Bearer null",
    "Token x", "Bearer by_\x00",
    "Bearer eyJhbGciOiJub25lIn0.e30.", "Digest username=x", "Bearer 'OR'1'='1", "\x00", "Bearer \t x",
]  # fmt: skip

HOSTS = [
    "", "x", "..", ".", "a..b", "localhost.", "[::1]", "[::1", "[", "]", ":80", "x:99999999", "x:y", "-", "_", "a b",
    "a/b",
    "a\\b", "%00", "é.localhost", "xn--", "x" * 5_000, "1.2.3.4", "user@localhost", "localhost,evil.example", "*", "'",
    "nobody.localhost", "LOCALHOST", "\x7f", "localhost:80:80",
]  # fmt: skip

HEADERS = {
    "HTTP_X_FORWARDED_FOR": [
        "",
        ",",
        "x",
        "1.2.3",
        "1.2.3.4, x",
        "::1%eth0",
        "[",
        "9" * 5_000,
        "\x00",
        "é",
        ", , ,",
        "-1",
    ],
    "HTTP_ACCEPT": [
        "",
        "x",
        "text/html",
        "application/xml",
        "*/*;q=x",
        ";;;",
        "a/b" * 500,
        "application/json; indent=99999",
    ],
    "HTTP_ACCEPT_LANGUAGE": [
        "",
        "x",
        "zz-ZZ",
        "*" * 500,
        "en;q=99",
        "-",
        "\xff",
        "zh-hans,en;q=0.5," * 200,
        "../../etc",
    ],
    "HTTP_USER_AGENT": ["", "x" * 10_000, "\xff\xfe", "'; DROP TABLE x; --", "${jndi:ldap://x}", "\x01"],
    "HTTP_REFERER": ["", "x", "http://[", "javascript:alert(1)", "x" * 5_000, "http://evil.example/"],
    "HTTP_ORIGIN": ["", "null", "http://[", "http://evil.example", "\xff"],
    "HTTP_IDEMPOTENCY_KEY": ["", " ", "x" * 121, "x" * 10_000, "a\x00b", "a\nb", "é", "\xff", "键", "\x7f"],
    "HTTP_X_HTTP_METHOD_OVERRIDE": ["DELETE", "x", ""],
    "HTTP_IF_MODIFIED_SINCE": ["x", "Mon, 99 Foo 99999 99:99:99 GMT"],
    "HTTP_RANGE": ["bytes=0-", "x", "bytes=-1-99999999999999999999"],
    "HTTP_HX_REQUEST": ["true", "x"],
    "HTTP_HX_CURRENT_URL": ["http://[", "x", "javascript:alert(1)", "//evil.example/x"],
    "HTTP_SEC_PURPOSE": ["prefetch", "\xff"],
    "HTTP_X_FORWARDED_PROTO": ["https", "x", "https,http"],
}
