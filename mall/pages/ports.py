"""What the buyer's pages ask of the floors above."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from mall.ports import port


@dataclass(frozen=True)
class Forwarding:
    """How the page at hand travels on when the one who looks at it forwards it."""

    # The share code of the logged-in promoter who looks at the page; empty for everybody else.
    own_code: str = ""
    # He opened a link of his own: he is told that it works and that his clicks do not count.
    is_own_link: bool = False


def _nobody_promotes(request: HttpRequest) -> Forwarding:
    """Say whose code the page's address and share card carry."""
    return Forwarding()


forwarding_of_request = port("mall.pages.ports.forwarding_of_request", _nobody_promotes)
