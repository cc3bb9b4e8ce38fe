"""Orders, payments and refunds: a button does what it says, with the amount it shows, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from mall import clock
from mall.aftersales.models import Refund
from mall.catalogue.models import Sku
from mall.dashboard.lists import day_begins, day_ends
from mall.events.delivery import deliver
from mall.orders.models import Order
from mall.payments.models import Payment
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.factories.mall import host_of, make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.trade import ask_refund, pay, place, place_and_pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(world):
    return world.browser("owner")


def fresh(world, row):
    with mall_scope(world.mall.pk):
        return type(row).objects.get(pk=row.pk)


def path(name, row):
    return reverse(f"dashboard:{name}", args=[row.public_id])


def messages_of(response):
    return [str(message) for message in response.context["messages"]]


# --- Orders -------------------------------------------------------------------


def test_the_list_is_narrowed_by_status_number_phone_and_day(world, owner):
    order, paid = world.orders["unpaid"], world.orders["paid"]

    def numbers(query):
        return {row.number for row in owner.get(f"/dashboard/orders?{query}").context["page"].rows}

    with mall_scope(world.mall.pk):
        everything = set(Order.objects.values_list("number", flat=True))
        phone = world.members["customer"].buyer.phone.removeprefix("+86")
        day = f"{paid.placed_at:%Y-%m-%d}"
    assert numbers("") == everything
    assert numbers("status=awaiting_payment") >= {order.number}
    assert paid.number not in numbers("status=awaiting_payment")
    assert numbers(f"q={paid.number}") == {paid.number}
    assert numbers(f"q={paid.number[:-1]}") == {paid.number}
    assert numbers(f"q={paid.number[:8]}") == everything
    assert numbers(f"q={phone}") == everything
    assert numbers("q=13000000000") == set()
    assert numbers("q=nonsense") == set()
    assert numbers(f"since={day}") | numbers(f"until={day}") == everything
    assert numbers("since=2099-01-01") == set()


@pytest.mark.parametrize(
    "query",
    ["status=nonsense", "since=nonsense", "before=x", "before=-1", "after=99999999999999999999", "q=%ED%A0%80",
     "before=1&after=1", "until=9999-12-31", "since=0001-01-01", f"q={'9' * 500}"],
)  # fmt: skip
def test_a_filter_that_cannot_be_meant_is_no_error(owner, query):
    assert owner.get(f"/dashboard/orders?{query}").status_code == 200


def test_shipping_asks_for_company_and_number_and_keeps_what_was_typed(world, owner):
    order = world.orders["paid"]
    found = owner.post(path("order-ship", order), {"company": "顺丰速运", "number": ""})
    assert found.status_code == 200
    assert 'value="顺丰速运"' in found.content.decode()
    assert found.context["form"].errors.keys() == {"number"}
    assert fresh(world, order).status == "paid"


def test_shipping_ships(world, owner):
    order = world.orders["paid"]
    found = owner.post(path("order-ship", order), {"company": "顺丰速运", "number": "SF7788"}, follow=True)
    order = fresh(world, order)
    assert (order.status, order.carrier, order.tracking_number) == ("shipped", "顺丰速运", "SF7788")
    assert messages_of(found) == [f"订单 {order.number} 已发货。"]
    assert world.staff["owner"].user.email in found.content.decode()


def test_an_order_that_was_shipped_is_not_shipped_again(world, owner):
    order = world.orders["shipped"]
    found = owner.post(path("order-ship", order), {"company": "中通快递", "number": "ZT1"})
    assert found.status_code == 200
    assert found.context["form"].non_field_errors()
    assert fresh(world, order).carrier == "顺丰速运"


def test_the_orders_page_shows_where_it_goes_and_who_earns(world, owner):
    order = world.orders["paid"]
    text = owner.get(path("order", order)).content.decode()
    assert "王小明" in text
    assert "13800138000" in text
    assert "¥200.00" in text
    earnings = owner.get(path("order-earnings", order))
    # ¥200 at 9 % and 3 %, the product's own rates.
    assert [(c.level, c.amount_fen) for c in earnings.context["commissions"]] == [(1, 1_800), (2, 600)]
    assert "¥24.00" in earnings.content.decode()


# --- Payments -----------------------------------------------------------------


def test_a_transfer_waits_to_be_confirmed(world, owner):
    payment = world.payments["pending"]
    assert [row.pk for row in owner.get("/dashboard/payments").context["page"].rows] == [payment.pk]
    asked = owner.get(path("payment-confirm", payment)).content.decode()
    assert "¥200.00" in asked
    assert "确认已到账" in asked
    assert fresh(world, payment).status == "pending"


def test_confirming_pays_the_order_by_the_amount_that_was_shown(world, owner):
    payment = world.payments["pending"]
    owner.post(path("payment-confirm", payment), {"shown_fen": "20000", "reference": "BANK-1"})
    payment = fresh(world, payment)
    assert (payment.status, payment.amount_fen, payment.provider_reference) == ("succeeded", 20_000, "BANK-1")
    assert payment.confirmed_by_id == world.staff["owner"].user_id
    assert fresh(world, world.orders["waiting"]).status == "paid"
    with mall_scope(world.mall.pk):
        record = AuditRecord.objects.latest("pk")
        assert (record.action, record.detail["amount_fen"]) == ("payment.confirmed", 20_000)
    assert owner.get("/dashboard/payments").context["page"].rows == []


@pytest.mark.parametrize("said", [None, "", "19999", "x", "20000.0"])
def test_another_amount_than_the_one_shown_is_asked_again(world, owner, said):
    payment = world.payments["pending"]
    found = owner.post(path("payment-confirm", payment), {} if said is None else {"shown_fen": said})
    assert found.status_code == 200
    assert "金额现在是 ¥200.00" in found.content.decode()
    assert fresh(world, payment).status == "pending"
    assert fresh(world, world.orders["waiting"]).status == "awaiting_payment"


def test_confirming_twice_pays_once(world, owner):
    payment = world.payments["pending"]
    for _ in range(2):
        found = owner.post(path("payment-confirm", payment), {"shown_fen": "20000"})
    assert found.status_code == 200
    assert found.context["form"].non_field_errors() == ["这笔付款已经处理过，请刷新后再看。"]
    with mall_scope(world.mall.pk):
        assert Payment.objects.filter(order=world.orders["waiting"], status="succeeded").count() == 1


def test_a_reference_that_was_used_is_refused_beside_its_field(world, owner):
    first = world.payments["pending"]
    owner.post(path("payment-confirm", first), {"shown_fen": "20000", "reference": "BANK-1"})
    from mall.payments.services import start_payment

    with mall_scope(world.mall.pk):
        second = start_payment(order=world.orders["unpaid"], provider="bank_transfer")
    found = owner.post(path("payment-confirm", second), {"shown_fen": "20000", "reference": "BANK-1"})
    assert found.context["form"].errors.keys() == {"reference"}
    assert 'value="BANK-1"' in found.content.decode()
    assert fresh(world, second).status == "pending"


# --- Refunds ------------------------------------------------------------------


def test_approving_a_refund_sends_back_exactly_what_was_asked(world, owner):
    refund, order = world.refunds["requested"], world.orders["disputed"]
    assert "退款 ¥3.00" in owner.get(path("refund-approve", refund)).content.decode()
    owner.post(path("refund-approve", refund), {"shown_fen": "300"})
    assert fresh(world, refund).status == "refunded"
    assert fresh(world, order).refunded_fen == 300
    deliver(world.mall.pk)
    earnings = owner.get(path("order-earnings", order)).context["commissions"]
    # ¥197.00 at 9 % and 3 %, floored.
    assert [(c.level, c.amount_fen) for c in earnings] == [(1, 1_773), (2, 591)]


def test_a_refund_is_approved_once(world, owner):
    refund = world.refunds["requested"]
    for _ in range(2):
        found = owner.post(path("refund-approve", refund), {"shown_fen": "300"})
    assert found.status_code == 200
    assert fresh(world, world.orders["disputed"]).refunded_fen == 300


def test_rejecting_needs_a_reason_and_moves_nothing(world, owner):
    refund = world.refunds["requested"]
    found = owner.post(path("refund-reject", refund), {"shown_fen": "300", "reason": "  "})
    assert found.context["form"].errors.keys() == {"reason"}
    assert fresh(world, refund).status == "requested"
    owner.post(path("refund-reject", refund), {"shown_fen": "300", "reason": "商品没有问题"})
    refund = fresh(world, refund)
    assert (refund.status, refund.decision_note) == ("rejected", "商品没有问题")
    assert fresh(world, world.orders["disputed"]).refunded_fen == 0


def test_a_bank_transfer_is_refunded_with_evidence_only(world, owner):
    payment = world.payments["pending"]
    owner.post(path("payment-confirm", payment), {"shown_fen": "20000"})
    refund = ask_refund(fresh(world, world.orders["waiting"]), 1_000)
    found = owner.post(path("refund-approve", refund), {"shown_fen": "1000"})
    assert found.context["form"].errors.keys() == {"evidence"}
    assert fresh(world, refund).status == "requested"
    owner.post(path("refund-approve", refund), {"shown_fen": "1000", "evidence": "回单 77"})
    refund = fresh(world, refund)
    assert (refund.status, refund.decision_note) == ("refunded", "回单 77")


def test_the_list_of_refunds_begins_with_those_that_wait(world, owner):
    with mall_scope(world.mall.pk):
        waiting = set(Refund.objects.filter(status="requested").values_list("pk", flat=True))
    rows = owner.get("/dashboard/refunds").context["page"].rows
    assert {row.pk for row in rows} == waiting
    assert owner.get("/dashboard/refunds?status=refunded").context["page"].rows == []
    number = world.refunds["requested"].number
    assert len(owner.get(f"/dashboard/refunds?status=all&q={number}").context["page"].rows) == 1


# --- The first page -------------------------------------------------------------


def test_the_first_page_counts_today(world, owner):
    found = owner.get("/dashboard/").context
    trade, todo = found["trade"], found["todo"]
    with mall_scope(world.mall.pk):
        orders = list(Order.objects.all())
        paid = [order for order in orders if order.paid_at]
    assert (trade["placed"], trade["paid"], trade["buyers"]) == (len(orders), len(paid), 1)
    assert trade["paid_fen"] == sum(order.total_fen for order in paid) == 6 * 20_000 + 10_000
    assert (trade["refunds"], trade["refunded_fen"]) == (0, 0)
    assert todo == {"ship": 3, "payments": 1, "cases": 3, "refunds": 2, "events": 1}


def test_a_new_paid_order_and_a_refund_show_on_the_first_page(world, owner):
    with mall_scope(world.mall.pk):
        sku = Sku.objects.get(pk=world.sku.pk)
    pay(place(world.mall, world.members["stranger"].buyer, (sku, 1)))
    owner.post(path("refund-approve", world.refunds["requested"]), {"shown_fen": "300"})
    found = owner.get("/dashboard/").context
    assert found["trade"]["paid_fen"] == 6 * 20_000 + 2 * 10_000
    assert (found["trade"]["refunds"], found["trade"]["refunded_fen"]) == (1, 300)
    assert (found["todo"]["ship"], found["todo"]["refunds"]) == (4, 1)


def test_the_first_page_of_a_role_names_only_its_own_work(world):
    assert world.browser("finance").get("/dashboard/").context["todo"].keys() == {"payments", "cases", "refunds"}
    assert world.browser("service").get("/dashboard/").context["todo"].keys() == {"ship"}


def test_clicks_and_members_of_today(world, owner):
    found = owner.get("/dashboard/today/referrals").context
    assert (found["clicks"]["valid"], found["clicks"]["all"]) == (1, 4)
    # top, promoter, customer, stranger, gone; two of them by a link.
    assert (found["joined"]["all"], found["joined"]["brought"]) == (5, 2)


def test_commissions_of_today(world, owner):
    found = owner.get("/dashboard/today/commissions").context
    from commissions.settlement.models import Commission

    with mall_scope(world.mall.pk):
        standing = [row.amount_fen for row in Commission.objects.all()]
    assert (found["count"], found["fen"]) == (len(standing), sum(standing))


def test_payouts_that_wait(world, owner):
    found = owner.get("/dashboard/today/payouts").context
    assert (found["requested"], found["approved"]) == (1, 1)


# --- Days -----------------------------------------------------------------------


def test_yesterday_is_not_today(client):
    mall = make_mall(timezone="Asia/Shanghai")
    client.defaults["HTTP_HOST"] = host_of(mall)
    client.force_login(owner_of(mall).user)
    buyer = make_member(mall).buyer
    with clock.unmoved():
        clock.advance(days=-1)
        old = place_and_pay(mall, buyer)
    yesterday, today = (clock.mall_day(at, mall.timezone) for at in (old.placed_at, clock.now()))
    new = place_and_pay(mall, buyer)

    def numbers(query):
        return {row.number for row in client.get(f"/dashboard/orders?{query}").context["page"].rows}

    assert numbers(f"since={today}") == {new.number}
    assert numbers(f"until={yesterday}") == {old.number}
    assert numbers(f"since={yesterday}&until={today}") == {old.number, new.number}
    trade = client.get("/dashboard/").context["trade"]
    assert (trade["placed"], trade["paid"], trade["payments"], trade["paid_fen"]) == (1, 1, 1, 10_000)


def test_a_day_begins_at_midnight_of_the_mall():
    assert day_begins(date(2026, 3, 1), "Asia/Shanghai") == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert day_ends(date(2026, 3, 1), "Asia/Shanghai") == datetime(2026, 3, 1, 16, tzinfo=UTC)
    # The night the clocks go back has 25 hours.
    night = day_ends(date(2026, 10, 25), "Europe/Berlin") - day_begins(date(2026, 10, 25), "Europe/Berlin")
    assert night == timedelta(hours=25)
