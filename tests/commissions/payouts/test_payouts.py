"""Money on its way out: held once, settled once, returned whole, never more than there is."""

from __future__ import annotations

import pytest

from commissions.errors import (
    DebtOutstanding,
    FourEyes,
    InsufficientBalance,
    NotActive,
    PayeeUnknown,
    PayoutBelowMinimum,
    PayoutNotInState,
)
from commissions.ledger.audit import audit
from commissions.ledger.posting import Book, Movement
from commissions.payouts import services
from commissions.payouts.models import Payee, Payout
from mall import clock
from mall.staff.models import Role
from mall.tenancy.context import mall_scope
from members.models import Member
from tests.concurrency import together
from tests.factories.commissions import balance
from tests.factories.mall import make_mall, make_staff, owner_of
from tests.factories.members import make_member

pytestmark = pytest.mark.django_db(transaction=True)


def fund(member: Member, fen: int, kind: str = "available") -> None:
    """Money from nowhere but the ledger: the mall's expense against the member's account."""
    with mall_scope(member.mall_id):
        book = Book([member.pk])
        book.move(
            Movement("fund", f"{member.pk}{kind}{fen}", {(None, "expense"): -fen, (member.pk, kind): fen}, clock.now())
        )
        book.post(clock.now())


@pytest.fixture
def mall():
    return make_mall(payout_min_fen=1)


@pytest.fixture
def member(mall):
    member = make_member(mall)
    fund(member, 10_000)
    return member


def payee_of(member: Member) -> Payee:
    with mall_scope(member.mall_id):
        return services.add_payee(
            member=member, method="bank", name="张三", account="6222020200112233", bank="工商银行"
        )


def ask(member: Member, fen: int, payee: Payee | None = None) -> Payout:
    payee = payee or payee_of(member)
    with mall_scope(member.mall_id):
        return services.request_payout(member=member, amount_fen=fen, payee=payee)


def shown(member: Member) -> tuple[int, int, int, int]:
    found = balance(member)
    return tuple(found[name] for name in ("available_fen", "in_transit_fen", "paid_out_fen", "debt_fen"))


def test_a_request_holds_and_a_settlement_pays(mall, member):
    payout = ask(member, 4_000)
    assert shown(member) == (6_000, 4_000, 0, 0)
    owner = owner_of(mall)
    with mall_scope(mall.pk):
        services.approve_payout(payout=payout, staff=owner)
        services.settle_payout(payout=payout, staff=owner, evidence="回单 1")
    assert shown(member) == (6_000, 0, 4_000, 0)


def test_a_rejection_gives_back_every_fen(mall, member):
    payout = ask(member, 4_000)
    with mall_scope(mall.pk):
        services.reject_payout(payout=payout, staff=owner_of(mall), reason="账号有误")
    assert shown(member) == (10_000, 0, 0, 0)


def test_debt_that_arose_meanwhile_is_repaid_before_anything_comes_back(mall, member):
    payout = ask(member, 10_000)
    fund(member, -3_000, "debt")
    with mall_scope(mall.pk):
        services.reject_payout(payout=payout, staff=owner_of(mall), reason="账号有误")
    assert shown(member) == (7_000, 0, 0, 0)


@pytest.mark.parametrize(
    ("fen", "error"), [(10_001, InsufficientBalance), (2**62, InsufficientBalance), (0, PayoutBelowMinimum)]
)
def test_what_cannot_be_paid_is_refused_and_holds_nothing(member, fen, error):
    with pytest.raises(error):
        ask(member, fen)
    assert shown(member) == (10_000, 0, 0, 0)


def test_debt_blocks_payouts(member):
    fund(member, -1, "debt")
    with pytest.raises(DebtOutstanding):
        ask(member, 1)


def test_only_ones_own_payee_will_do(mall, member):
    with pytest.raises(PayeeUnknown):
        ask(member, 1, payee_of(make_member(mall)))


def test_a_suspended_member_is_paid_nothing(mall, member):
    payee = payee_of(member)
    member.standing = "suspended"
    with pytest.raises(NotActive):
        ask(member, 1, payee)


