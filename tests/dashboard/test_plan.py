"""The plan editor: what is typed becomes exactly that plan, after a look at what changes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from commissions.plans.models import PlanVersion
from commissions.plans.selectors import current_plan, plan_as_dict
from mall.tenancy.context import mall_scope
from tests.factories.commissions import set_plan
from tests.factories.mall import host_of, make_mall, make_staff, owner_of
from tests.factories.trade import make_product

pytestmark = pytest.mark.django_db

TYPED = {
    "level_1": "10", "level_2": "5", "ceiling": "30", "hold_days": "7", "attribution": "last_click",
    "attribution_window_days": "15", "click_pays": "new", "click": "", "click_cap": "", "registration": "",
    "registration_cap": "", "budget": "",
}  # fmt: skip


class Desk:
    """One mall and its owner's browser."""

    def __init__(self, client) -> None:
        self.mall = make_mall()
        self.client = client
        client.defaults["HTTP_HOST"] = host_of(self.mall)
        client.force_login(owner_of(self.mall).user)

    @property
    def plan(self) -> dict:
        with mall_scope(self.mall.pk):
            return plan_as_dict(current_plan())

    def send(self, **changes: str):
        """The form as a browser sends it; None leaves a box out, as an empty tick does."""
        sent = {"version": str(self.plan["version"])} | TYPED | changes
        return self.client.post("/dashboard/plan", {name: value for name, value in sent.items() if value is not None})

    def versions(self) -> int:
        with mall_scope(self.mall.pk):
            return PlanVersion.objects.count()


@pytest.fixture
def desk(client):
    return Desk(client)


def test_a_new_mall_shows_its_careful_plan(desk):
    found = desk.client.get("/dashboard/plan")
    assert found.context["form"].initial["level_1"] == 1_000
    text = found.content.decode()
    assert "订单 ¥100.00：一级得 ¥10.00，<strong>您留 ¥90.00</strong>" in text
    assert "现行第 1 版" in text


def test_what_is_typed_is_reviewed_first_and_changes_nothing(desk):
    found = desk.send()
    assert found.status_code == 200
    assert [(str(c.name), c.before, c.after) for c in found.context["changes"]] == [
        ("订单分佣", "一级 10%", "一级 10%，二级 5%")
    ]
    assert "二级得 ¥5.00，<strong>您留 ¥85.00</strong>" in found.content.decode()
    assert desk.versions() == 1
    assert desk.plan["order_levels_bps"] == [1_000]


def test_confirming_makes_the_next_version_with_exactly_that(desk):
    found = desk.send(
        confirmed="1", level_1="12.5", level_2="0.75", ceiling="20", hold_days="0", attribution="bound_first",
        attribution_window_days="30", pays_clicks="on", click="0.05", click_cap="5", click_pays="all",
        pays_registrations="on", registration="1", registration_cap="", budget="1,000", self_purchase_earns="on",
        count_staff_visits="on", include_freight="on",
    )  # fmt: skip
    assert found.status_code == 302
    plan = desk.plan
    assert plan.pop("valid_from")
    assert plan == {
        "version": 2, "order_levels_bps": [1_250, 75], "click_fen": 5, "registration_fen": 100,
        "budget_month_fen": 100_000, "click_cap_day_fen": 500, "registration_cap_day_fen": None, "ceiling_bps": 2_000,
        "hold_days": 0, "attribution": "bound_first", "attribution_window_days": 30, "click_pays": "all",
        "self_purchase_earns": True, "count_staff_visits": True, "include_freight": True, "overrides": [],
    }  # fmt: skip
    with mall_scope(desk.mall.pk):
        assert current_plan().author.email == owner_of(desk.mall).user.email


def test_the_hidden_form_of_the_review_says_the_same(desk):
    review = desk.send(level_2="3", pays_clicks="on", click="0.1", budget="10", self_purchase_earns="on")
    sent = {field.html_name: field.as_hidden() for field in review.context["form"]}
    import re

    values = {name: found.group(1) for name, html in sent.items() if (found := re.search(r'value="([^"]*)"', html))}
    desk.client.post("/dashboard/plan", values | {"confirmed": "1"})
    plan = desk.plan
    assert (plan["order_levels_bps"], plan["click_fen"], plan["budget_month_fen"]) == ([1_000, 300], 10, 1_000)
    assert (plan["self_purchase_earns"], plan["count_staff_visits"], plan["registration_fen"]) == (True, False, 0)


