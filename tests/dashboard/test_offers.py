"""Coupons and discounts on the dashboard: for one product found by its name, and never at a loss by accident."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from mall import clock
from mall.catalogue.services import create_category, create_product
from mall.coupons.models import CouponTemplate
from mall.promotions.models import ThresholdDiscount
from mall.staff.models import AuditRecord
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall
from tests.factories.offers import make_costed_sku
from tests.factories.trade import make_product

pytestmark = pytest.mark.django_db
COUPON, DISCOUNT = "/dashboard/coupons/new", "/dashboard/thresholds/new"


def a_coupon(**more) -> dict[str, str]:
    return {"name": "新人券", "kind": "fixed", "off_fen": "10", "valid_days": "7", "per_person": "1", **more}


def a_discount(**more) -> dict[str, str]:
    def moment(days: int) -> str:
        return (clock.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")

    return {
        "name": "满减",
        "threshold_fen": "200",
        "off_fen": "20",
        "starts_at": moment(0),
        "ends_at": moment(3),
        **more,
    }


def choices(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<input type="radio" name="product" value="([^"]+)"[^>]*>\s*([^<]+?)\s*</label>', page)


@pytest.mark.parametrize(
    ("address", "form", "model"), [(COUPON, a_coupon, CouponTemplate), (DISCOUNT, a_discount, ThresholdDiscount)]
)
def test_a_product_is_found_by_name_and_chosen_without_losing_what_was_typed(desk, mall, address, form, model):
    with mall_scope(mall.pk):
        tea, other = (
            create_product(name=name, skus=[{"price_fen": 50_000, "stock": 1}]) for name in ("明前龙井", "龙井茶杯")
        )
        create_product(name="碧螺春", skus=[{"price_fen": 50_000, "stock": 1}])
    make_product(make_mall(), name="别家龙井")
    assert 'name="product"' not in desk.get(address).content.decode()
    for typed in ("龙井", "longjing"):
        page = desk.post(address, form(product_name=typed)).content.decode()
        assert {public_id for public_id, _name in choices(page)} == {str(tea.public_id), str(other.public_id)}
        assert "明前龙井（¥500.00，在售）" in [name for _id, name in choices(page)]
        assert f'value="{form()["name"]}"' in page
    assert "没有找到商品" in desk.post(address, form(product_name="没有的")).content.decode()
    # Somebody else's, and one that another name had found.
    for wrong in ("x", "00000000-0000-4000-8000-000000000000"):
        page = desk.post(address, form(product_name="龙井", product=wrong)).content.decode()
        assert "请在找到的商品中选择一件" in page
    with mall_scope(mall.pk):
        assert not model.objects.exists()
    assert desk.post(address, form(product_name="龙井", product=str(tea.public_id))).status_code == 302
    with mall_scope(mall.pk):
        assert model.objects.get().product == tea


def test_a_category_and_a_product_at_once_are_refused_beside_the_field(desk, mall):
    with mall_scope(mall.pk):
        tea = create_product(name="龙井", skus=[{"price_fen": 50_000, "stock": 1}])
    with mall_scope(mall.pk):
        category = create_category(name="茶")
    both = a_coupon(product_name="龙井", product=str(tea.public_id), category=str(category.public_id))
    assert "只能选一个" in desk.post(COUPON, both).content.decode()


def test_a_loss_is_shown_before_it_is_saved_and_asks_for_a_reason_and_a_tick(desk, mall):
    make_costed_sku(mall, price_fen=10_000, cost_fen=9_500, name="薄利茶")
    assert "亏本的理由" not in desk.get(COUPON).content.decode()
    page = desk.post(COUPON, a_coupon()).content.decode()
    for part in ("薄利茶", "90.00", "成本 ¥95.00", "每件会亏", "亏本的理由", "我已看过上面的计算", 'value="新人券"'):
        assert part in page
    assert "请填写理由" in desk.post(COUPON, a_coupon(loss_reason="", loss_confirmed="on")).content.decode()
    assert "请勾选确认" in desk.post(COUPON, a_coupon(loss_reason="拉新")).content.decode()
    with mall_scope(mall.pk):
        assert not CouponTemplate.objects.exists()
    assert desk.post(COUPON, a_coupon(loss_reason="拉新", loss_confirmed="on")).status_code == 302
    with mall_scope(mall.pk):
        assert AuditRecord.objects.get(action="coupon.created").detail["loss_reason"] == "拉新"


def test_a_coupon_on_one_product_that_loses_is_refused_beside_its_amount(desk, mall):
    sku = make_costed_sku(mall, price_fen=10_000, cost_fen=9_500, name="薄利茶")
    chosen = {"product_name": "薄利", "product": str(sku.product.public_id)}
    page = desk.post(COUPON, a_coupon(**chosen, loss_reason="清仓", loss_confirmed="on")).content.decode()
    assert "每件会亏" in page
    with mall_scope(mall.pk):
        assert not CouponTemplate.objects.exists()
