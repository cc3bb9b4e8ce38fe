"""What is refused about carts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict, Missing


class BadCart(BadInput):
    """400: a quantity nobody can mean; `field` says which."""


class CartFull(Conflict):
    """409: as many kinds of goods as a cart holds, which is as many as an order holds."""

    code = "cart_full"
    message = _("购物车最多放 50 种商品，请先结算或移除一些。")


class CartChanged(Conflict):
    """409: something else lies in the cart than its buyer has seen."""

    code = "cart_changed"
    message = _("购物车里的商品有变动，请核对后再提交。")


class NotInCart(Missing):
    """404: this SKU is not in the caller's cart."""

    message = _("购物车里没有这件商品，请刷新后再试。")
