"""What joining asks of the floor above: who brought this person here."""

from __future__ import annotations

from dataclasses import dataclass

from mall.ports import port


@dataclass(frozen=True)
class ReferrerFound:
    """Who brought somebody, and how that is known.

    source: "ref" (a code was named), "visitor" (his clicks), "none", or "refused:<why>" (20 characters at most).
    is_himself: he joins in a browser in which the referrer was once logged in.
    """

    member_id: int | None = None
    source: str = "none"
    code: str = ""
    link_id: int | None = None
    is_himself: bool = False


def _nobody(code: str | None, visitor_key: str) -> ReferrerFound:
    """The referrer behind a share code of any kind, else behind the visitor's clicks. Never raises."""
    return ReferrerFound(source="refused:unknown_code" if code else "none", code=(code or "")[:20])


referrer_behind = port("members.joining.ports.referrer_behind", _nobody)
