"""Payouts, debt, ledger and members: what moves money shows it first, and moves exactly that."""

from __future__ import annotations

import pytest
from django.urls import reverse

from commissions.ledger.models import Journal
from commissions.ledger.posting import Book, Movement
from commissions.payouts.models import Payout
from commissions.settlement.models import Settlement
from mall import clock
from mall.events.delivery import deliver
from mall.malls.models import Mall
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from members.models import Member, StandingChange
from referrals.conversions.models import Conversion
from tests.factories.commissions import balance
from tests.factories.trade import place_and_pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(world):
    return world.browser("owner")


def fresh(world, row):
    with mall_scope(world.mall.pk):
        return type(row).objects.get(pk=row.pk)


def path(name, row):
    return reverse(f"dashboard:{name}", args=[row.public_id])


def journals(world):
    with mall_scope(world.mall.pk):
        return Journal.objects.count()


def owe(member: Member, fen: int) -> None:
    """A debt, as a refund after a payout leaves it."""
    with mall_scope(member.mall_id):
        book = Book([member.pk])
        book.move(Movement("owe", f"{member.pk}", {(None, "expense"): fen, (member.pk, "debt"): -fen}, clock.now()))
        book.post(clock.now())


# --- Payouts --------------------------------------------------------------------


def test_looking_at_a_question_moves_nothing(world, owner):
    payout, before = world.payouts["requested"], journals(world)
    for name in ("payout-approve", "payout-settle", "payout-reject"):
        assert "¥0.10" in owner.get(path(name, payout)).content.decode()
    assert fresh(world, payout).status == "requested"
    assert journals(world) == before


def test_a_payout_is_approved_then_settled_with_evidence(world, owner):
    payout, promoter = world.payouts["requested"], world.members["promoter"]
    before, posted = balance(promoter), journals(world)
    owner.post(path("payout-approve", payout), {"shown_fen": "10"})
    assert fresh(world, payout).status == "approved"
    assert journals(world) == posted
    found = owner.post(path("payout-settle", payout), {"shown_fen": "10", "evidence": ""})
    assert found.context["form"].errors.keys() == {"evidence"}
    assert fresh(world, payout).status == "approved"
    owner.post(path("payout-settle", payout), {"shown_fen": "10", "evidence": "网银 20261122"})
    payout = fresh(world, payout)
    assert (payout.status, payout.evidence) == ("settled", "网银 20261122")
    after = balance(promoter)
    assert after["in_transit_fen"] == before["in_transit_fen"] - 10
    assert after["paid_out_fen"] == before["paid_out_fen"] + 10
    assert after["available_fen"] == before["available_fen"]
    with mall_scope(world.mall.pk):
        acts = list(AuditRecord.objects.order_by("-pk").values_list("action", flat=True)[:2])
    assert acts == ["payout.settled", "payout.approved"]


def test_a_payout_is_settled_once(world, owner):
    payout, posted = world.payouts["approved"], journals(world)
    for _ in range(2):
        found = owner.post(path("payout-settle", payout), {"shown_fen": "10", "evidence": "网银 1"})
    assert found.status_code == 200
    assert found.context["form"].non_field_errors()
    assert journals(world) == posted + 1


def test_a_rejected_payout_comes_back_whole(world, owner):
    payout, promoter = world.payouts["requested"], world.members["promoter"]
    before = balance(promoter)
    owner.post(path("payout-reject", payout), {"shown_fen": "10", "reason": "户名不符"})
    payout = fresh(world, payout)
    assert (payout.status, payout.reason) == ("rejected", "户名不符")
    after = balance(promoter)
    assert after["available_fen"] == before["available_fen"] + 10
    assert after["in_transit_fen"] == before["in_transit_fen"] - 10


def test_four_eyes_are_two_people(world, owner):
    with mall_scope(world.mall.pk):
        Mall.objects.update(four_eyes_payouts=True)
    payout = world.payouts["requested"]
    owner.post(path("payout-approve", payout), {"shown_fen": "10"})
    page = owner.get(path("payout", payout)).content.decode()
    assert "请另一位同事转账并登记" in page
    assert path("payout-settle", payout) not in page
    found = owner.post(path("payout-settle", payout), {"shown_fen": "10", "evidence": "1"})
    assert "另一位同事" in found.content.decode()
    assert fresh(world, payout).status == "approved"
    world.browser("finance").post(path("payout-settle", payout), {"shown_fen": "10", "evidence": "1"})
    assert fresh(world, payout).status == "settled"


