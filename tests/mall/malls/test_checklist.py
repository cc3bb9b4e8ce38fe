"""The list of a merchant's first day: ticked by facts, gone when all are there or when it is put away."""

from __future__ import annotations

import pytest

from commissions.plans.services import change_plan
from mall.malls.checklist import checklist, dismiss
from mall.malls.services import update_settings
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.trade import make_product, place_and_pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    mall = make_mall()
    with mall_scope(mall.pk):
        update_settings(actor=None, changes={"bank_instructions": []})
    return mall


def done(mall):
    with mall_scope(mall.pk):
        found = checklist(mall.pk)
        return None if found is None else {step.key for step in found.steps if step.is_done}


def test_every_step_is_ticked_by_its_fact_and_the_list_goes_when_all_are_done(mall):
    assert done(mall) == set()
    product = make_product(mall)
    assert done(mall) == {"goods", "freight"}, "goods that travel free settle the freight"
    with mall_scope(mall.pk):
        update_settings(actor=None, changes={"bank_instructions": ["户名：店主"]})
    assert done(mall) == {"goods", "freight", "payment"}
    with mall_scope(mall.pk):
        change_plan(author=owner_of(mall).user, changes={"order_levels_bps": [800]})
    assert done(mall) == {"goods", "freight", "payment", "plan"}
    with mall_scope(mall.pk):
        sku = product.skus.first()
    place_and_pay(mall, make_member(mall).buyer, (sku, 1))
    assert done(mall) is None


def test_put_away_it_stays_away_and_only_in_that_mall(mall):
    other = make_mall()
    with mall_scope(mall.pk):
        dismiss(actor=owner_of(mall))
        dismiss(actor=owner_of(mall))
    assert done(mall) is None
    assert done(other) is not None


def test_the_dashboard_leads_to_every_open_step(mall, client):
    client.force_login(owner_of(mall).user)
    host = {"host": f"{mall.slug}.localhost"}
    page = client.get("/dashboard/", headers=host).content.decode()
    assert "开店清单" in page
    assert "放 12 件示例商品" in page
    for address in ("products/new", "settings#payment", "wechat", "freight", "plan"):
        assert f'class="button" href="/dashboard/{address}"' in page, address
    client.post("/dashboard/samples/add", headers=host)
    page = client.get("/dashboard/", headers=host).content.decode()
    assert "删除示例商品" in page
    assert "放 12 件示例商品" not in page
    client.post("/dashboard/checklist/plan", headers=host)
    assert "plan" in done(mall)
    client.post("/dashboard/checklist/dismiss", headers=host)
    assert "已完成" not in client.get("/dashboard/", headers=host).content.decode()
