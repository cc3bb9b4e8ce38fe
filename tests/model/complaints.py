"""Refunds and cases in plain Python: what may still be asked for, whose turn it is, and until when.

Written from the design alone, as reckoning.py is, which mixes it in; shares no code with the product.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

MONEY, GOODS = ("refund", "return"), ("exchange", "repair")
OVER = ("done", "rejected", "withdrawn")
# Step → where it may be taken, and where it leads.
STEPS: dict[str, tuple[tuple[str, ...], str]] = {
    "approve": (("requested",), "awaiting_return"),
    "reject": (("requested", "returning", "resending"), "rejected"),
    "withdraw": (("requested", "awaiting_return"), "withdrawn"),
    "send_back": (("awaiting_return",), "returning"),
    "receive": (("returning",), "resending"),
    "resend": (("resending",), "resent"),
    "confirm": (("resent",), "done"),
}
DAYS = {"requested": 3, "awaiting_return": 7, "returning": 10, "resending": 7, "resent": 7}


@dataclass
class Part:
    """Of one line: fen and pieces."""

    fen: int
    pieces: int


@dataclass
class Complaint:
    """until: when its turn is over; None once it has ended, or the merchant has slept."""

    order: int
    kind: str
    parts: dict[int, Part]
    refund: int | None
    until: datetime | None = None
    status: str = "requested"


class Complaints:
    """The side of a mall that gives money and goods back."""

    orders: dict[int, Any]

    def __init__(self) -> None:
        self.cases: dict[int, Complaint] = {}

    def left(self, order: int) -> list[Part]:
        """Of each line, what is neither given back nor claimed."""
        found = self.orders[order]
        claims = found.refunds.values()
        rest = []
        for n, line in enumerate(found.lines):
            mine = [parts[n] for parts in claims if n in parts]
            fen = line.paid_fen + line.freight_fen - line.refunded_fen - sum(part.fen for part in mine)
            rest.append(Part(fen, line.quantity - line.given_up - sum(part.pieces for part in mine)))
        return rest

    def fits(self, order: int, asked: dict[int, Part], *, goods: bool) -> bool:
        """Whether so much is free: pieces that are being exchanged or mended keep their money meanwhile."""
        left = self.left(order)
        for n, part in asked.items():
            away = sum(case.parts[n].pieces for case in self._open(order) if case.kind in GOODS and n in case.parts)
            here = left[n].pieces - away
            if part.fen > left[n].fen or part.pieces > here:
                return False
            if away and part.fen * left[n].pieces > left[n].fen * here:
                return False
            if goods and not left[n].fen and self.orders[order].lines[n].paid_fen:
                return False
        return True

    def pieces(self) -> dict[int, list[tuple[int, int]]]:
        """Per order what was given back of each line: fen, pieces."""
        return {pk: [(line.refunded_fen, line.given_up) for line in order.lines] for pk, order in self.orders.items()}

    def is_contested(self, order: int) -> bool:
        """Whether a refund is undecided or a case open: then nothing of the order moves by itself, and none is paid."""
        return bool(self.orders[order].refunds or self._open(order))

    def complain(self, number: int, case: Complaint, now: datetime) -> None:
        case.until = now + timedelta(days=DAYS["requested"])
        self.cases[number] = case
        if case.refund is not None:
            self.orders[case.order].refunds[case.refund] = case.parts

    def decide(self, order: int, refund: int, *, approved: bool) -> None:
        """The money goes back, or does not; the case that wants it ends with it."""
        found = self.orders[order]
        parts = found.refunds.pop(refund)
        for case in self._open(order):
            if case.refund == refund:
                case.status, case.until = "done" if approved else "rejected", None
        if not approved:
            return
        for n, part in parts.items():
            found.lines[n].refunded_fen += part.fen
            found.lines[n].given_up += part.pieces
        everything = all(line.paid_fen + line.freight_fen == line.refunded_fen for line in found.lines)
        if everything and found.status == "paid":
            found.status = "closed"
            for line in found.lines:
                line.given_up = line.quantity

    def may(self, case: int, step: str) -> bool:
        return self.cases[case].status in STEPS[step][0]

    def go(self, number: int, step: str, now: datetime) -> None:
        """One step that may be taken."""
        case = self.cases[number]
        pays = step in {"approve", "receive"} and case.kind == {"approve": "refund", "receive": "return"}[step]
        if case.refund is not None and (pays or step in {"reject", "withdraw"}):
            self.decide(case.order, case.refund, approved=pays)
        case.status = "done" if pays else STEPS[step][1]
        case.until = None if case.status in OVER else now + timedelta(days=DAYS[case.status])

    def let_cases_lie(self, now: datetime) -> None:
        """The buyer's silence ends a case; the merchant's only loses its date, and pays nobody."""
        for number, case in self.cases.items():
            if case.until is None or case.until > now:
                continue
            if case.status in ("awaiting_return", "resent"):
                self.go(number, "withdraw" if case.status == "awaiting_return" else "confirm", now)
            else:
                case.until = None

    def _open(self, order: int) -> list[Complaint]:
        return [case for case in self.cases.values() if case.order == order and case.status not in OVER]
