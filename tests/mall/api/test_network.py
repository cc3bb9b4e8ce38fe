"""Which address a request comes from, as far as it can be believed."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from mall.api.network import UNKNOWN, client_address, client_network

PROXIES = ["127.0.0.0/8", "::1/128", "10.0.0.0/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.5", None, "203.0.113.5"),
        # A stranger's header is his own invention.
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"),
        ("127.0.0.1", "198.51.100.1, nonsense", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, nonsense, 10.0.0.9", "10.0.0.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", ",,,", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("127.0.0.1", "[2001:db8::7]:443", "2001:db8::7"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("::1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "fe80::1%eth0", "fe80::1"),
        ("127.0.0.1", "1.2.3.4; DROP TABLE", "127.0.0.1"),
        ("127.0.0.1", "9" * 5000, "127.0.0.1"),
        ("", "198.51.100.1", "198.51.100.1"),
        ("", None, UNKNOWN),
    ],
)
def test_the_rightmost_stranger_is_the_client(settings, peer: str, forwarded: str | None, expected: str) -> None:
    settings.TRUSTED_PROXIES = PROXIES
    more = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **more)) == expected


def test_without_trusted_proxies_the_peer_is_the_client(settings) -> None:
    settings.TRUSTED_PROXIES = []
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1")
    assert client_address(request) == "127.0.0.1"


def test_an_ipv6_client_is_counted_by_the_network_it_has_to_itself(settings) -> None:
    settings.TRUSTED_PROXIES = []
    networks = {
        client_network(RequestFactory().get("/", REMOTE_ADDR=f"2001:db8:1:2:{suffix}"))
        for suffix in ("0:0:0:1", "ffff:1:2:3")
    }
    assert networks == {"2001:db8:1:2::/64"}
    assert client_network(RequestFactory().get("/", REMOTE_ADDR="203.0.113.5")) == "203.0.113.5"
