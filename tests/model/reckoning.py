"""The whole loop in plain Python, written from the design alone and sharing no code with the product.

It knows no database, no events and no batches: what a conversion pays is computed anew from the facts,
every time it is looked at. Ids are whatever the caller names things by; money is integer fen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.model.complaints import Complaints, Part

LEVELS = 2
ZONE = ZoneInfo("Asia/Shanghai")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Plan = dict[str, Any]


@dataclass
class Person:
    """A member. standings: (since when, whether active)."""

    referrer: int | None
    standings: list[tuple[datetime, bool]] = field(default_factory=list)

    def active(self, at: datetime) -> bool:
        return [True, *(active for since, active in self.standings if since <= at)][-1]


@dataclass
class Row:
    """What stands of one commission."""

    member: int
    fen: int
    released: bool = False


@dataclass
class Head:
    """A click or a registration that somebody is credited with. reason None: not looked at yet."""

    kind: str
    owner: int | None
    at: datetime
    plan: Plan
    joined: int | None = None
    reason: str | None = None
    row: Row | None = None


@dataclass
class Click:
    """An arrival at an owner's link. own: the member logged in then. reason: once it has been judged."""

    visitor: str
    owner: int
    at: datetime
    plan: Plan
    own: int | None
    is_confirmed: bool = False
    is_attributable: bool = False
    reason: str | None = None


@dataclass
class Line:
    """A line of an order. keys: the scopes of its rates, from narrow to wide."""

    keys: list[tuple[str, Any]]
    quantity: int
    paid_fen: int
    freight_fen: int
    refunded_fen: int = 0
    given_up: int = 0


@dataclass
class Order:
    """chain: per level (member or None, why he is not paid). refunds: open claims, by line."""

    buyer: int
    at: datetime
    plan: Plan
    lines: list[Line]
    chain: list[tuple[int | None, str]]
    status: str = "awaiting_payment"
    is_paid: bool = False
    shipped_at: datetime | None = None
    received_at: datetime | None = None
    refunds: dict[int, dict[int, Part]] = field(default_factory=dict)
    rows: dict[int, Row] = field(default_factory=dict)

    def base(self, line: Line) -> tuple[int, int]:
        """What a line's commission is reckoned on: at first, and still."""
        full = line.paid_fen + (line.freight_fen if self.plan["include_freight"] else 0)
        return full, max(0, full - line.refunded_fen)