def test_the_account_number_is_shown_to_who_transfers_and_only_until_it_is_over(world):
    number = "6222020200112233"
    for who, name, sees in (
        ("finance", "approved", True), ("finance", "settled", False), ("service", "approved", False),
        ("manager", "requested", False),
    ):  # fmt: skip
        text = world.browser(who).get(path("payout", world.payouts[name])).content.decode()
        assert (number in text) is sees, (who, name)


def test_payouts_are_listed_by_state_and_by_member(world, owner):
    def found(query):
        return {row.pk for row in owner.get(f"/dashboard/payouts?{query}").context["page"].rows}

    assert found("") == {world.payouts["requested"].pk}
    assert found("status=settled") == {world.payouts["settled"].pk}
    assert found("status=all") == {payout.pk for payout in world.payouts.values()}
    assert found(f"status=all&member={world.members['customer'].public_id}") == set()
    assert owner.get("/dashboard/payouts?member=nobody").status_code == 404


# --- Debt -----------------------------------------------------------------------


def test_a_debt_is_written_off_in_part_and_never_beyond(world):
    member, finance = world.members["customer"], world.browser("finance")
    owe(member, 500)
    address = path("member-write-off", member)
    assert "¥5.00" in finance.get(address).content.decode()
    finance.post(address, {"shown_fen": "500", "amount": "2", "reason": "客户流失"})
    assert balance(member)["debt_fen"] == 300
    found = finance.post(address, {"shown_fen": "300", "amount": "3.01", "reason": "太多"})
    assert "待抵扣金额是 ¥3.00" in found.content.decode()
    assert balance(member)["debt_fen"] == 300
    with mall_scope(world.mall.pk):
        record = AuditRecord.objects.latest("pk")
    assert (record.action, record.detail) == ("debt.written_off", {"amount_fen": 200, "reason": "客户流失"})


@pytest.mark.parametrize("amount", ["", "0", "-1", "1e3", "abc", "0.001", "999999999999999", "１０"])
def test_no_debt_is_written_off_by_nonsense(world, amount):
    member = world.members["customer"]
    owe(member, 500)
    sent = {"shown_fen": "500", "amount": amount, "reason": "原因"}
    found = world.browser("finance").post(path("member-write-off", member), sent)
    assert found.status_code == 200
    assert found.context["form"].errors.keys() == {"amount"}
    assert balance(member)["debt_fen"] == 500


# --- Members ----------------------------------------------------------------------


def test_suspending_needs_a_reason_and_stops_the_earning(world, owner):
    promoter = world.members["promoter"]
    address = path("member-suspend", promoter)
    assert owner.post(address, {"reason": ""}).context["form"].errors.keys() == {"reason"}
    assert fresh(world, promoter).standing == "active"
    owner.post(address, {"reason": "虚假推广"})
    assert fresh(world, promoter).standing == "suspended"
    with mall_scope(world.mall.pk):
        change = StandingChange.objects.filter(member=promoter).latest("pk")
    assert (change.before, change.after, change.reason) == ("active", "suspended", "虚假推广")
    order = place_and_pay(world.mall, world.members["customer"].buyer, (world.sku, 1))
    deliver(world.mall.pk)
    earnings = owner.get(path("order-earnings", order)).context["commissions"]
    # Level 1 stays with the mall; level 2 has its own 3 % of ¥100.
    assert [(c.level, c.amount_fen) for c in earnings] == [(2, 300)]
    owner.post(path("member-reinstate", promoter), {"reason": "申诉成立"})
    assert fresh(world, promoter).standing == "active"


def test_members_are_found_by_nickname_phone_tail_and_referrer(world, owner):
    promoter, customer = world.members["promoter"], world.members["customer"]

    def found(query):
        return {row.pk for row in owner.get(f"/dashboard/members?{query}").context["page"].rows}

    assert found("q=甲推广") == {promoter.pk}
    with mall_scope(world.mall.pk):
        tail = promoter.buyer.phone[-6:]
    assert promoter.pk in found(f"q={tail}")
    assert found("q=没有这个人") == set()
    assert found(f"brought_by={promoter.public_id}") == {customer.pk}
    assert found("standing=closed") == {world.members["gone"].pk}


def test_a_members_page_names_upline_downline_and_money(world, owner):
    promoter = world.members["promoter"]
    found = owner.get(path("member", promoter))
    assert [one.pk for one in found.context["upline"]] == [world.members["top"].pk]
    assert found.context["downline"][0] == 1
    assert "甲上级" in found.content.decode()
    assert promoter.buyer.phone not in found.content.decode()
    account = owner.get(path("member-account", promoter))
    assert account.context["balance"] == balance(promoter)
    counts = {link.pk: counted for link, counted in owner.get(path("member-links", promoter)).context["rows"]}
    assert (counts[world.links["mall"].pk].clicks, counts[world.links["mall"].pk].valid_clicks) == (4, 1)


