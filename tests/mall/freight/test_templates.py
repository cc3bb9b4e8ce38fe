"""Freight templates: whole sets of rules, official regions, one default."""

from __future__ import annotations

import pytest

from mall.catalogue.models import Product
from mall.freight.errors import BadFreight, FreightInUse, FreightNameTaken
from mall.freight.models import FreightRule, FreightTemplate
from mall.freight.services import delete_freight_template, save_freight_template
from mall.tenancy.context import mall_scope
from tests.factories.offers import make_freight
from tests.factories.trade import make_sku

ELSEWHERE = {"regions": [], "first_fen": 800}


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ([], "rules"),
        ([{"regions": ["浙江省"]}], "rules"),
        ([ELSEWHERE, ELSEWHERE], "rules.1.regions"),
        ([{"regions": ["浙江省"]}, {"regions": ["浙江省"]}, ELSEWHERE], "rules.1.regions"),
        ([{"regions": ["浙江"]}, ELSEWHERE], "rules.0.regions"),
        ([{"regions": ["浙江省/深圳市"]}, ELSEWHERE], "rules.0.regions"),
        ([{"regions": "浙江省"}, ELSEWHERE], "rules.0.regions"),
        ([{**ELSEWHERE, "first_units": 0}], "rules.0.first_units"),
        ([{**ELSEWHERE, "extra_fen": -1}], "rules.0.extra_fen"),
    ],
)
def test_a_bad_rule_is_named(mall, rules, field):
    with pytest.raises(BadFreight) as refused:
        make_freight(mall, rules=rules)
    assert refused.value.field == field
    with mall_scope(mall.pk):
        assert not FreightTemplate.objects.exists()


def test_saving_again_replaces_the_rules(mall):
    template = make_freight(mall)
    with mall_scope(mall.pk):
        rules = [{"regions": ["浙江省/杭州市", "江苏省"], "first_fen": 500}, ELSEWHERE]
        save_freight_template(template=template, name="新名", rules=rules, actor=None)
        assert list(FreightRule.objects.order_by("position").values_list("regions", "first_fen")) == [
            (["浙江省/杭州市", "江苏省"], 500), ([], 800),
        ]  # fmt: skip
        assert FreightTemplate.objects.get().name == "新名"


def test_a_mall_has_one_default_and_a_new_one_takes_its_place(mall):
    make_freight(mall, is_default=True)
    second = make_freight(mall, name="第二", is_default=True)
    with mall_scope(mall.pk):
        assert FreightTemplate.objects.get(is_default=True).pk == second.pk
    with pytest.raises(FreightNameTaken):
        make_freight(mall, name="第二")


def test_a_template_that_goods_use_is_not_deleted(mall):
    template = make_freight(mall)
    sku = make_sku(mall)
    with mall_scope(mall.pk):
        Product.objects.filter(pk=sku.product_id).update(freight_template=template)
        with pytest.raises(FreightInUse):
            delete_freight_template(template=template, actor=None)
        Product.objects.filter(pk=sku.product_id).update(freight_template=None)
        delete_freight_template(template=template, actor=None)
        assert not FreightTemplate.objects.exists()