class Reckoning(Complaints):
    """One mall. Callers do the acts, then judge, settle and compare."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        self.people: dict[int, Person] = {}
        self.seen: dict[str, dict[int, datetime]] = {}
        self.clicks: dict[int, Click] = {}
        self.heads: dict[tuple[str, int], Head] = {}
        self.orders: dict[int, Order] = {}
        self.used: dict[Any, int] = {}
        self.held: dict[int, tuple[int, int]] = {}
        self.paid_out: dict[int, int] = {}
        self.written_off: dict[int, int] = {}

    def join(self, member: int, now: datetime, *, owner: int | None, visitor: str) -> None:
        """owner: of the code that was named; None when the visitor's last click decides."""
        click = self._last_click([visitor], now, self.plan) if owner is None else None
        referrer = click.owner if click else owner
        if referrer is not None and not self.people[referrer].active(now):
            referrer = None
        self.people[member] = Person(referrer)
        # In a browser of his referrer's he is the referrer himself, as far as anybody can tell: bound, and unpaid.
        reason = "own_click" if referrer is not None and referrer in self.seen.get(visitor, {}) else None
        head = Head("registration", referrer, now, self.plan, joined=member, reason=reason)
        self.heads["registration", member] = head
        self.log_in(visitor, member, now)

    def log_in(self, visitor: str, member: int, at: datetime) -> None:
        if visitor:
            self.seen.setdefault(visitor, {}).setdefault(member, at)

    # --- Clicks -------------------------------------------------------------

    def confirm(self, click: int) -> bool:
        found = self.clicks[click]
        found.is_confirmed |= found.reason is None
        return found.is_confirmed

    def judge(self, now: datetime) -> None:
        """Everything that has been confirmed, or can no longer be."""
        waiting = [click for _, click in sorted(self.clicks.items()) if click.reason is None]
        ripe = [click for click in waiting if click.is_confirmed or click.at + MINUTE <= now]
        for click in ripe:
            if click.own is not None:
                self.log_in(click.visitor, click.own, click.at)
        for click in ripe:
            click.is_attributable = self._brings(click)
            click.reason = self._why_not_billable(click) if click.is_attributable else "own_click"
            number = next(number for number, one in self.clicks.items() if one is click)
            self.heads["click", number] = Head("click", click.owner, click.at, click.plan, reason=click.reason or None)

    def _brings(self, click: Click) -> bool:
        return click.owner not in {click.own, *self.seen.get(click.visitor, {})}

    def _why_not_billable(self, click: Click) -> str:
        if not click.is_confirmed:
            return "unconfirmed"
        known = any(since <= click.at for since in self.seen.get(click.visitor, {}).values())
        if click.plan["click_pays"] == "new" and (click.own is not None or known):
            return "member"
        same = [c for c in self.clicks.values() if (c.visitor, c.owner, c.reason) == (click.visitor, click.owner, "")]
        return "duplicate" if any(abs(other.at - click.at) < HOUR for other in same) else ""

    def _last_click(self, visitors: list[str], now: datetime, plan: Plan) -> Click | None:
        earliest = now - plan["attribution_window_days"] * DAY
        found = [
            number
            for number, click in self.clicks.items()
            if click.visitor in visitors
            and earliest <= click.at < now
            and (self._brings(click) if click.reason is None else click.is_attributable)
        ]
        return self.clicks[max(found)] if found else None

    # --- Orders -------------------------------------------------------------

    def place(self, order: int, buyer: int, visitor: str, lines: list[Line], now: datetime) -> None:
        plan, bound = self.plan, self.people[buyer].referrer
        visitors = [key for key, seen in self.seen.items() if buyer in seen]
        click = self._last_click([*visitors, visitor], now, plan)
        head = click.owner if click else None
        if plan["self_purchase_earns"]:
            head = buyer
        elif bound is not None and (plan["attribution"] == "bound_first" or click is None):
            head = bound
        chain = []
        for _ in range(LEVELS):
            why = ""
            if head is None:
                why = "no_referrer"
            elif head in {buyer, *self.seen.get(visitor, {})} and not plan["self_purchase_earns"]:
                why = "self_purchase"
            elif not self.people[head].active(now):
                why = "suspended"
            chain.append((head, why))
            head = self.people[head].referrer if head is not None else None
        self.orders[order] = Order(buyer, now, plan, lines, chain)

    def move(self, order: int, status: str, now: datetime) -> None:
        found = self.orders[order]
        found.status, found.is_paid = status, found.is_paid or status == "paid"
        if status in ("shipped", "received"):
            setattr(found, f"{status}_at", now)

    def pass_time(self, now: datetime, *, receive_days: int, after_days: int, unpaid: timedelta) -> None:
        """What happens to cases and then to orders by themselves."""
        self.let_cases_lie(now)
        for number, order in self.orders.items():
            held = self.is_contested(number)
            if order.status == "awaiting_payment" and order.at + unpaid <= now:
                order.status = "closed"
            elif order.status == "shipped" and order.shipped_at + receive_days * DAY <= now and not held:
                self.move(number, "received", now)
            elif order.status == "received" and order.received_at + after_days * DAY <= now and not held:
                order.status = "completed"

    # --- What everything pays -----------------------------------------------

    def amounts(self, order: Order) -> list[int]:
        """Fen per level, as the order's own plan gives on what is still paid."""
        total = [0] * LEVELS
        for line in order.lines:
            full, still = order.base(line)
            scopes = [order.plan["overrides"][key] for key in line.keys if key in order.plan["overrides"]]
            unit, rates = scopes[0] if scopes else ("bps", order.plan["order_levels_bps"])
            left = still * order.plan["ceiling_bps"] // 10_000
            for level, rate in enumerate(rates):
                flat = rate * line.quantity * still // full if full else 0
                fen = min(left, still * rate // 10_000 if unit == "bps" else flat)
                total[level] += fen
                left -= fen
        return total

    def settle_orders(self, now: datetime) -> None:
        for number, order in self.orders.items():
            for level, fen in enumerate(self.amounts(order) if order.is_paid else ()):
                member, why = order.chain[level]
                if not why and (fen > 0 or level in order.rows):
                    order.rows.setdefault(level, Row(member or 0, 0)).fen = fen
            hold = order.plan["hold_days"] * DAY
            if order.received_at is not None and order.received_at + hold <= now and not self.is_contested(number):
                for row in order.rows.values():
                    row.released |= row.fen > 0

    def settle_heads(self, now: datetime, *, releasing: bool) -> None:
        """Let what is new through caps and budget in the order it happened; then end or release what is due."""
        for _, head in sorted(self.heads.items(), key=lambda item: (item[1].at, item[0])):
            if head.row is None and head.reason is None:
                self._let_through(head)
            if releasing and head.row is not None and not head.row.released and head.reason is None:
                self._release(head, head.row, now)

    def _keys(self, head: Head) -> list[Any]:
        local = head.at.astimezone(ZONE)
        return [(head.owner, head.kind, local.date()), (local.year, local.month)]

    def _let_through(self, head: Head) -> None:
        fen, cap = head.plan[f"{head.kind}_fen"], head.plan[f"{head.kind}_cap_day_fen"]
        today, month = (self.used.get(key, 0) for key in self._keys(head))
        if head.owner is None:
            head.reason = "no_referrer"
        elif not self.people[head.owner].active(head.at):
            head.reason = "suspended"
        elif fen == 0:
            head.reason = "rate_zero"
        elif cap is not None and today + fen > cap:
            head.reason = "capped"
        elif month + fen > head.plan["budget_month_fen"]:
            head.reason = "budget"
        else:
            head.row = Row(head.owner, fen)
            self.used |= {key: self.used.get(key, 0) + fen for key in self._keys(head)}

    def _release(self, head: Head, row: Row, now: datetime) -> None:
        if head.kind == "click":
            row.released = head.at + head.plan["hold_days"] * DAY <= now
            return
        receipts = [o.received_at for o in self.orders.values() if o.buyer == head.joined and o.received_at]
        if receipts and min(receipts) <= head.at + 30 * DAY:
            row.released = True
        elif now >= head.at + 30 * DAY:
            self.used |= {key: self.used[key] - row.fen for key in self._keys(head)}
            row.fen, head.reason = 0, "no_activity"

    # --- What can be compared -----------------------------------------------

    def commissions(self) -> dict[tuple[str, int], list[tuple[int, int, int, str]]]:
        """{(kind, subject): [(level, member, fen, state)]}."""
        found = {key: [_shown(1, head.row, held=False)] for key, head in self.heads.items() if head.row is not None}
        for number, order in self.orders.items():
            rows, held = sorted(order.rows.items()), self.is_contested(number)
            found["order", number] = [_shown(level + 1, row, held=held) for level, row in rows]
        return found

    def reasons(self) -> dict[tuple[str, int], str]:
        """Why a conversion pays nothing; "" where it pays, or may yet."""
        found = {key: head.reason or "" for key, head in self.heads.items()}
        return found | {("order", number): self._why_nothing(order) for number, order in self.orders.items()}

    def _why_nothing(self, order: Order) -> str:
        whys, amounts = [why for _, why in order.chain], self.amounts(order)
        if {*whys} <= {"self_purchase", "no_referrer"}:
            return whys[0]
        if not order.is_paid or any(fen > 0 and not why for why, fen in zip(whys, amounts, strict=True)):
            return ""
        if sum(amounts) > 0:
            return next((why for why in whys if why not in ("", "no_referrer")), "no_referrer")
        return "rate_zero" if any(still > 0 for _, still in map(order.base, order.lines)) else "refunded"

    def balance(self, member: int) -> dict[str, int]:
        """Debt is repaid before anything becomes available, so the two are the sides of one number."""
        rows = [row for order in self.orders.values() for row in order.rows.values()]
        rows = [row for row in (*rows, *(head.row for head in self.heads.values())) if row and row.member == member]
        in_transit = sum(fen for owner, fen in self.held.values() if owner == member)
        gone = self.paid_out.get(member, 0)
        net = sum(row.fen for row in rows if row.released) + self.written_off.get(member, 0) - in_transit - gone
        return {
            "pending_fen": sum(row.fen for row in rows if not row.released),
            "available_fen": max(net, 0),
            "in_transit_fen": in_transit,
            "paid_out_fen": gone,
            "debt_fen": max(-net, 0),
        }


def _shown(level: int, row: Row, *, held: bool) -> tuple[int, int, int, str]:
    unpaid = "held" if held else "pending"
    return level, row.member, row.fen, "reversed" if row.fen == 0 else "available" if row.released else unpaid
