"""An address as it is typed: pasted whole, or field by field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.addresses.parsing import TEXT_MAX, parse_address
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
                # The last choice counts, not the one whose cities come first.
                "hx-sync": "closest form:replace",
            }
        self.fields[name].widget = widget

    def region_fields(self) -> list[forms.BoundField]:
        """The three, in their order."""
        return [self[name] for name in REGION_FIELDS]


class AddressForm(RegionForm):
    """Who gets a parcel, and where."""

    name = Line(label=gettext_lazy("收货人"), max_length=40, autocomplete="shipping name")
    phone = Line(label=gettext_lazy("手机号"), max_length=20, autocomplete="shipping tel", inputmode="tel")
    detail = Line(
        label=gettext_lazy("详细地址"),
        max_length=200,
        autocomplete="shipping street-address",
        placeholder=gettext_lazy("街道、小区、楼栋、门牌号"),
    )

    def address(self) -> dict[str, str]:
        """The address as the services take it."""
        return {name: self.cleaned_data[name] for name in ADDRESS_FIELDS}


class EntryForm(AddressForm):
    """An address of the book."""

    is_default = forms.BooleanField(label=gettext_lazy("设为默认地址"), required=False)


def read_into(typed: dict[str, Any], text: str) -> tuple[dict[str, Any], str]:
    """What stands in the fields once a pasted text has been read into them, and what to tell the reader.

    What the text does not say stays as it was typed; a region is taken whole or not at all.
    """
    read = parse_address(text[:TEXT_MAX])
    if not read:
        return typed, _("没有识别出收货信息，请检查粘贴的文字，或直接填写下面各项。")
    found = {name: value for name in ("name", "phone", "detail") if (value := getattr(read, name))}
    if read.province:
        found |= {name: getattr(read, name) for name in REGION_FIELDS}
    missing = _what_is_missing({**typed, **found})
    told = _("已识别，请补充%(missing)s。") % {"missing": missing} if missing else _("已识别，请核对后提交。")
    return {**typed, **found}, told


def _what_is_missing(fields: dict[str, Any]) -> str:
    names = {"name": _("收货人"), "phone": _("手机号"), "province": _("所在地区"), "detail": _("详细地址")}
    return _("、").join(str(label) for name, label in names.items() if not fields.get(name))
