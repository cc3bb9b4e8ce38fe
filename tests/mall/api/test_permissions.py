"""Who may call: a table of callers and doors."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import get_resolver
from rest_framework.permissions import AllowAny

from mall.api.permissions import IsBuyer, IsStaff, StaffMay
from mall.buyers.models import Buyer
from mall.staff import rights
from mall.staff.models import Role, StaffMember, User


@pytest.mark.parametrize(
    ("caller", "opens"),
    [
        (AnonymousUser(), set()),
        (None, set()),
        (User(is_superuser=True, is_staff=True), set()),
        (Buyer(), {"buyer"}),
        (StaffMember(role=Role.OWNER), {"staff", "ship", "settle"}),
        (StaffMember(role=Role.SERVICE), {"staff", "ship"}),
        (StaffMember(role=Role.FINANCE), {"staff", "settle"}),
        (StaffMember(role=Role.OPERATOR), {"staff"}),
        (StaffMember(role="king"), {"staff"}),
    ],
)
def test_each_caller_opens_his_doors_and_no_other(caller: object, opens: set[str]) -> None:
    doors = {
        "buyer": IsBuyer,
        "staff": IsStaff,
        "ship": StaffMay(rights.SHIP),
        "settle": StaffMay(rights.SETTLE_PAYOUTS),
    }
    request = SimpleNamespace(user=caller)
    assert {name for name, door in doors.items() if door().has_permission(request, None)} == opens


def test_a_right_is_one_class() -> None:
    assert StaffMay(rights.SHIP) is StaffMay(rights.SHIP)
    assert StaffMay(rights.SHIP) is not StaffMay(rights.EDIT_PLAN)


def views_of(resolver, prefix: str = ""):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from views_of(pattern, prefix + str(pattern.pattern))
        elif hasattr(pattern.callback, "cls"):
            yield prefix + str(pattern.pattern), pattern.callback.cls


# Anybody may register, log in, look at goods, what others say of them and what coupons there are, click, and fill a
# cart of his own, which is known by a signed token.
OPEN = {
    "phone-codes", "password-resets", "members", "tokens", "merchant/tokens", "categories", "products",
    "products/<str:product_id>", "clicks", "clicks/<str:click_id>/confirm", "schema", "docs", "coupon-templates",
    "products/<str:product_id>/reviews", "products/<str:product_id>/review-summary", "wechat/mini-sessions",
    "cart", "cart/items", "cart/items/<str:sku_id>",
}  # fmt: skip


def test_every_endpoint_that_is_open_is_meant_to_be() -> None:
    found = {
        path.removeprefix("api/v1/") for path, view in views_of(get_resolver()) if AllowAny in view.permission_classes
    }
    assert found <= OPEN, found - OPEN


def test_merchant_endpoints_ask_for_staff_and_others_for_buyers() -> None:
    for path, view in views_of(get_resolver()):
        short = path.removeprefix("api/v1/")
        if short in OPEN:
            continue
        for method in {"get", "post", "put", "patch", "delete"} & set(dir(view)):
            door = view()
            door.request = SimpleNamespace(method=method.upper())
            asks_staff = any(isinstance(one, IsStaff) for one in door.get_permissions())
            assert asks_staff == short.startswith("merchant/"), (method, path)
