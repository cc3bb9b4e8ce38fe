"""Settlement: bring conversions to their target, by posting the difference to what is posted already.

Every event about a conversion ends here: accrual, refunds, receipt, release, open cases. Events may
come twice, late and in any order; what is posted depends only on the facts as they stand.

Lock order: conversions (by id) → their settlements → budget → caps → ledger accounts (by id).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from commissions.ledger.models import AccountKind
from commissions.ledger.posting import Book, Movement, Place
from commissions.plans.models import PlanVersion
from commissions.settlement import facts, writing
from commissions.settlement.caps import Limits
from commissions.settlement.facts import CommissionRow, ConversionFacts, OrderFacts, SettlementRow
from commissions.settlement.freezing import settlements_of
from commissions.settlement.targets import Target, head_refusal, head_target, order_target
from mall import clock
from mall.faultpoints import reach
from mall.tenancy.context import require_mall_id

EXPENSE: Place = (None, AccountKind.EXPENSE)


class ClosedMeanwhile(RuntimeError):
    """A beneficiary closed his account while this batch waited for its locks: try again, he is left out then."""


def settle(conversion_ids: Sequence[int]) -> int:
    """Bring the named conversions of the mall in force to their targets; returns how many journals were posted.

    Idempotent: a second call posts nothing. Needs mall_scope.
    """
    mall_id, now = require_mall_id("Settlement"), clock.now()
    conversions = facts.locked_conversions(mall_id, sorted(set(conversion_ids)))
    if not conversions:
        return 0
    orders = facts.orders(mall_id, [c.order_id for c in conversions if c.order_id is not None])
    settlements = settlements_of(mall_id, conversions, orders)
    posted = facts.commissions(mall_id, [row.conversion_id for row in settlements.values() if not row.is_new])
    _leave_out_the_closed(mall_id, conversions, settlements, posted)
    limits = _decide_heads(conversions, settlements, posted)
    targets = _targets(mall_id, conversions, settlements, orders, now)
    members = {level.member_id for target in targets.values() for level in target.levels}
    members |= {row.beneficiary_id for rows in posted.values() for row in rows}
    batch = _Batch(Book(members), limits, now) if members else None
    _require_still_open(mall_id, members, posted)
    for conversion in conversions:
        settlement, target = settlements[conversion.id], targets[conversion.id]
        if settlement.reason != target.reason:
            settlement.reason, settlement.changed = target.reason, True
        if batch is not None:
            batch.settle(conversion, settlement, target, posted.get(conversion.id, []))
    reach("settlement.locked")
    journals = batch.book.post(now) if batch else 0
    if limits:
        limits.save()
    if batch:
        writing.insert_commissions(mall_id, batch.created)
        writing.update_commissions(mall_id, [row for rows in posted.values() for row in rows if row.changed])
    writing.insert_settlements(mall_id, [row for row in settlements.values() if row.is_new], now)
    writing.update_settlements(mall_id, [row for row in settlements.values() if row.changed and not row.is_new])
    return journals


def _leave_out_the_closed(
    mall_id: int,
    conversions: Sequence[ConversionFacts],
    settlements: dict[int, SettlementRow],
    posted: dict[int, list[CommissionRow]],
) -> None:
    """Nothing new accrues to somebody who has closed his account since; what he has keeps its level."""
    fresh = [
        (settlements[conversion.id], level)
        for conversion in conversions
        if conversion.id not in posted
        for level in settlements[conversion.id].trace["levels"]
        if not level["why"]
    ]
    closed = facts.closed_members(mall_id, sorted({level["member"] for _, level in fresh}))
    for settlement, level in fresh:
        if level["member"] in closed:
            level["why"], settlement.changed = "closed", True


def _require_still_open(mall_id: int, members: set[int], posted: dict[int, list[CommissionRow]]) -> None:
    """Closing holds the accounts until it commits, so behind their lock its outcome is visible."""
    had = {row.beneficiary_id for rows in posted.values() for row in rows}
    if facts.closed_members(mall_id, sorted(members - had)):
        raise ClosedMeanwhile


def _decide_heads(
    conversions: Sequence[ConversionFacts],
    settlements: dict[int, SettlementRow],
    posted: dict[int, list[CommissionRow]],
) -> Limits | None:
    """Let clicks and registrations through caps and budget, once each, in the order they happened."""
    heads = sorted((c for c in conversions if c.kind != "order"), key=lambda c: (c.occurred_at, c.id))
    fresh = [c for c in heads if not settlements[c.id].reason and "taken" not in settlements[c.id].trace]
    asking = []
    for conversion in fresh:
        settlement = settlements[conversion.id]
        settlement.changed = True
        settlement.reason = head_refusal(conversion, settlement)
        settlement.trace["taken"] = not settlement.reason
        if not settlement.reason:
            asking.append(conversion)
    standing = [c for c in heads if c.id in posted]
    if not asking and not standing:
        return None
    limits = Limits((c.beneficiaries[0] or 0, c.kind, c.occurred_at) for c in asking + standing)
    plans = {plan.pk: plan for plan in PlanVersion.objects.filter(pk__in={settlements[c.id].plan_id for c in asking})}
    for conversion in asking:
        settlement = settlements[conversion.id]
        plan = plans[settlement.plan_id]
        cap_fen = plan.click_cap_day_fen if conversion.kind == "click" else plan.registration_cap_day_fen
        settlement.trace |= {"cap_day_fen": cap_fen, "budget_month_fen": plan.budget_month_fen}
        settlement.reason = limits.take(
            conversion.beneficiaries[0] or 0,
            conversion.kind,
            conversion.occurred_at,
            settlement.trace["amount_fen"],
            cap_fen=cap_fen,
            budget_fen=plan.budget_month_fen,
        )
        settlement.trace["taken"] = not settlement.reason
    return limits


def _targets(
    mall_id: int,
    conversions: Sequence[ConversionFacts],
    settlements: dict[int, SettlementRow],
    orders: dict[int, OrderFacts],
    now: datetime,
) -> dict[int, Target]:
    joined = [c.member_id for c in conversions if c.kind == "registration" and c.member_id is not None]
    receipts = facts.first_receipts(mall_id, joined)
    targets = {}
    for conversion in conversions:
        settlement = settlements[conversion.id]
        if conversion.kind == "order":
            targets[conversion.id] = order_target(conversion, settlement, orders[conversion.order_id or 0])
        else:
            targets[conversion.id] = head_target(conversion, settlement, receipts, now)
    return targets


class _Batch:
    """The movements of one batch; one conversion after the other over the same locked book."""

    def __init__(self, book: Book, limits: Limits | None, now: datetime) -> None:
        self.book, self.limits, self.now = book, limits, now
        self.created: list[writing.NewCommission] = []

    def settle(
        self, conversion: ConversionFacts, settlement: SettlementRow, target: Target, rows: list[CommissionRow]
    ) -> None:
        """Collect accrual, reversal and release of one conversion."""
        by_level = {row.level: row for row in rows}
        accrued: dict[Place, int] = {}
        reversed_: dict[Place, int] = {}
        for level in target.levels:
            row = by_level.pop(level.level, None)
            if row is None:
                if level.amount_fen > 0:
                    new = writing.NewCommission(conversion, level, target.releases_at, target.held_reason, self.now)
                    self.created.append(new)
                    rows.append(new.row)
                    _add(accrued, (level.member_id, AccountKind.PENDING), level.amount_fen)
                continue
            self._follow(row, level.base_fen, target)
            self._to(row, level.amount_fen, accrued, reversed_)
        for row in by_level.values():
            self._follow(row, 0 if conversion.kind == "order" else row.base_fen, target)
            self._to(row, 0, accrued, reversed_)
        self._post(conversion, settlement, "accrue", accrued, conversion.occurred_at)
        self._post(conversion, settlement, "reverse", reversed_, self.now)
        if self.limits and target.ended_reason and reversed_:
            given_back = sum(amount for place, amount in reversed_.items() if place == EXPENSE)
            self.limits.give_back(conversion.beneficiaries[0] or 0, conversion.kind, conversion.occurred_at, given_back)
        self._release(conversion, settlement, rows)

    def _follow(self, row: CommissionRow, base_fen: int, target: Target) -> None:
        """Take over what is not money: base, release date, hold, end."""
        held_at = row.held_at
        if target.held_reason and held_at is None:
            held_at = self.now
        elif not target.held_reason and row.held_reason == "after_sales":
            held_at = None
        held_reason = (target.held_reason or row.held_reason) if held_at else ""
        releases_at = target.releases_at or row.releases_at if not target.ended_reason else None
        wanted = (base_fen, releases_at, held_at, held_reason, target.ended_reason or row.ended_reason)
        if wanted != (row.base_fen, row.releases_at, row.held_at, row.held_reason, row.ended_reason):
            row.base_fen, row.releases_at, row.held_at, row.held_reason, row.ended_reason = wanted
            row.changed = True

    def _to(self, row: CommissionRow, amount_fen: int, accrued: dict[Place, int], reversed_: dict[Place, int]) -> None:
        """The movement from what stands to amount_fen. After release: available first, the rest is debt."""
        difference = amount_fen - row.standing_fen
        if difference == 0:
            return
        row.changed = True
        member = row.beneficiary_id
        if difference > 0:
            # Under the ceiling a deeper level is what the upper ones leave, and floors can leave it a fen more.
            row.reversed_fen -= min(difference, row.reversed_fen)
            row.accrued_fen += amount_fen - row.standing_fen
            if row.released_at is None:
                _add(accrued, (member, AccountKind.PENDING), difference)
            else:
                self._credit(accrued, member, difference)
            return
        row.reversed_fen -= difference
        if row.released_at is None:
            _add(reversed_, (member, AccountKind.PENDING), difference)
            return
        taken = min(-difference, self.book.balance(member, AccountKind.AVAILABLE))
        _add(reversed_, (member, AccountKind.AVAILABLE), -taken)
        _add(reversed_, (member, AccountKind.DEBT), difference + taken)

    def _release(self, conversion: ConversionFacts, settlement: SettlementRow, rows: list[CommissionRow]) -> None:
        """Move what is due from pending to available; debt is repaid first."""
        legs: dict[Place, int] = {}
        for row in rows:
            due = row.releases_at is not None and row.releases_at <= self.now
            if not due or row.released_at is not None or row.held_at is not None or row.standing_fen == 0:
                continue
            row.released_at, row.changed = self.now, True
            _add(legs, (row.beneficiary_id, AccountKind.PENDING), -row.standing_fen)
            self._credit(legs, row.beneficiary_id, row.standing_fen)
        if legs:
            self._move(conversion, settlement, "release", legs, self.now)

    def _credit(self, legs: dict[Place, int], member: int, amount_fen: int) -> None:
        """Debt is repaid first, the rest is available."""
        repaid = min(amount_fen, -self.book.balance(member, AccountKind.DEBT) - legs.get((member, AccountKind.DEBT), 0))
        _add(legs, (member, AccountKind.DEBT), repaid)
        _add(legs, (member, AccountKind.AVAILABLE), amount_fen - repaid)

    def _post(
        self,
        conversion: ConversionFacts,
        settlement: SettlementRow,
        event_type: str,
        legs: dict[Place, int],
        at: datetime,
    ) -> None:
        """One journal against the mall's expense, keyed by the settlement's next revision."""
        if not legs:
            return
        legs[EXPENSE] = -sum(legs.values())
        self._move(conversion, settlement, event_type, legs, at)

    def _move(
        self,
        conversion: ConversionFacts,
        settlement: SettlementRow,
        event_type: str,
        legs: dict[Place, int],
        at: datetime,
    ) -> None:
        settlement.revision += 1
        settlement.changed = True
        key = f"{conversion.id}.{settlement.revision}"
        self.book.move(Movement(event_type, key, legs, at, conversion_id=conversion.id))


def _add(legs: dict[Place, int], place: Place, amount_fen: int) -> None:
    if amount_fen:
        legs[place] = legs.get(place, 0) + amount_fen
