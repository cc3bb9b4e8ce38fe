"""What is shown of a bank transfer, and what staff find of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db import connection

from mall import clock
from mall.aftersales.models import Refund
from mall.buyers.services import register_buyer
from mall.events.models import Event
from mall.orders.models import Order
from mall.orders.services import cancel_order
from mall.orders.timers import run_timers
from mall.payments.errors import (
    BadConfirmation,
    BadProof,
    NotPending,
    ProofDecided,
    ReferenceUsed,
    SamePerson,
    SerialUsed,
    TooManyProofs,
)
from mall.payments.models import Payment, TransferProof
from mall.payments.proofs import WAITING_MOST, add_proof, forget_pictures, picture_of, refuse_proof
from mall.payments.services import confirm_payment, received_before, start_payment
from mall.staff.models import AuditRecord, Role
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import make_mall, make_staff
from tests.factories.members import new_phone
from tests.factories.pictures import a_picture
from tests.factories.trade import make_sku, place


@pytest.fixture
def order(mall, buyer) -> Order:
    return place(mall, buyer, (make_sku(mall, price_fen=1_000, stock=10), 2))


@pytest.fixture
def finance(mall):
    return make_staff(mall, Role.FINANCE)


@pytest.fixture
def scope(mall, order, finance):
    with mall_scope(mall.pk):
        yield


@pytest.fixture
def payment(scope, order) -> Payment:
    return start_payment(order=order, provider="bank_transfer")


def run_commit_hooks() -> None:
    while connection.run_on_commit:
        _savepoints, hook, _robust = connection.run_on_commit.pop(0)
        hook()


def is_paid(order: Order) -> bool:
    order.refresh_from_db()
    return order.paid_at is not None


def told(order: Order) -> int:
    return Event.objects.filter(kind="order.paid", subject_id=order.pk).count()


class TestShowing:
    def test_a_picture_is_drawn_anew_and_kept_where_no_address_leads_to(self, payment, buyer, mall):
        proof = add_proof(payment=payment, by=buyer, picture=a_picture() + b"<script>", serial=" icbc 0001 ")
        assert (proof.status, proof.serial, proof.uploaded_by) == ("waiting", "ICBC0001", f"buyer:{buyer.pk}")
        assert proof.file.startswith(f"{mall.pk}/proofs/")
        kept = picture_of(proof)
        assert kept is not None
        assert (kept[:2], b"<script>" in kept) == (b"\xff\xd8", False)
        assert not storages["default"].exists(proof.file)

    def test_it_pays_nothing_before_staff_have_seen_the_money(self, payment, order, buyer):
        add_proof(payment=payment, by=buyer, picture=a_picture(), serial="A1")
        assert (is_paid(order), told(order), received_before(payment)) == (False, 0, 0)

    @pytest.mark.parametrize(
        ("picture", "serial", "field"),
        [
            (b"", "", "picture"),
            (b"", "  ", "picture"),
            (b"GIF89a nothing", "A1", "picture"),
            (b"<svg onload=alert(1)>", "", "picture"),
            (b"\xff\xd8\xff" + b"0" * 100, "", "picture"),
            (b"x" * (10 * 1024 * 1024 + 1), "", "picture"),
            (b"", "A\n1", "serial"),
            (b"", "1" * 65, "serial"),
            (b"", "a\x00b", "serial"),
        ],
    )
    def test_what_is_no_proof_is_refused_naming_the_field(self, payment, buyer, picture, serial, field):
        with pytest.raises(BadProof) as refused:
            add_proof(payment=payment, by=buyer, picture=picture, serial=serial)
        assert refused.value.field == field
        assert not TransferProof.objects.exists()

    def test_a_picture_that_unfolds_hugely_is_refused_undrawn(self, payment, buyer):
        with pytest.raises(BadProof):
            add_proof(payment=payment, by=buyer, picture=a_picture((9_000, 9_000)))
        assert not TransferProof.objects.exists()

    def test_the_same_serial_twice_is_refused_naming_it(self, payment, buyer, mall):
        add_proof(payment=payment, by=buyer, serial="ICBC 77")
        other = start_payment(order=place(mall, buyer), provider="bank_transfer")
        for asked in (payment, other):
            with pytest.raises(SerialUsed) as refused:
                add_proof(payment=asked, by=buyer, serial="icbc77")
            assert "ICBC77" in str(refused.value)
        assert TransferProof.objects.count() == 1

    def test_a_serial_that_was_confirmed_without_a_proof_is_used_too(self, payment, buyer, mall, finance):
        confirm_payment(payment=payment, actor=finance, reference="B2")
        other = start_payment(order=place(mall, buyer), provider="bank_transfer")
        with pytest.raises(SerialUsed):
            add_proof(payment=other, by=buyer, serial="B2")

    @pytest.mark.parametrize("typed", ["icbc 2026-7", "ＩＣＢＣ２０２６-7", "ICBC\u30002026-7", "Icbc2026-7"])
    def test_a_number_is_the_same_however_it_was_typed(self, payment, order, buyer, mall, finance, typed):
        confirm_payment(payment=payment, actor=finance, reference="icbc 2026-7")
        other = start_payment(order=place(mall, buyer), provider="bank_transfer")
        with pytest.raises(SerialUsed):
            add_proof(payment=other, by=buyer, serial=typed)
        # Neither whole nor in part, with a picture or without.
        shown = add_proof(payment=other, by=buyer, picture=a_picture())
        for more in ({}, {"received_fen": 1}, {"proof": shown}, {"proof": shown, "received_fen": 1}):
            with pytest.raises(ReferenceUsed):
                confirm_payment(payment=other, actor=finance, reference=typed, **more)
        assert Payment.objects.get(pk=other.pk).status == "pending"

    def test_a_number_that_paid_a_part_is_used_whoever_had_shown_only_a_picture(self, payment, buyer, mall, finance):
        shown = add_proof(payment=payment, by=buyer, picture=a_picture())
        confirm_payment(payment=payment, actor=finance, reference="part 1", received_fen=1, proof=shown)
        other = start_payment(order=place(mall, buyer), provider="bank_transfer")
        with pytest.raises(SerialUsed):
            add_proof(payment=other, by=buyer, serial="PART1")
        with pytest.raises(ReferenceUsed):
            confirm_payment(payment=other, actor=finance, reference="Part 1")

    def test_a_refused_serial_may_be_shown_again(self, payment, buyer, finance):
        proof = add_proof(payment=payment, by=buyer, serial="C3")
        refuse_proof(proof=proof, actor=finance, reason="还没到账")
        assert add_proof(payment=payment, by=buyer, serial="C3").status == "waiting"

    def test_only_so_many_wait_at_once(self, payment, buyer):
        for number in range(WAITING_MOST):
            add_proof(payment=payment, by=buyer, serial=f"N{number}")
        with pytest.raises(TooManyProofs):
            add_proof(payment=payment, by=buyer, serial="N99")

    def test_other_ways_of_paying_take_no_proofs(self, scope, order, buyer):
        paid = start_payment(order=order, provider="sandbox")
        with pytest.raises(NotPending):
            add_proof(payment=paid, by=buyer, serial="D4")


class TestFinding:
    def test_what_was_due_pays_the_order(self, payment, order, buyer, finance):
        proof = add_proof(payment=payment, by=buyer, serial="E5")
        confirmed = confirm_payment(payment=payment, actor=finance, proof=proof, received_fen=2_000)
        proof.refresh_from_db()
        assert (confirmed.status, confirmed.provider_reference) == ("succeeded", "E5")
        assert (proof.status, proof.received_fen, proof.note, proof.decided_by) == ("accepted", 2_000, "", finance.user)
        assert (is_paid(order), told(order)) == (True, 1)

    def test_parts_add_up_and_only_the_last_one_pays(self, payment, order, buyer, finance):
        first = add_proof(payment=payment, by=buyer, serial="F1")
        clock.advance(days=2)
        still = confirm_payment(payment=payment, actor=finance, proof=first, received_fen=1_999)
        order.refresh_from_db()
        assert (still.status, is_paid(order), told(order)) == ("pending", False, 0)
        assert timedelta(days=3) - timedelta(minutes=1) < order.expires_at - clock.now() <= timedelta(days=3)
        first.refresh_from_db()
        assert "0.01" in first.note
        second = add_proof(payment=payment, by=buyer, serial="F2")
        done = confirm_payment(payment=payment, actor=finance, proof=second)
        second.refresh_from_db()
        assert (done.status, second.received_fen, told(order)) == ("succeeded", 1, 1)

    def test_a_part_without_a_proof_counts_too(self, payment, order, finance):
        confirm_payment(payment=payment, actor=finance, received_fen=500, reference="G1")
        assert (received_before(payment), is_paid(order)) == (500, False)
        with pytest.raises(ReferenceUsed):
            confirm_payment(payment=payment, actor=finance, received_fen=1_500, reference="g1")
        confirm_payment(payment=payment, actor=finance, received_fen=1_500, reference="G2")
        assert (received_before(payment), is_paid(order)) == (2_000, True)

    def test_too_much_pays_and_the_excess_is_noted(self, payment, order, buyer, finance):
        proof = add_proof(payment=payment, by=buyer, serial="H1")
        confirm_payment(payment=payment, actor=finance, proof=proof, received_fen=2_550)
        proof.refresh_from_db()
        assert (is_paid(order), "5.50" in proof.note) == (True, True)
        assert AuditRecord.objects.get(action="payment.confirmed").detail["difference_fen"] == 550
        assert Payment.objects.get(pk=payment.pk).amount_fen == 2_000
        assert not Refund.objects.exists()

    @pytest.mark.parametrize("received", [0, -1, 10_000_000_001])
    def test_an_amount_that_cannot_be_meant_is_refused(self, payment, order, finance, received):
        with pytest.raises(BadConfirmation):
            confirm_payment(payment=payment, actor=finance, received_fen=received)
        assert not is_paid(order)

    def test_who_uploaded_for_the_buyer_does_not_confirm_it(self, payment, order, finance, owner):
        proof = add_proof(payment=payment, by=finance, serial="J1")
        with pytest.raises(SamePerson):
            confirm_payment(payment=payment, actor=finance, proof=proof)
        assert (is_paid(order), TransferProof.objects.get().status) == (False, "waiting")
        assert confirm_payment(payment=payment, actor=owner, proof=proof).status == "succeeded"

    def test_a_proof_is_decided_once(self, payment, buyer, finance):
        proof = add_proof(payment=payment, by=buyer, serial="K1")
        refuse_proof(proof=proof, actor=finance, reason="查无此款")
        for again in (
            lambda: refuse_proof(proof=proof, actor=finance, reason="再拒"),
            lambda: confirm_payment(payment=payment, actor=finance, proof=proof),
        ):
            with pytest.raises(ProofDecided):
                again()
        proof.refresh_from_db()
        assert (proof.status, proof.note, proof.received_fen) == ("refused", "查无此款", None)

    def test_a_refusal_needs_its_reason(self, payment, buyer, finance):
        proof = add_proof(payment=payment, by=buyer, serial="L1")
        with pytest.raises(BadProof):
            refuse_proof(proof=proof, actor=finance, reason=" ")

    def test_the_proof_of_another_payment_confirms_nothing(self, payment, order, buyer, finance, mall):
        other = start_payment(order=place(mall, buyer), provider="bank_transfer")
        proof = add_proof(payment=other, by=buyer, serial="M1")
        with pytest.raises(BadConfirmation):
            confirm_payment(payment=payment, actor=finance, proof=proof)
        assert not is_paid(order)

    def test_a_part_that_comes_after_the_order_was_cancelled_is_noted_and_revives_nothing(
        self, payment, order, buyer, finance
    ):
        cancel_order(order=order, actor=buyer)
        assert confirm_payment(payment=payment, actor=finance, received_fen=300).status == "pending"
        order.refresh_from_db()
        assert (order.status, received_before(payment), Refund.objects.count()) == ("cancelled", 300, 0)

    def test_the_whole_that_comes_after_the_order_expired_opens_it_again(self, payment, order, buyer, finance, mall):
        proof = add_proof(payment=payment, by=buyer, serial="P1")
        clock.advance(days=4)
        run_timers(mall.pk)
        order.refresh_from_db()
        assert order.status == "closed"
        confirm_payment(payment=payment, actor=finance, proof=proof)
        assert is_paid(order)

    def test_nobody_confirms_by_hand_what_a_platform_tells(self, scope, order, finance):
        paid = start_payment(order=order, provider="sandbox")
        with pytest.raises(NotPending):
            confirm_payment(payment=paid, actor=finance)


def test_who_closes_his_account_takes_the_pictures_along_and_leaves_the_numbers(mall, payment, order, buyer, finance):
    proof = add_proof(payment=payment, by=buyer, picture=a_picture(), serial="Z9")
    confirm_payment(payment=payment, actor=finance, proof=proof)
    forget_pictures(buyer=buyer)
    run_commit_hooks()
    assert not storages["private"].exists(proof.file)
    proof.refresh_from_db()
    assert (proof.file, proof.serial, proof.received_fen, picture_of(proof)) == ("", "Z9", 2_000, None)


@pytest.mark.django_db(transaction=True)
def test_of_two_people_who_confirm_the_same_proof_at_once_one_is_told_it_was_decided():
    mall = make_mall(bank_instructions=["账号：1"])
    people = [make_staff(mall, Role.FINANCE) for _ in range(2)]
    with mall_scope(mall.pk):
        buyer = register_buyer(phone=new_phone())
    order = place(mall, buyer, (make_sku(mall, price_fen=1_000, stock=10), 2))
    with mall_scope(mall.pk):
        payment = start_payment(order=order, provider="bank_transfer")
        proof = add_proof(payment=payment, by=buyer, serial="RACE1")

    def confirm(actor):
        def run():
            with mall_scope(mall.pk):
                return confirm_payment(payment=payment, actor=actor, proof=proof, received_fen=1_500).status

        return run

    outcomes = together([confirm(actor) for actor in people], keep_errors=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ProofDecided", "str"]
    with mall_scope(mall.pk):
        assert (received_before(payment), Payment.objects.get().status) == (1_500, "pending")


@pytest.mark.django_db(transaction=True)
def test_of_five_who_show_the_same_serial_at_once_one_is_believed():
    mall = make_mall(bank_instructions=["账号：1"])
    with mall_scope(mall.pk):
        buyers = [register_buyer(phone=new_phone()) for _ in range(5)]
    orders = [place(mall, buyer, (make_sku(mall, price_fen=1_000, stock=10), 2)) for buyer in buyers]

    def show(order, buyer):
        def run():
            with mall_scope(mall.pk):
                payment = start_payment(order=order, provider="bank_transfer")
                return add_proof(payment=payment, by=buyer, serial="SAME1").status

        return run

    outcomes = together([show(*pair) for pair in zip(orders, buyers, strict=True)], keep_errors=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [*["SerialUsed"] * 4, "Status"]
    with mall_scope(mall.pk):
        assert TransferProof.objects.count() == 1