def test_going_back_keeps_what_was_typed(desk):
    found = desk.send(level_2="3", back="1")
    assert found.templates[0].name == "dashboard/plan.html"
    assert found.context["form"]["level_2"].value() == "3"
    assert desk.versions() == 1


def test_saving_the_same_makes_no_version(desk):
    set_plan(desk.mall, click_fen=0, registration_fen=0, budget_month_fen=None)
    found = desk.send(confirmed="1")
    assert found.status_code == 302
    assert desk.versions() == 2


def test_a_switch_that_is_off_pays_nothing_whatever_stands_beside_it(desk):
    desk.send(confirmed="1", click="0.05", registration="1", budget="10")
    assert (desk.plan["click_fen"], desk.plan["registration_fen"]) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"level_1": "20", "level_2": "15"}, "level_1", "各级合计 35%（20% + 15%），超过上限 30%"),
        ({"level_1": "100.01"}, "level_1", "最多 100"),
        ({"level_1": "-1"}, "level_1", "请填写百分比"),
        ({"level_1": "7.555"}, "level_1", "请填写百分比"),
        ({"ceiling": ""}, "ceiling", "必填"),
        ({"ceiling": "101"}, "ceiling", "最多 100"),
        ({"pays_clicks": "on", "budget": "10"}, "click", "大于 0"),
        ({"pays_clicks": "on", "click": "0.05"}, "budget", "必须设置月预算"),
        ({"pays_registrations": "on", "registration": "1"}, "budget", "必须设置月预算"),
        ({"hold_days": "366"}, "hold_days", "365"),
        ({"hold_days": "x"}, "hold_days", "整数"),
        ({"attribution_window_days": "0"}, "attribution_window_days", "1"),
        ({"attribution": "nonsense"}, "attribution", "nonsense"),
        ({"click_cap": "1e5"}, "click_cap", "请填写金额"),
        ({"budget": "99999999999"}, "budget", "最多"),
    ],
)
def test_what_cannot_stand_is_said_beside_its_field_and_nothing_typed_is_lost(desk, changes, field, sentence):
    found = desk.send(confirmed="1", self_purchase_earns="on", **changes)
    assert found.status_code == 200
    form = found.context["form"]
    assert sentence in str(form.errors[field])
    assert form["self_purchase_earns"].value()
    for name, value in changes.items():
        if name not in ("pays_clicks", "pays_registrations"):
            assert form[name].value() == value
    assert desk.versions() == 1


def test_a_plan_changed_meanwhile_is_not_overwritten(desk):
    version = desk.plan["version"]
    set_plan(desk.mall, order_levels_bps=[500])
    found = desk.send(version=str(version), confirmed="1")
    assert "方案已被改为第 2 版" in found.content.decode()
    assert desk.plan["order_levels_bps"] == [500]
    assert desk.versions() == 2


def test_who_may_only_look_reads_the_plan_and_changes_nothing(desk):
    client = desk.client
    client.force_login(make_staff(desk.mall, "finance").user)
    found = client.get("/dashboard/plan")
    assert found.templates[0].name == "dashboard/plan_seen.html"
    assert "<form" not in found.content.decode().split("<main", 1)[1]
    assert desk.send(confirmed="1").status_code == 403
    assert desk.versions() == 1


# --- The worked example ------------------------------------------------------------


def example(desk, **changes):
    sent = {"version": "1"} | TYPED | changes
    return desk.client.post("/dashboard/plan/example", sent, headers={"hx-request": "true"}).content.decode()


def test_the_example_follows_what_is_typed(desk):
    assert "订单 ¥100.00：一级得 ¥10.00，二级得 ¥5.00，<strong>您留 ¥85.00</strong>" in example(desk)
    assert "订单 ¥9.99：一级得 ¥0.99，二级得 ¥0.49，<strong>您留 ¥8.51</strong>" in example(desk, example_price="9.99")
    assert "<strong>您留 ¥100.00</strong>" in example(desk, level_1="", level_2="")
    assert "一级得 ¥0.00，二级得 ¥5.00" in example(desk, level_1="", level_2="5")


def test_the_example_warns_above_the_ceiling_and_counts_what_a_budget_pays(desk):
    assert "各级合计 35%，超过总上限 30%，不能保存" in example(desk, level_1="20", level_2="15")
    text = example(desk, pays_clicks="on", click="0.05", pays_registrations="on", registration="1", budget="1000")
    assert "月预算 ¥1,000.00 最多付 20000 次" in text
    assert "月预算 ¥1,000.00 最多付 1000 位" in text


