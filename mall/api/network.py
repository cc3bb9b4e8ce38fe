"""Where a request comes from, as far as it can be believed."""

from __future__ import annotations

import ipaddress
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNKNOWN = "0.0.0.0"  # noqa: S104 - no address to listen on, but the word for none
_HOPS_MAX = 50


def client_address(request: HttpRequest) -> str:
    """The rightmost address of X-Forwarded-For that is not one of TRUSTED_PROXIES; else the peer itself.

    Each proxy appends the address it saw, so what stands left of the first stranger is his own
    invention. An entry that is no address ends the reading. Never raises.
    """
    found = _address(request.META.get("REMOTE_ADDR", ""))
    # A socket of the same machine has no address: whoever may write to it is the proxy.
    if found is not None and not _trusted(found):
        return str(found)
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")[-_HOPS_MAX:]
    for hop in reversed(hops):
        address = _address(hop)
        if address is None:
            break
        found = address
        if not _trusted(address):
            break
    return str(found) if found is not None else UNKNOWN


def client_network(request: HttpRequest) -> str:
    """What limits are counted by: the IPv4 address, or the /64 that an IPv6 client has to itself."""
    address = ipaddress.ip_address(client_address(request))
    if isinstance(address, IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _address(text: str) -> Address | None:
    """An address as proxies write it: bare, [v6], v4:port or [v6]:port."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _trusted(address: Address) -> bool:
    return any(
        network.version == address.version and address in network
        for network in _networks(tuple(settings.TRUSTED_PROXIES))
    )


@cache
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)
