"""The address book: one default, twenty at most, nobody else's."""

from __future__ import annotations

from functools import partial

import pytest

from mall.addresses.errors import BadAddress, BookFull
from mall.addresses.models import Address
from mall.addresses.services import (
    add_address,
    change_address,
    remember_address,
    remove_address,
)
from mall.buyers.closing import close_buyer
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.http import api_as, errors_of
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.trade import an_address

pytestmark = pytest.mark.django_db


def defaults(buyer):
    return list(Address.objects.filter(buyer=buyer, is_default=True).values_list("detail", flat=True))


def test_the_first_address_is_the_default_until_another_is_made_it(mall, buyer):
    with mall_scope(mall.pk):
        add_address(buyer=buyer, fields=an_address(detail="一号"))
        second = add_address(buyer=buyer, fields=an_address(detail="二号"))
        assert defaults(buyer) == ["一号"]
        change_address(address=second, fields={}, is_default=True)
        assert defaults(buyer) == ["二号"]
        add_address(buyer=buyer, fields=an_address(detail="三号"), is_default=True)
        assert defaults(buyer) == ["三号"]


def test_when_the_default_goes_the_newest_of_the_others_takes_its_place(mall, buyer):
    with mall_scope(mall.pk):
        first = add_address(buyer=buyer, fields=an_address(detail="一号"))
        for detail in ("二号", "三号"):
            add_address(buyer=buyer, fields=an_address(detail=detail))
        remove_address(address=first)
        assert defaults(buyer) == ["三号"]
        assert Address.objects.filter(buyer=buyer).count() == 2


def test_a_book_holds_twenty(mall, buyer):
    with mall_scope(mall.pk):
        for number in range(20):
            add_address(buyer=buyer, fields=an_address(detail=f"{number}号"))
        with pytest.raises(BookFull):
            add_address(buyer=buyer, fields=an_address(detail="又一处"))
        remember_address(buyer=buyer, fields=an_address(detail="又一处"))
        assert Address.objects.filter(buyer=buyer).count() == 20


def test_the_address_of_an_order_is_remembered_once(mall, buyer):
    with mall_scope(mall.pk):
        for _time in range(2):
            remember_address(buyer=buyer, fields=an_address())
        assert Address.objects.filter(buyer=buyer).count() == 1
        assert defaults(buyer) == [an_address()["detail"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "王" * 41}, "name"),
        ({"phone": "abc"}, "phone"),
        ({"province": "广东"}, "province"),
        ({"city": "杭州市"}, "city"),
        ({"district": "西湖区"}, "district"),
        ({"detail": "a\nb"}, "detail"),
    ],
)
def test_an_address_that_no_parcel_reaches_is_refused_beside_its_field(mall, buyer, change, field):
    with mall_scope(mall.pk):
        with pytest.raises(BadAddress) as refused:
            add_address(buyer=buyer, fields=an_address(**change))
        assert refused.value.field == field
        assert not Address.objects.exists()


def test_closing_the_account_erases_the_book_and_nobody_elses(mall, buyer):
    other = make_member(mall).buyer
    with mall_scope(mall.pk):
        add_address(buyer=buyer, fields=an_address())
        add_address(buyer=other, fields=an_address())
        close_buyer(buyer=buyer)
        assert list(Address.objects.values_list("buyer", flat=True)) == [other.pk]


@pytest.mark.django_db(transaction=True)
def test_two_addresses_made_default_at_once_leave_one():
    mall = make_mall()
    buyer = make_member(mall).buyer

    def add(number: int) -> None:
        with mall_scope(mall.pk):
            add_address(buyer=buyer, fields=an_address(detail=f"{number}号"), is_default=True)

    together([partial(add, number) for number in range(8)])
    with mall_scope(mall.pk):
        assert Address.objects.filter(buyer=buyer).count() == 8
        assert len(defaults(buyer)) == 1


def test_the_book_by_the_api(api):
    made = api.post("addresses", {**an_address(), "is_default": False})
    assert made.status_code == 201
    entry = made.json()
    assert (entry["is_default"], entry["district"]) == (True, "南山区")
    changed = api.patch(f"addresses/{entry['id']}", {"detail": "深南大道 1 号"})
    assert changed.json()["detail"] == "深南大道 1 号"
    assert changed.json()["name"] == "王小明"
    assert [one["id"] for one in api.get("addresses").json()["results"]] == [entry["id"]]
    assert api.delete(f"addresses/{entry['id']}").status_code == 204
    assert api.get(f"addresses/{entry['id']}").status_code == 404


def test_refusals_of_the_api_name_their_field(api):
    assert errors_of(api.post("addresses", an_address(province="浙江"))) == [("bad_address", "province")]
    assert errors_of(api.post("addresses", an_address(phone="x" * 21))) == [("max_length", "phone")]
    assert errors_of(api.post("addresses", {**an_address(), "is_default": 1})) == [("invalid", "is_default")]
    assert errors_of(api.post("addresses/parse", {"text": "你好"})) == [("bad_address", "text")]
    assert errors_of(api.post("addresses/parse", {"text": "长" * 301})) == [("max_length", "text")]


def test_a_pasted_text_is_read_by_the_api_and_not_kept(api, mall):
    read = api.post("addresses/parse", {"text": "张三 13800138000 浙江省杭州市西湖区文三路1号"}).json()
    assert read == {
        "name": "张三", "phone": "13800138000", "province": "浙江省", "city": "杭州市", "district": "西湖区",
        "detail": "文三路1号",
    }  # fmt: skip
    with mall_scope(mall.pk):
        assert not Address.objects.exists()


def test_another_members_address_is_not_found(api, mall):
    other = api_as(make_member(mall))
    theirs = other.post("addresses", an_address()).json()["id"]
    assert api.get(f"addresses/{theirs}").status_code == 404
    assert api.patch(f"addresses/{theirs}", {"detail": "x"}).status_code == 404
    assert api.delete(f"addresses/{theirs}").status_code == 404
    assert other.get(f"addresses/{theirs}").json()["detail"] == an_address()["detail"]
