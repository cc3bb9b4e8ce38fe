"""What the forms of coupons and threshold discounts have in common: the goods they are for, and a confirmed loss."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mall.catalogue.models import Category, Product
from mall.catalogue.search import SEARCH_MAX, found_by
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import DashboardForm
from mall.errors import DomainError
from mall.money import yuan
from mall.promotions.errors import SellsAtLoss

FOUND_MAX = 20
_LOSS_FIELDS = ("loss_reason", "loss_confirmed")


class OfferForm(DashboardForm):
    """For a category, for one product, or for everything.

    A product is typed by name and then chosen among those found, all in the form itself, so that nothing typed is
    lost and no script is needed. What would sell at a loss comes back with the computation, and asks why.
    """

    category = forms.ModelChoiceField(
        queryset=None, required=False, label=_("适用分类"), empty_label=_("全场通用"), to_field_name="public_id"
    )
    product_name = PlainTextField(
        required=False,
        max_length=SEARCH_MAX,
        label=_("只适用一件商品"),
        help_text=_("输入商品名称、拼音或关键词，提交后从找到的商品里选一件；留空则按上面的分类。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    product = forms.ChoiceField(required=False, label=_("选择商品"), widget=forms.RadioSelect)
    loss_reason = PlainTextField(
        required=False,
        max_length=200,
        label=_("亏本的理由"),
        help_text=_("仍要创建时填写；会连同上面的计算写入操作记录。"),
    )
    loss_confirmed = forms.BooleanField(required=False, label=_("我已看过上面的计算，确认仍要创建"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category = self.fields["category"]
        category.queryset = Category.objects.all()
        category.label_from_instance = lambda node: "　" * node.level + node.name
        self._for_loss = {name: self.fields.pop(name) for name in _LOSS_FIELDS}
        if "loss_reason" in self.data:
            self.fields.update(self._for_loss)
        self._found = _found(self.data.get("product_name", ""))
        self.fields["product"].choices = [(str(one.public_id), _shown(one)) for one in self._found]
        self.fields["product"].error_messages["invalid_choice"] = _("请在找到的商品中选择一件。")
        if not self._found:
            del self.fields["product"]

    def clean(self) -> dict[str, Any]:
        """The product itself instead of its name; the reason only with the tick beside it."""
        typed = super().clean() or self.cleaned_data
        name, chosen = typed.pop("product_name", ""), typed.pop("product", "")
        typed["product"] = next((one for one in self._found if str(one.public_id) == chosen), None)
        if name and not self._found:
            self.add_error("product_name", _t("没有找到商品，请换一个名称。"))
        elif name and typed["product"] is None and "product" not in self.errors:
            self.add_error("product", _t("请在找到的商品中选择一件。"))
        elif name and typed.get("category") is not None:
            self.add_error("product_name", _t("分类和商品只能选一个：请把分类改回“全场通用”，或清空这里。"))
        typed["loss_reason"] = typed.get("loss_reason", "")
        if not typed.pop("loss_confirmed", False) and typed["loss_reason"]:
            self.add_error("loss_confirmed", _t("请勾选确认，或修改优惠后再创建。"))
        return typed

    def refuse(self, refusal: DomainError) -> None:
        """A loss is asked back with its computation above the form; the rest beside its field."""
        if not isinstance(refusal, SellsAtLoss):
            super().refuse(refusal)
            return
        self.fields.update(self._for_loss)
        self.add_error(None, str(refusal.message))


def _found(name: Any) -> list[Product]:
    """The products of this name that the form offers, on sale first."""
    typed = str(name).replace("\x00", "").strip()
    if not typed:
        return []
    products = Product.objects.filter(found_by(typed)).order_by("-status", "-sold_count", "-id")
    return list(products[:FOUND_MAX])


def _shown(product: Product) -> str:
    price = f"¥{yuan(product.lowest_price_fen)}" if product.lowest_price_fen is not None else "—"
    return _t("%(name)s（%(price)s，%(status)s）") % {
        "name": product.name,
        "price": price,
        "status": product.get_status_display(),
    }