@pytest.mark.parametrize("typed", ["abc", "-5", "1/3", "１０", "10%%", "9" * 40])
def test_a_half_typed_rate_gives_no_example_and_no_error_page(desk, typed):
    assert "填对各级比例和总上限后" in example(desk, level_1=typed)


def test_the_bar_of_the_example_is_filled_exactly(desk):
    found = desk.client.get("/dashboard/plan").context["example"]
    assert [(part["name"], part["x"], part["width"]) for part in found["bar"]] == [("l1", 0, 100), ("keep", 100, 900)]


# --- Overrides -----------------------------------------------------------------------


def override(desk, scope, target, **typed):
    sent = {"version": str(desk.plan["version"]), "mode": "bps"} | typed
    return desk.client.post(reverse("dashboard:plan-override", args=[scope, target.public_id]), sent)


def test_a_product_gets_rates_of_its_own_and_loses_them_again(desk):
    product = make_product(desk.mall, name="单独设置的茶")
    assert override(desk, "product", product, bps_1="20", bps_2="0").status_code == 302
    mine = {"scope": "product", "id": str(product.public_id), "order_levels_bps": [2_000, 0]}
    assert desk.plan["overrides"] == [mine]
    other = make_product(desk.mall)
    override(desk, "product", other, mode="fen", fen_1="0.88", fen_2="")
    assert desk.plan["overrides"] == [
        {"scope": "product", "id": str(other.public_id), "order_levels_fen": [88, 0]},
        mine,
    ]
    text = desk.client.get("/dashboard/plan").content.decode()
    assert "单独设置的茶" in text
    assert "一级 20%，二级 0%" in text
    override(desk, "product", other, mode="inherit")
    assert desk.plan["overrides"] == [mine]
    assert desk.plan["order_levels_bps"] == [1_000]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"bps_1": "25", "bps_2": "6"}, "bps_1", "各级合计 31%（25% + 6%），超过上限 30%"),
        ({"mode": "fen", "fen_1": "30.01"}, "fen_1", "各级合计 ¥30.01，最低售价 ¥100.00 的上限是 ¥30.00"),
        ({"bps_1": "", "bps_2": ""}, "bps_1", "不付佣金填 0"),
        ({"mode": "fen"}, "fen_1", "不付佣金填 0"),
        ({"mode": "nonsense"}, "mode", "nonsense"),
    ],
)
def test_an_override_that_cannot_stand_is_refused_with_the_sum(desk, typed, field, sentence):
    product = make_product(desk.mall, price_fen=10_000)
    found = override(desk, "product", product, **typed)
    assert found.status_code == 200
    assert sentence in str(found.context["form"].errors[field])
    assert desk.plan["overrides"] == []
    assert desk.versions() == 1


def test_an_override_on_a_plan_changed_meanwhile_is_refused(desk):
    product = make_product(desk.mall)
    set_plan(desk.mall)
    found = override(desk, "product", product, version="1", bps_1="1")
    assert "方案已被改为第 2 版" in found.content.decode()
    assert desk.plan["overrides"] == []


def test_overrides_are_of_this_mall_only(desk, neighbour):
    assert override(desk, "product", neighbour.product, bps_1="1").status_code == 404
    assert override(desk, "category", neighbour.category, bps_1="1").status_code == 404
    product = make_product(desk.mall)
    assert override(desk, "nonsense", product, bps_1="1").status_code == 404
    assert override(desk, "sku", product, bps_1="1").status_code == 404


def test_targets_are_found_by_name_with_the_rates_they_have(desk):
    product = make_product(desk.mall, name="桂花乌龙")
    make_product(desk.mall, name="茉莉花茶")
    override(desk, "product", product, bps_1="8")
    rows = desk.client.get("/dashboard/plan/overrides?q=桂花").context["rows"]
    assert [(row["scope"], row["name"], row["rates"]) for row in rows] == [("product", "桂花乌龙", "一级 8%，二级 0%")]


def test_the_history_says_who_changed_what(desk):
    desk.send(confirmed="1")
    found = desk.client.get("/dashboard/plan/versions")
    newest, first = found.context["rows"]
    assert [(str(c.name), c.before, c.after) for c in newest["changes"]] == [
        ("订单分佣", "一级 10%", "一级 10%，二级 5%")
    ]
    assert (newest["plan"].version, first["plan"].version) == (2, 1)
    assert owner_of(desk.mall).user.email in found.content.decode()
