"""How a coupon looks on a page: what it is worth, for what, and until when."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from mall.coupons.models import Coupon, CouponTemplate
from mall.money import BPS_FULL, yuan


def dress_template(template: CouponTemplate) -> CouponTemplate:
    """Give a kind of coupon what the templates ask of it. Its product and category must be at hand."""
    template.is_percent = template.kind == CouponTemplate.Kind.PERCENT
    # 1,500 basis points off is 8.5 折.
    template.tenths = f"{(BPS_FULL - (template.off_bps or 0)) / 1000:.2f}".rstrip("0").rstrip(".")
    template.percent_off = f"{(template.off_bps or 0) / 100:g}"
    if template.product is not None:
        template.scope_words = _("仅限“%(name)s”") % {"name": template.product.name}
        template.goods_address = reverse("pages:product", args=[template.product.public_id])
    elif template.category is not None:
        template.scope_words = _("仅限“%(name)s”类商品") % {"name": template.category.name}
        template.goods_address = f"{reverse('pages:products')}?category={template.category.public_id}"
    else:
        template.scope_words = _("全场通用")
        template.goods_address = reverse("pages:products")
    if template.off_max_fen:
        template.scope_words += _("，最高减 ¥%(most)s") % {"most": yuan(template.off_max_fen)}
    return template


def dress(coupons: Iterable[Coupon]) -> list[Coupon]:
    """The same for coupons of a wallet, with their templates."""
    found = list(coupons)
    for coupon in found:
        dress_template(coupon.template)
    return found
