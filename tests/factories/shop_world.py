"""A row in every table of the shop beside goods and orders, each text with the mall's marker."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mall import clock
from mall.addresses.services import add_address
from mall.banners.models import Banner
from mall.banners.services import add_banner
from mall.carts.owners import CartOwner
from mall.carts.services import add_item
from mall.catalogue.import_jobs import take_in_products
from mall.catalogue.models import Category, Product, Sku
from mall.coupons.models import Coupon, CouponTemplate
from mall.freight.models import FreightRule, FreightTemplate
from mall.freight.services import save_freight_template
from mall.imports.carrying import Written, hand_over
from mall.imports.models import ImportJob
from mall.invoices.models import InvoiceRequest
from mall.invoices.services import request_invoice
from mall.malls.models import Mall
from mall.notices.services import notify
from mall.orders.models import OrderLine
from mall.orders.shipping_table import take_in_shipments
from mall.payments.models import TransferProof
from mall.payments.proofs import add_proof
from mall.payments.wechat.models import WeChatIdentity
from mall.pricing.models import LineStep
from mall.promotions.models import LimitedPrice, ThresholdDiscount
from mall.tenancy.context import mall_scope
from tests.factories.after_sales_world import complain_and_review
from tests.factories.pictures import a_picture

if TYPE_CHECKING:
    from tests.factories.world import World


def furnish_shop(world: World) -> None:
    """Coupons in a wallet, goods in a cart, a case, a review, an import, and what else a shop has."""
    with mall_scope(world.mall.pk):
        _say_who_sells(world)
        _set_prices(world)
        _fill_cart(world)
        _work_behind_the_counter(world)
    complain_and_review(world)


def _say_who_sells(world: World) -> None:
    marker, mall_id = world.marker, world.mall.pk
    Mall.objects.filter(pk=mall_id).update(
        service_wechat=f"{marker}微信", service_hours=f"{marker}时间", licence=f"{marker}执照",
        returns_promise=f"{marker}承诺", returns_address=f"{marker}退货地址", webhook_sealed=f"{marker}密封",
    )  # fmt: skip
    Category.objects.filter(pk=world.category.pk).update(icon=f"{mall_id}/{marker}.jpg")
    Product.objects.filter(pk=world.product.pk).update(
        video_url=f"https://example.com/{marker}", search_text=f"{marker}搜索"
    )
    world.banner = add_banner(data=a_picture(), title=f"{marker}横幅", link="/products")
    Banner.objects.filter(pk=world.banner.pk).update(link=f"/products?q={marker}")


def _set_prices(world: World) -> None:
    marker, now = world.marker, clock.now()
    template = world.freight_template = FreightTemplate.objects.create(name=f"{marker}运费")
    FreightRule.objects.create(template=template, regions=[f"{marker}省"], first_fen=0)
    Sku.objects.filter(pk=world.sku.pk).update(cost_fen=1)
    world.offers["limited"] = LimitedPrice.objects.create(
        sku=world.sku, name=f"{marker}限时", price_fen=9_000, floor_fen=1, floor_basis={"note": marker},
        starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=2), override_reason=f"{marker}清仓",
        paused_reason=f"{marker}暂停",
    )  # fmt: skip
    world.offers["threshold"] = ThresholdDiscount.objects.create(
        name=f"{marker}满减", threshold_fen=1_000_000, off_fen=1, starts_at=now, ends_at=now + timedelta(days=1)
    )
    coupons = CouponTemplate.objects.create(
        name=f"{marker}券", kind="fixed", off_fen=100, threshold_fen=1_000_000, valid_days=7, per_person=9
    )
    world.offers["coupons"] = coupons
    Coupon.objects.create(
        template=coupons, buyer=world.members["customer"].buyer, starts_at=now, expires_at=now + timedelta(days=7)
    )
    # The table-driven calls take one away: it must be nobody's.
    rules = [{"regions": ["西藏自治区"], "is_excluded": True}, {"regions": [], "first_fen": 800}]
    world.offers["freight"] = save_freight_template(name=f"{marker}快递", rules=rules, actor=None)
    line = OrderLine.objects.filter(order=world.orders["paid"]).get()
    LineStep.objects.create(line=line, step="coupon", amount_fen=0, label=f"{marker}优惠")


def _fill_cart(world: World) -> None:
    buyer, marker = world.members["customer"].buyer, world.marker
    add_item(owner=CartOwner(buyer), sku_id=world.sku.public_id, quantity=1)
    place = {"phone": "13800138000", "province": "广东省", "city": "深圳市", "district": "南山区"}
    world.address = add_address(buyer=buyer, fields={"name": f"{marker}收件", "detail": f"{marker}路", **place})


def _work_behind_the_counter(world: World) -> None:
    marker, order = world.marker, world.orders["completed"]
    table = f"商品名称,售价,{marker}列\n{marker}进货,1.50,{marker}格\n{marker}错货,x,\n".encode()
    world.import_job = take_in_products(data=table, file_name=f"{marker}.csv", author=None)
    ImportJob.objects.filter(pk=world.import_job.pk).update(
        columns=world.import_job.columns | {"keywords": 2},
        errors=[*world.import_job.errors, {"row": 3, "field": f"{marker}列", "error": f"{marker}错"}],
    )
    world.running_import = take_in_products(data=table, file_name=f"{marker}.csv", author=None)
    before = Written({**world.running_import.result, "created": 0}, world.running_import.errors)
    hand_over(job=world.running_import, plan=[[2]], before=before)
    # Nobody is to take it up: it runs for as long as the world is there.
    ImportJob.objects.filter(pk=world.running_import.pk).update(due_at=None)
    # One that waits, and one that came back with its number and the reason of an earlier no.
    world.invoice = request_invoice(order=order, title=f"{marker}抬头", tax_number="91330100MA2ABCDEFG")
    decided = request_invoice(order=world.orders["received"], title=f"{marker}抬头")
    InvoiceRequest.objects.filter(pk=decided.pk).update(
        status="issued", number=f"{marker}号", note=f"{marker}备注", tax_number=f"{marker}税号",
        email=f"{marker}@example.com",
    )  # fmt: skip
    table = f"订单号,快递公司,运单号\n{marker},{marker}快递,1\n".encode()
    world.shipping_job = take_in_shipments(data=table, file_name=f"{marker}.csv", author=None)
    notify(kind="order", subject_id=order.pk, text=f"{marker}新订单")
    world.proof = add_proof(
        payment=world.payments["pending"],
        by=world.orders["waiting"].buyer,
        picture=a_picture(),
        serial=f"{marker}流水",
    )
    TransferProof.objects.filter(pk=world.proof.pk).update(note=f"{marker}备注")
    WeChatIdentity.objects.create(buyer=world.members["customer"].buyer, appid="wx1", openid=f"o{marker}")
