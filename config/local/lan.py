"""A port per mall for phones in the same network, where no host name leads here."""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import segno

from config.local.children import Child

# Never called: connecting a datagram socket only asks the kernel which way it would go.
SOMEWHERE_ELSE = ("192.0.2.1", 9)


@dataclass(frozen=True)
class Stall:
    """One mall's door to the local network."""

    name: str
    url: str
    child: Child

    def invitation(self) -> str:
        """The address and its QR code, for a phone's camera."""
        drawing = io.StringIO()
        segno.make(self.url, error="l").terminal(out=drawing, compact=True, border=2)
        return f"\n  {self.name} in this network: {self.url}\n{drawing.getvalue()}"


def own_address() -> str:
    """The address of this machine as its neighbours see it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(SOMEWHERE_ELSE)
        except OSError:
            return "127.0.0.1"
        address: str = probe.getsockname()[0]
        return address


def stalls(
    demo: dict[str, Any],
    port: int,
    web_command: Callable[[str, int], list[str]],
    environment: Callable[[int], dict[str, str]],
) -> list[Stall]:
    """One web process per mall, on the ports behind the demo's own."""
    address = own_address()
    found = []
    for number, mall in enumerate(demo["malls"], start=port + 1):
        around = environment(number)
        # Every host that reaches this process means this mall, and links name the same door.
        around["FENYONG_LAN_MALL"] = mall["slug"]
        around["FENYONG_LAN_ORIGIN"] = f"http://{address}:{number}"
        child = Child(f"web-{mall['slug']}", web_command("0.0.0.0", number), around)  # noqa: S104 - what LAN=1 asks for
        found.append(Stall(mall["slug"], around["FENYONG_LAN_ORIGIN"], child))
    return found
