"""Twelve sample goods come with one click and go with one, except what somebody bought."""

from __future__ import annotations

import pytest

from mall.catalogue.errors import SamplesThere
from mall.catalogue.models import Category, Product, ProductPicture
from mall.catalogue.samples import add_samples, remove_samples
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.trade import make_product, place_and_pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


def test_one_click_adds_twelve_goods_with_pictures_and_a_second_click_none(mall):
    with mall_scope(mall.pk):
        add_samples(actor=owner_of(mall))
        assert Product.objects.filter(is_sample=True, status="on_sale").count() == 12
        assert ProductPicture.objects.count() == 12
        with pytest.raises(SamplesThere):
            add_samples(actor=owner_of(mall))
        assert Product.objects.count() == 12


def test_one_click_removes_them_and_leaves_the_merchants_own(mall):
    own = make_product(mall)
    with mall_scope(mall.pk):
        add_samples(actor=owner_of(mall))
        assert remove_samples(actor=owner_of(mall)) == (12, 0)
        assert list(Product.objects.values_list("pk", flat=True)) == [own.pk]
        assert not Category.objects.filter(name="示例商品").exists()
        assert remove_samples(actor=owner_of(mall)) == (0, 0)


def test_a_sample_that_was_ordered_goes_off_sale_and_keeps_its_order(mall):
    with mall_scope(mall.pk):
        add_samples(actor=owner_of(mall))
        sku = Product.objects.filter(is_sample=True).order_by("id").first().skus.first()
    order = place_and_pay(mall, make_member(mall).buyer, (sku, 1))
    with mall_scope(mall.pk):
        assert remove_samples(actor=owner_of(mall)) == (11, 1)
        (kept,) = Product.objects.all()
        assert (kept.pk, kept.status, kept.is_sample) == (sku.product_id, "off_sale", False)
        assert order.lines.get().product_id == kept.pk
