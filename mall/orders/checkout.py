"""The checkout's form: where to, how many, and a word to the merchant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.buyers.models import Buyer
from mall.orders.models import OrderAddress
from mall.orders.placing import QUANTITY_MAX
from mall.orders.regions import regions
from mall.pages.forms import Line, PageForm

REGION_FIELDS = ("province", "city", "district")
ADDRESS_FIELDS = ("name", "phone", *REGION_FIELDS, "detail")


class RegionForm(PageForm):
    """Province, city and district, each chosen from what the one before leaves."""

    province = Line(label=gettext_lazy("省份"), max_length=40)
    city = Line(label=gettext_lazy("城市"), max_length=40)
    district = Line(label=gettext_lazy("区县"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = regions()
        if not any(region.cities for region in provinces.values()):
            # Names of cities are not installed: they are typed.
            self._choose("province", list(provinces), reload=False)
            return
        province = self._chosen("province")
        cities = provinces[province].cities if province in provinces else {}
        city = self._chosen("city")
        self._choose("province", list(provinces))
        self._choose("city", list(cities), first=_("请先选择省份") if not cities else "")
        if len(cities) == 1 and city not in cities:
            city = self.initial["city"] = next(iter(cities))
        self._choose(
            "district", cities.get(city, []), first=_("请先选择城市") if city not in cities else "", reload=False
        )

    def _chosen(self, name: str) -> str:
        # Not by the bound field: that would remember its value before a single city is filled in.
        return str((self.data if self.is_bound else self.initial).get(name) or "")

    def _choose(self, name: str, choices: list[str], *, first: str = "", reload: bool = True) -> None:
        widget = forms.Select(choices=[("", first or _("请选择")), *((one, one) for one in choices)])
        if reload:
            widget.attrs |= {
                "hx-get": reverse_lazy("pages:regions"),
                "hx-trigger": "change",
                "hx-target": "#regions",
                "hx-swap": "outerHTML",
                "hx-include": "#regions",
            }
        self.fields[name].widget = widget

    def region_fields(self) -> list[forms.BoundField]:
        """The three, in their order."""
        return [self[name] for name in REGION_FIELDS]


class Checkout(RegionForm):
    """提交订单."""

    name = Line(label=gettext_lazy("收货人"), max_length=40, autocomplete="shipping name")
    phone = Line(label=gettext_lazy("手机号"), max_length=20, autocomplete="shipping tel", inputmode="tel")
    detail = Line(
        label=gettext_lazy("详细地址"),
        max_length=200,
        autocomplete="shipping street-address",
        placeholder=gettext_lazy("街道、小区、楼栋、门牌号"),
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("数量"),
        min_value=1,
        max_value=QUANTITY_MAX,
        widget=forms.NumberInput(
            attrs={
                "class": "quantity number",
                "inputmode": "numeric",
                # Another quantity, other amounts; the rest of the page stays as it was typed.
                "hx-post": reverse_lazy("pages:amounts"),
                "hx-trigger": "change delay:300ms",
                "hx-include": "closest form",
                "hx-target": "#amounts",
                "hx-swap": "outerHTML",
            }
        ),
    )
    note = Line(
        label=gettext_lazy("买家留言（选填）"), max_length=200, required=False, placeholder=gettext_lazy("对商家说的话")
    )
    # One per form shown: sent twice, it is the same order.
    attempt = forms.UUIDField(widget=forms.HiddenInput)

    def address(self) -> dict[str, str]:
        """The address as the service takes it."""
        return {name: self.cleaned_data[name] for name in ADDRESS_FIELDS}


def former_address(buyer: Buyer) -> dict[str, str]:
    """Where the buyer's last order went: most people send the next one there too."""
    last = OrderAddress.objects.filter(order__buyer=buyer.pk, erased_at__isnull=True).order_by("-id").first()
    if last is None:
        return {"name": "", "phone": (buyer.phone or "").removeprefix("+86")}
    return {name: getattr(last, name) for name in ADDRESS_FIELDS}