# --- Ledger -----------------------------------------------------------------------


def test_the_totals_of_the_ledger_add_up(world, owner):
    totals = {total["kind"]: total["fen"] for total in owner.get("/dashboard/ledger").context["totals"]}
    owed = totals["pending"] + totals["available"] + totals["in_transit"] - totals["debt"]
    assert totals["expense"] == owed + totals["paid_out"] - totals["write_off"]
    assert totals["paid_out"] == 10
    assert totals["in_transit"] == 20


def test_every_journal_is_shown_with_all_its_entries(world, owner):
    rows = owner.get("/dashboard/ledger").context["page"].rows
    assert rows
    for journal in rows:
        assert len(journal.entries) == journal.entry_count
        assert sum(entry.amount_fen for entry in journal.entries) == 0
    kinds = {row.event_type for row in owner.get("/dashboard/ledger?type=payout_settle").context["page"].rows}
    assert kinds == {"payout_settle"}


def test_the_books_are_computed_again_at_the_press_of_a_button(world, owner):
    found = owner.post("/dashboard/ledger/audit")
    assert found.context["result"].balanced
    assert found.context["result"].journals == journals(world)
    assert "账本平衡" in found.content.decode()
    assert owner.get("/dashboard/ledger/audit").status_code == 405


def test_a_ledger_that_is_off_is_said_so(world, owner, monkeypatch):
    from commissions.ledger import dashboard
    from commissions.ledger.audit import AuditResult

    wrong = AuditResult(journals=3, entries=7, sum_fen=1, findings=[("balance", (5, 1))])
    monkeypatch.setattr(dashboard, "audit", lambda _mall_id: wrong)
    text = owner.post("/dashboard/ledger/audit").content.decode()
    assert "账本有出入" in text
    assert "balance: 5, 1" in text


# --- Commissions --------------------------------------------------------------------


def test_commissions_are_narrowed_by_kind_state_member_and_order(world, owner):
    def found(query):
        return owner.get(f"/dashboard/commissions?{query}").context["page"].rows

    everything = found("")
    assert {row.kind for row in everything} == {"click", "registration", "order"}
    assert {row.kind for row in found("kind=click")} == {"click"}
    assert {row.state for row in found("state=held")} == {"held"}
    assert {row.beneficiary_id for row in found("member=甲推广")} == {world.members["promoter"].pk}
    number = world.orders["paid"].number
    assert [(row.level, row.amount_fen) for row in found(f"order={number}")] == [(2, 600), (1, 1_800)]
    assert found("member=没有这个人") == []
    assert len(found("kind=nonsense&state=nonsense")) == len(everything)


def test_the_reckoning_of_a_commission_adds_up(world, owner):
    found = owner.get(path("commission", world.commission)).context
    commission, why = found["commission"], found["why"]
    assert sum(line["amount_fen"] for line in why["lines"]) == commission.amount_fen == why["amount_fen"]
    posted = sum(move["amount_fen"] for move in why["movements"] if move["type"] in ("accrue", "reverse"))
    assert posted == commission.amount_fen


def test_what_paid_nothing_is_listed_with_its_reason(world, owner):
    def found(query):
        return owner.get(f"/dashboard/conversions?{query}").context["page"].rows

    with mall_scope(world.mall.pk):
        settled = dict(Settlement.objects.exclude(reason="").values_list("conversion_id", "reason"))
        expected = dict(Conversion.objects.exclude(reason="").values_list("pk", "reason")) | settled
    assert expected
    assert {row.pk: row.why for row in found("")} == expected
    for why in set(expected.values()):
        assert {row.pk for row in found(f"reason={why}")} == {pk for pk, given in expected.items() if given == why}
    clicks = {row.pk for row in found("kind=click")}
    assert clicks <= set(expected)
    assert clicks.isdisjoint(row.pk for row in found("kind=order"))
    assert found("reason=bot&member=没有这个人") == []


def test_the_first_payout_of_another_mall_is_out_of_reach(world, neighbour, owner):
    with mall_scope(neighbour.mall.pk):
        theirs = Payout.objects.get(pk=neighbour.payouts["requested"].pk)
    assert owner.post(path("payout-approve", theirs), {"shown_fen": "10"}).status_code == 404
    with mall_scope(neighbour.mall.pk):
        assert Payout.objects.get(pk=theirs.pk).status == "requested"
