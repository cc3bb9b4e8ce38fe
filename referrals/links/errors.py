"""What is refused about share links."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, NotAllowed


class NoPromoter(NotAllowed):
    """A suspended or closed member takes no links."""

    code = "not_a_promoter"
    message = _("您的推广资格已停用，不能获取推广链接。如有疑问请联系商家。")


class UnknownKind(BadInput):
    """None of the three kinds."""

    code = "unknown_kind"
    field = "kind"
    message = _("链接类型（kind）须为 mall、product 或 registration。")


class UnknownChannel(BadInput):
    """Not one of the mall's channels."""

    code = "unknown_channel"
    field = "channel"
    message = _("渠道（channel）不存在，请使用本商城已有的渠道，例如 wechat。")


class ProductNeeded(BadInput):
    """A product link without its product."""

    code = "required"
    field = "product"
    message = _("商品链接必须指定商品（product）。")


class ProductNotMeant(BadInput):
    """A mall or registration link with a product."""

    code = "product_not_meant"
    field = "product"
    message = _("商城链接和会员注册链接不带商品，请去掉 product，或把 kind 改为 product。")


class BadCampaign(BadInput):
    """A campaign tag that cannot be shown."""

    code = "bad_campaign"
    field = "campaign"
    message = _("活动标签（campaign）至多 40 个字符，不含换行等控制字符。")


class ReviewNotMeant(BadInput):
    """400: somebody else's review, of another product, hidden, or on a link that leads to no product."""

    code = "review_not_meant"
    field = "review"
    message = _("只能把您本人对这件商品、正在展示的评价（review）放在商品链接的最前。")
