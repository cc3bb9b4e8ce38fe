"""A plan that would pay what it must not is refused with the sum; every change is a new version."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from commissions.errors import PlanRefused
from commissions.plans.example import worked_example
from commissions.plans.models import PlanVersion
from commissions.plans.selectors import current_plan, plan_as_dict, plan_at
from commissions.plans.services import change_plan
from mall import clock
from mall.catalogue.models import Sku
from mall.catalogue.services import create_category
from mall.tenancy.context import mall_scope
from tests.factories.commissions import set_plan
from tests.factories.mall import make_mall
from tests.factories.trade import make_sku

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


def test_a_new_mall_pays_one_level_of_ten_per_cent_and_nothing_else(mall):
    with mall_scope(mall.pk):
        plan = plan_as_dict(current_plan())
    assert plan["order_levels_bps"] == [1000]
    assert (plan["click_fen"], plan["registration_fen"], plan["self_purchase_earns"]) == (0, 0, False)


def test_absent_fields_keep_their_value_and_versions_count_on(mall):
    set_plan(mall, hold_days=3)
    plan = set_plan(mall, order_levels_bps=[800])
    with mall_scope(mall.pk):
        shown = plan_as_dict(change_plan(author=None, changes={"click_fen": 7}))
    assert plan.version == 3
    assert (shown["version"], shown["order_levels_bps"], shown["click_fen"], shown["hold_days"]) == (4, [800], 7, 7)


def test_the_plan_of_a_moment_is_the_newest_that_had_begun(mall):
    with clock.unmoved():
        before = clock.now()
        clock.advance(days=1)
        later = set_plan(mall)
        with mall_scope(mall.pk):
            assert plan_at(before).version == 1
            assert plan_at(later.valid_from).version == 2
            assert plan_at(before.replace(year=2000)).version == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"order_levels_bps": [100, 100, 100]}, "order_levels_bps", "最多 2 级"),
        ({"order_levels_bps": [2000, 1001]}, "order_levels_bps", "30.01%"),
        ({"ceiling_bps": 999}, "order_levels_bps", "10%"),
        ({"click_fen": 5, "budget_month_fen": None}, "budget_month_fen", "预算"),
        ({"registration_fen": 5, "click_fen": 0, "budget_month_fen": None}, "budget_month_fen", "预算"),
        ({"click_fen": -1}, "click_fen", "整数"),
        ({"click_fen": True}, "click_fen", "整数"),
        ({"click_fen": "5"}, "click_fen", "整数"),
        ({"click_fen": 5.0}, "click_fen", "整数"),
        ({"click_fen": 2**63}, "click_fen", "整数"),
        ({"order_levels_bps": "1000"}, "order_levels_bps", "列表"),
        ({"order_levels_bps": [None]}, "order_levels_bps", "整数"),
        ({"hold_days": 366}, "hold_days", "365"),
        ({"attribution": "first_click"}, "attribution", "last_click"),
        ({"attribution": ["last_click"]}, "attribution", "last_click"),
        ({"attribution_window_days": 0}, "attribution_window_days", "1"),
        ({"self_purchase_earns": 1}, "self_purchase_earns", "true"),
        ({"levels": [1]}, "levels", "没有"),
        ({"overrides": {}}, "overrides", "列表"),
        ({"overrides": [1]}, "overrides.0", "对象"),
        ({"overrides": [{"scope": "shop", "id": "x"}]}, "overrides.0.scope", "category"),
        ({"overrides": [{"scope": ["sku"], "id": "x"}]}, "overrides.0.scope", "category"),
        ({"overrides": [{"scope": "sku", "id": "x", "order_levels_bps": [1]}]}, "overrides.0.id", "没有"),
        ({"overrides": [{"scope": "sku", "id": 7, "order_levels_bps": [1]}]}, "overrides.0.id", "没有"),
    ],
)
def test_what_cannot_stand_is_refused_by_name_and_changes_nothing(mall, changes, field, words):
    with mall_scope(mall.pk):
        with pytest.raises(PlanRefused) as refused:
            change_plan(author=None, changes={"budget_month_fen": 1000} | changes)
        assert (refused.value.field, refused.value.status) == (field, 400)
        assert words in str(refused.value)
        assert PlanVersion.objects.count() == 1


def test_flat_amounts_are_held_against_the_cheapest_price_with_the_sum_shown(mall):
    sku = make_sku(mall, price_fen=1_000)
    override = {"scope": "sku", "id": str(sku.public_id), "order_levels_fen": [200, 101]}
    with pytest.raises(PlanRefused, match=r"¥3\.01.*¥10\.00.*¥3\.00"):
        set_plan(mall, overrides=[override])
    assert set_plan(mall, overrides=[override | {"order_levels_fen": [200, 100]}]).version == 2


def test_a_price_that_fell_below_an_override_is_no_reason_to_refuse_another_change(mall):
    sku = make_sku(mall, price_fen=1_000)
    override = {"scope": "sku", "id": str(sku.public_id), "order_levels_fen": [200, 100]}
    set_plan(mall, overrides=[override])
    with mall_scope(mall.pk):
        Sku.objects.filter(pk=sku.pk).update(price_fen=500)
        assert plan_as_dict(change_plan(author=None, changes={"hold_days": 1}))["overrides"] == [override]
        with pytest.raises(PlanRefused, match=r"¥3\.00.*¥5\.00"):
            change_plan(author=None, changes={"ceiling_bps": 2900})


def test_an_override_of_another_malls_goods_is_not_there(mall):
    foreign = make_sku(make_mall())
    with pytest.raises(PlanRefused, match="没有这个对象"):
        set_plan(mall, overrides=[{"scope": "sku", "id": str(foreign.public_id), "order_levels_bps": [1]}])


def test_overrides_stay_until_they_are_replaced_and_never_stand_twice(mall):
    sku = make_sku(mall)
    with mall_scope(mall.pk):
        category = create_category(name="新品")
    one = {"scope": "sku", "id": str(sku.public_id), "order_levels_fen": [88, 0]}
    two = {"scope": "category", "id": str(category.public_id), "order_levels_bps": [800, 300]}
    set_plan(mall, overrides=[one, two])
    kept = set_plan(mall, hold_days=1)
    with mall_scope(mall.pk):
        assert plan_as_dict(kept)["overrides"] == [one, two]
    with pytest.raises(PlanRefused, match="两次"):
        set_plan(mall, overrides=[one, one])
    with mall_scope(mall.pk):
        assert plan_as_dict(set_plan(mall, overrides=[]))["overrides"] == []


def test_a_version_can_never_be_changed(mall):
    with mall_scope(mall.pk), pytest.raises(DatabaseError), transaction.atomic():
        PlanVersion.objects.update(click_fen=1)


def test_the_worked_example_adds_up():
    plan = {"order_levels_bps": [1000, 500], "ceiling_bps": 3000}
    example = worked_example(plan, 10_000)
    assert [level["amount_fen"] for level in example["levels"]] == [1000, 500]
    assert (example["paid_fen"], example["kept_fen"], example["over_ceiling"]) == (1500, 8500, False)
