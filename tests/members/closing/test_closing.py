"""Closing an account (注销): settled first, then the person is gone and the facts are not."""

from __future__ import annotations

import pytest
from django.db import connection

from mall import clock
from mall.buyers.errors import OpenOrders
from mall.buyers.models import Buyer, BuyerToken, ErasedPhone, PhoneCode
from mall.buyers.services import issue_token, send_phone_code
from mall.errors import Conflict
from mall.orders.models import Order, OrderAddress
from mall.tenancy.context import mall_scope
from members.closing import services
from members.closing.services import close_account
from members.models import Binding, Member, StandingChange
from members.selectors import upline
from tests.concurrency import together
from tests.factories.http import Api, api_as, errors_of
from tests.factories.mall import PASSWORD, make_mall
from tests.factories.members import make_chain, make_member, new_phone

pytestmark = pytest.mark.django_db


def order_of(member: Member, status: str = "completed") -> Order:
    at = clock.now()
    order = Order.objects.create(
        number=f"N{member.pk}{status}",
        buyer=member.buyer,
        status=status,
        goods_fen=100,
        total_fen=100,
        note="放门口",
        placed_at=at,
        expires_at=at,
        paid_at=None if status == "awaiting_payment" else at,
    )
    OrderAddress.objects.create(
        order=order,
        name="张三",
        phone="13800138000",
        province="浙江省",
        city="杭州市",
        district="西湖区",
        detail="某路 1 号",
    )
    return order


def test_everything_that_tells_who_he_was_is_gone() -> None:
    mall, phone = make_mall(), new_phone()
    member = make_member(mall, phone=phone, nickname="张三丰", password=PASSWORD)
    with mall_scope(mall.pk):
        order_of(member)
        issue_token(buyer=member.buyer)
        send_phone_code(phone=phone, purpose="login")
        close_account(member=member)
        buyer, closed = Buyer.objects.get(), Member.objects.get()
        assert (buyer.phone, buyer.password, buyer.nickname) == (None, "", "已注销用户")
        assert buyer.closed_at is not None
        assert closed.standing == "closed"
        assert closed.closed_at is not None
        assert not BuyerToken.objects.filter(revoked_at__isnull=True).exists()
        assert not PhoneCode.objects.exists()
        address = OrderAddress.objects.get()
        assert (address.name, address.phone, address.detail, address.district) == ("", "", "", "")
        assert (address.province, address.city) == ("浙江省", "杭州市")
        assert (Order.objects.get().note, Order.objects.get().total_fen) == ("", 100)
        change = StandingChange.objects.get()
        assert (change.before, change.after, change.actor) == ("active", "closed", f"buyer:{buyer.pk}")


def test_no_table_of_the_mall_holds_phone_or_name_any_more(owner_cursor) -> None:
    mall, phone = make_mall(), new_phone()
    member = make_member(mall, phone=phone, nickname="独一无二的名字")
    with mall_scope(mall.pk):
        close_account(member=member)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
                " AND data_type IN ('character varying', 'text', 'jsonb')"
            )
            for table, column in cursor.fetchall():
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE %s OR "{column}"::text LIKE %s',
                    [f"%{phone}%", "%独一无二的名字%"],
                )
                assert cursor.fetchone() == (0,), (table, column)


def test_whom_he_brought_stays_bound_and_history_stays() -> None:
    mall = make_mall()
    chain = make_chain(mall, 3)
    with mall_scope(mall.pk):
        close_account(member=chain[1])
        assert upline(chain[2].pk, 2) == [chain[1].pk, chain[0].pk]
        assert Binding.objects.count() == 3


@pytest.mark.parametrize("status", ["awaiting_payment", "paid", "shipped"])
def test_who_waits_for_goods_cannot_leave_yet(status: str) -> None:
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        order_of(member, status)
        with pytest.raises(OpenOrders, match="1 笔"):
            close_account(member=member)
        assert Buyer.objects.get().closed_at is None
        assert Member.objects.get().standing == "active"


class Owing(Conflict):
    code = "balance_not_settled"


def test_an_unsettled_balance_stops_it_and_nothing_is_erased(monkeypatch) -> None:
    asked = []

    def settle(member_id: int, forfeit_fen: int | None) -> None:
        asked.append((member_id, forfeit_fen))
        if forfeit_fen != 500:
            raise Owing("待结算 ¥5.00。")

    monkeypatch.setattr(services, "before_closing", settle)
    mall, phone = make_mall(), new_phone()
    member = make_member(mall, phone=phone)
    api = api_as(member)
    refused = api.delete("me")
    assert (refused.status_code, errors_of(refused)) == (409, [("balance_not_settled", None)])
    with mall_scope(mall.pk):
        assert Buyer.objects.get().phone == f"+86{phone}"
    assert api.get("me").status_code == 200
    assert api.delete("me", {"confirm_forfeit_fen": 499}).status_code == 409
    assert api.delete("me?confirm_forfeit_fen=500").status_code == 204
    assert asked == [(member.pk, None), (member.pk, 499), (member.pk, 500)]


def test_after_it_nothing_opens_and_the_phone_may_join_as_somebody_else() -> None:
    mall, phone = make_mall(), new_phone()
    member = make_member(mall, phone=phone, password=PASSWORD)
    api = api_as(member)
    assert api.delete("me").status_code == 204
    assert api.get("me").status_code == 401
    assert Api(mall).post("tokens", {"phone": phone, "password": PASSWORD}).status_code == 401
    again = make_member(mall, phone=phone)
    with mall_scope(mall.pk):
        assert again.buyer_id != member.buyer_id
        assert ErasedPhone.objects.count() == 1
        close_account(member=again)
        assert ErasedPhone.objects.count() == 1


def test_the_hash_of_a_phone_differs_between_malls() -> None:
    phone, digests = new_phone(), set()
    for mall in (make_mall(), make_mall()):
        member = make_member(mall, phone=phone)
        with mall_scope(mall.pk):
            close_account(member=member)
            digests.add(ErasedPhone.objects.get().digest)
    assert len(digests) == 2


@pytest.mark.parametrize("amount", ["5", -1, 2**63, True, 1.0, None])
def test_a_sum_to_give_up_is_an_amount(amount: object) -> None:
    api = api_as(make_member(make_mall()))
    refused = api.delete("me", {"confirm_forfeit_fen": amount})
    assert (refused.status_code, errors_of(refused)[0][1]) == (400, "confirm_forfeit_fen")
    assert api.get("me").status_code == 200


@pytest.mark.parametrize("written", ["", "-1", "1.0", "x", "1e3", "9" * 30, "%31%00", "１"])
def test_a_sum_in_the_query_is_an_amount_too(written: str) -> None:
    api = api_as(make_member(make_mall()))
    assert api.delete(f"me?confirm_forfeit_fen={written}").status_code == 400
    assert api.get("me").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_ten_closings_at_once_are_one() -> None:
    mall = make_mall()
    member = make_member(mall)

    def close() -> None:
        with mall_scope(mall.pk):
            close_account(member=member)

    together([close] * 10)
    with mall_scope(mall.pk):
        assert StandingChange.objects.count() == 1
        assert ErasedPhone.objects.count() == 1
