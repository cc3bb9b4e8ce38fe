"""The stories of docs/money.md, played through the services in a mall of their own; each answers its tables."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection

from commissions.ledger.audit import audit
from commissions.payouts import services as payouts
from commissions.payouts.models import Payout
from commissions.payouts.selectors import balance_of
from commissions.settlement.releases import release_due
from mall import clock
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.tenancy.context import mall_scope
from members.closing.services import close_account
from members.models import Member
from tests.factories.commissions import set_plan
from tests.factories.events import drain
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_chain, make_member
from tests.factories.referrals import judged, make_click, make_link
from tests.factories.trade import make_sku, place_and_pay, receive, refund

KINDS = ("pending", "available", "in_transit", "debt")
HOLD_DAYS = 7


class Story:
    """A mall with a chain of three: level 2 brought level 1, level 1 brought the buyer."""

    def __init__(self) -> None:
        self.mall: Mall = make_mall(payout_min_fen=1)
        set_plan(self.mall, registration_fen=0, click_fen=0, hold_days=HOLD_DAYS)
        self.second, self.first, self.buyer = make_chain(self.mall, 3)
        drain(self.mall.pk)
        self.people: dict[str, Member] = {"level 1": self.first, "level 2": self.second}
        self.rows: list[tuple[str, str, str, str]] = []
        self._told = 0

    def order(self, price_fen: int) -> Order:
        """The buyer orders one piece and pays."""
        return place_and_pay(self.mall, self.buyer.buyer, (make_sku(self.mall, price_fen=price_fen), 1))

    def receive(self, order: Order) -> None:
        """The buyer has it in his hands, and the hold time passes."""
        receive(order)
        drain(self.mall.pk)
        self.wait(HOLD_DAYS)

    def wait(self, days: int) -> None:
        """Days pass."""
        clock.advance(days=days, seconds=1)
        release_due(self.mall.pk)

    def request(self, member: Member, amount_fen: int) -> Payout:
        """A member asks for a payout."""
        with mall_scope(self.mall.pk):
            payee = payouts.add_payee(
                member=member, method="bank", name="张三", account="6222020200112233", bank="示例银行"
            )
            return payouts.request_payout(member=member, amount_fen=amount_fen, payee=payee)

    def approve(self, payout: Payout) -> None:
        """Finance lets it go."""
        with mall_scope(self.mall.pk):
            payouts.approve_payout(payout=payout, staff=owner_of(self.mall))

    def settle(self, payout: Payout) -> None:
        """Finance has transferred it."""
        with mall_scope(self.mall.pk):
            payouts.settle_payout(payout=payout, staff=owner_of(self.mall), evidence="bank receipt 0001")

    def reject(self, payout: Payout) -> None:
        """Finance gives it back."""
        with mall_scope(self.mall.pk):
            payouts.reject_payout(payout=payout, staff=owner_of(self.mall), reason="wrong account")

    def tell(self, step: str) -> None:
        """Add the journals posted since the last step; one row says so when there are none."""
        drain(self.mall.pk)
        entries = self._new_entries()
        if not entries:
            self.rows.append((step, "", "", ""))
        shown = None
        for journal, event_type, account, amount_fen in entries:
            is_first = journal != shown
            self.rows.append(
                (step if shown is None else "", event_type if is_first else "", account, f"{amount_fen:,}")
            )
            shown = journal

    def journals(self) -> list[list[str]]:
        """The table of journals, header first."""
        return [["step", "journal", "account", "fen"], *map(list, self.rows)]

    def balances(self) -> list[list[str]]:
        """The table of balances at the end, header first. The books must balance."""
        assert audit(self.mall.pk).balanced
        columns = ("pending_fen", "available_fen", "in_transit_fen", "paid_out_fen", "debt_fen")
        table = [["member", *(column.removesuffix("_fen").replace("_", " ") for column in columns)]]
        for name, member in self.people.items():
            with mall_scope(self.mall.pk):
                balance = balance_of(member.pk)
            table.append([name, *(f"{balance[column]:,}" for column in columns)])
        return table

    def _new_entries(self) -> list[tuple[int, str, str, int]]:
        names = {member.pk: name for name, member in self.people.items()}
        with mall_scope(self.mall.pk), connection.cursor() as cursor:
            cursor.execute(
                "SELECT j.id, j.event_type, a.member_id, a.kind, e.amount_fen FROM commissions_entry e "
                "JOIN commissions_journal j ON j.mall_id = e.mall_id AND j.id = e.journal_id "
                "JOIN commissions_account a ON a.mall_id = e.mall_id AND a.id = e.account_id "
                "WHERE e.mall_id = %s AND e.journal_id > %s ORDER BY e.journal_id, e.id",
                [self.mall.pk, self._told],
            )
            rows = cursor.fetchall()
        self._told = max((row[0] for row in rows), default=self._told)
        return [
            (journal, kind_of_journal, f"{names.get(member, 'mall')}: {kind.replace('_', ' ')}", amount)
            for journal, kind_of_journal, member, kind, amount in rows
        ]


def two_levels(story: Story) -> None:
    story.order(9_999)
    story.tell("the order is paid")


def partial_refunds(story: Story) -> None:
    order = story.order(10_000)
    story.tell("the order is paid")
    refund(order, 3_000)
    story.tell("¥30.00 is refunded")
    refund(order, 1)
    story.tell("¥0.01 is refunded")
    refund(order, 6_999)
    story.tell("the rest is refunded")


def release(story: Story) -> None:
    order = story.order(10_000)
    story.tell("the order is paid")
    receive(order)
    story.tell("the buyer receives it")
    story.wait(HOLD_DAYS)
    story.tell("7 days pass")


def refund_after_payout(story: Story) -> None:
    first = story.order(10_000)
    story.receive(first)
    story.tell("an order is paid, received, released")
    payout = story.request(story.first, 1_000)
    story.approve(payout)
    story.settle(payout)
    story.tell("level 1 is paid out all of it")
    refund(first)
    story.tell("the order is refunded whole")
    second = story.order(15_000)
    story.tell("another order is paid")
    story.receive(second)
    story.tell("and received, 7 days pass")


def payout_returned(story: Story) -> None:
    story.receive(story.order(10_000))
    story.tell("an order is paid, received, released")
    payout = story.request(story.first, 600)
    story.tell("level 1 asks for ¥6.00")
    story.approve(payout)
    story.tell("finance approves")
    story.reject(payout)
    story.tell("the bank refuses the account, finance returns it")


def click(story: Story) -> None:
    set_plan(story.mall, registration_fen=0, click_fen=5, hold_days=HOLD_DAYS)
    judged(make_click(make_link(story.first)))
    story.tell("a stranger opens the link")
    story.wait(HOLD_DAYS)
    story.tell("7 days pass")


def no_activity(story: Story) -> None:
    set_plan(story.mall, registration_fen=100, click_fen=0, hold_days=HOLD_DAYS)
    make_member(story.mall, story.first)
    story.tell("somebody registers through the link")
    story.wait(30)
    story.tell("30 days pass without a received order")


def forfeit(story: Story) -> None:
    story.receive(story.order(10_000))
    story.tell("an order is paid, received, released")
    story.order(4_000)
    story.tell("another order is paid")
    with mall_scope(story.mall.pk):
        close_account(member=story.first, forfeit_fen=1_400)
    story.tell("level 1 closes his account and gives up 1,400 fen")


def write_off(story: Story) -> None:
    order = story.order(10_000)
    story.receive(order)
    payout = story.request(story.first, 1_000)
    story.approve(payout)
    story.settle(payout)
    refund(order)
    drain(story.mall.pk)
    story.tell("as in story 4, until level 1 owes 1,000 fen")
    with mall_scope(story.mall.pk):
        payouts.write_off_debt(
            member=story.first, amount_fen=1_000, staff=owner_of(story.mall), reason="cannot be reached"
        )
    story.tell("finance writes it off")


STORIES: dict[str, Callable[[Story], None]] = {
    play.__name__: play
    for play in (
        two_levels,
        partial_refunds,
        release,
        refund_after_payout,
        payout_returned,
        click,
        no_activity,
        forfeit,
        write_off,
    )
}