def test_no_step_can_be_taken_twice_or_out_of_turn(mall, member):
    payout, owner = ask(member, 4_000), owner_of(mall)
    steps = {
        "approve": lambda: services.approve_payout(payout=payout, staff=owner),
        "settle": lambda: services.settle_payout(payout=payout, staff=owner, evidence="回单"),
        "reject": lambda: services.reject_payout(payout=payout, staff=owner, reason="不"),
    }
    for done, refused in ((None, ["settle"]), ("approve", ["approve"]), ("settle", ["approve", "settle", "reject"])):
        with mall_scope(mall.pk):
            if done:
                steps[done]()
            for step in refused:
                with pytest.raises(PayoutNotInState):
                    steps[step]()
    assert shown(member) == (6_000, 0, 4_000, 0)


def test_four_eyes_want_another_person(mall, member):
    mall = make_mall(payout_min_fen=1, four_eyes_payouts=True)
    member = make_member(mall)
    fund(member, 100)
    payout, owner, other = ask(member, 100), owner_of(mall), make_staff(mall, Role.FINANCE)
    with mall_scope(mall.pk):
        services.approve_payout(payout=payout, staff=owner)
        with pytest.raises(FourEyes):
            services.settle_payout(payout=payout, staff=owner, evidence="回单")
        services.settle_payout(payout=payout, staff=other, evidence="回单")
    assert shown(member) == (0, 0, 100, 0)


@pytest.mark.parametrize(("fen", "accepted"), [(10_000, 1), (3_000, 3), (100, 20)])
def test_twenty_requests_at_once_never_hold_more_than_there_is(mall, member, fen, accepted):
    payee = payee_of(member)
    answers = together([lambda: ask(member, fen, payee)] * 20, keep_errors=True)
    assert sum(isinstance(answer, Payout) for answer in answers) == accepted
    assert {type(answer) for answer in answers if not isinstance(answer, Payout)} <= {InsufficientBalance}
    assert shown(member) == (10_000 - accepted * fen, accepted * fen, 0, 0)


def test_ten_approvals_and_settlements_at_once_pay_once(mall, member):
    payout, owner = ask(member, 4_000), owner_of(mall)

    def settle() -> Payout:
        with mall_scope(mall.pk):
            return services.settle_payout(payout=payout, staff=owner, evidence="回单")

    with mall_scope(mall.pk):
        services.approve_payout(payout=payout, staff=owner)
    answers = together([settle] * 10, keep_errors=True)
    assert sum(isinstance(answer, Payout) for answer in answers) == 1
    assert shown(member) == (6_000, 0, 4_000, 0)


def test_a_payee_is_unreadable_at_rest_and_opens_only_in_its_mall(mall, member):
    payee = payee_of(member)
    assert "6222020200112233" not in payee.sealed
    assert payee.masked == "工商银行 ····2233"
    with mall_scope(mall.pk):
        assert services.payee_details(payee) == {"name": "张三", "account": "6222020200112233", "bank": "工商银行"}
    from mall.sealing import SealBroken

    with mall_scope(make_mall().pk), pytest.raises(SealBroken):
        services.payee_details(payee)


def test_finance_writes_a_debt_off_and_not_a_fen_more(mall, member):
    fund(member, -500, "debt")
    owner = owner_of(mall)
    with mall_scope(mall.pk):
        with pytest.raises(InsufficientBalance):
            services.write_off_debt(member=member, amount_fen=501, staff=owner, reason="无法追回")
        services.write_off_debt(member=member, amount_fen=500, staff=owner, reason="无法追回")
    assert shown(member) == (10_000, 0, 0, 0)


def test_the_audit_sees_a_payout_without_its_journal(mall, member):
    ask(member, 1_000)
    findings = {name for name, _ in audit(mall.pk).findings}
    assert findings == set()
    with mall_scope(mall.pk):
        Payout.objects.update(amount_fen=999)
    assert {name for name, _ in audit(mall.pk).findings} == {"money in transit that differs from open payouts"}
