"""The editor of one product: its own fields, and a table of SKUs whose columns are its spec names."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mall.catalogue.models import Category, Product, Sku
from mall.catalogue.product_fields import DESCRIPTION_MAX, LIMIT_MAX, POSITION_MAX, VIDEO_MAX
from mall.catalogue.skus import SKUS_MAX, STOCK_MAX, WEIGHT_MAX
from mall.dashboard.fields import PlainTextField, YuanField
from mall.dashboard.forms import DashboardForm
from mall.errors import DomainError
from mall.freight.models import FreightTemplate

# Most goods have one or two; a product made by the API with more shows them all.
SPEC_COLUMNS = 3
# A SKU's fields as the services call them → as the form does.
_NAMES = {
    "price_fen": "price",
    "market_price_fen": "market_price",
    "member_price_fen": "member_price",
    "cost_fen": "cost",
    "weight_g": "weight",
}
_PREFIX = re.compile(r"^[0-9a-f]{1,16}$", re.ASCII)


def _whole(most: int, *, label: Any, least: int = 0, help_text: Any = "") -> forms.IntegerField:
    typed = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(
        required=False, min_value=least, max_value=most, label=label, help_text=help_text, widget=typed
    )


class ProductForm(DashboardForm):
    """A product's own fields."""

    name = PlainTextField(max_length=120, label=_("商品名称"))
    subtitle = PlainTextField(max_length=200, required=False, label=_("副标题"))
    category = forms.ModelChoiceField(
        queryset=None, required=False, label=_("分类"), empty_label=_("不分类"), to_field_name="public_id"
    )
    keywords = PlainTextField(
        max_length=200, required=False, label=_("搜索词"), help_text=_("买家还会用哪些词找它，用空格隔开。")
    )
    description = PlainTextField(
        max_length=DESCRIPTION_MAX,
        required=False,
        label=_("详情"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("可以写纯文字，也可以粘贴 HTML：标题、段落、列表、表格、图片和链接会保留，其余的去掉。"),
    )
    video_url = PlainTextField(
        max_length=VIDEO_MAX, required=False, label=_("视频地址"), help_text=_("以 https:// 开头。")
    )
    freight_template = forms.ModelChoiceField(
        queryset=None, required=False, label=_("运费模板"), empty_label=_("默认"), to_field_name="public_id"
    )
    free_freight = forms.BooleanField(required=False, label=_("包邮"))
    purchase_limit = _whole(LIMIT_MAX, label=_("每单限购"), least=1, help_text=_("一笔订单至多买几件，不填为不限。"))
    position = _whole(POSITION_MAX, label=_("排序"), help_text=_("数字小的在“综合”里排在前面。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        field.queryset = Category.objects.all()
        field.label_from_instance = lambda category: "　" * category.level + category.name
        self.fields["freight_template"].queryset = FreightTemplate.objects.order_by("id")
        self.fields["freight_template"].label_from_instance = lambda template: template.name

    def clean_position(self) -> int:
        """Nothing typed is the first place, as for goods made by the API."""
        return self.cleaned_data["position"] or 0


class SkuForm(DashboardForm):
    """One row of the table of SKUs. A row left empty is none."""

    id = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    stock_before = forms.IntegerField(required=False, min_value=0, max_value=STOCK_MAX, widget=forms.HiddenInput)
    price = YuanField(required=False, label=_("售价"))
    low_stock_at = _whole(STOCK_MAX, label=_("预警线"))
    market_price = YuanField(required=False, label=_("划线价"))
    member_price = YuanField(required=False, label=_("会员价"))
    weight = _whole(WEIGHT_MAX, label=_("重量（克）"))
    cost = YuanField(required=False, label=_("成本"))
    stock = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=STOCK_MAX,
        label=_("库存"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    code = PlainTextField(max_length=40, required=False, label=_("货号"))

    def __init__(self, *args: Any, columns: int = SPEC_COLUMNS, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", secrets.token_hex(4))
        super().__init__(*args, **kwargs)
        self.columns = columns
        for number in range(columns):
            self.fields[f"value_{number}"] = PlainTextField(max_length=40, required=False, label=_("规格"))
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label or ""

    @property
    def values(self) -> list[forms.BoundField]:
        """The cells of the spec columns."""
        return [self[f"value_{number}"] for number in range(self.columns)]

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed into the row."""
        shown = [name for name in self.fields if name not in ("id", "stock_before")]
        return not any(str(self.data.get(self.add_prefix(name), "")).strip() for name in shown)

    def clean(self) -> dict[str, Any]:
        """A row that says anything must say what it costs."""
        if self.cleaned_data.get("price") is None and "price" not in self.errors:
            self.add_error("price", _t("请填写售价。"))
        return self.cleaned_data


class ProductEditor:
    """The whole page: product, spec names and rows; bound when data is given."""

    def __init__(self, product: Product | None = None, data: QueryDict | None = None) -> None:
        self.product, self.data = product, data
        self.form = ProductForm(data, initial=self._initial())
        self.row_errors: list[Any] = []

    @cached_property
    def skus(self) -> list[Sku]:
        """The SKUs the product is sold in now."""
        if self.product is None:
            return []
        return list(Sku.objects.filter(product=self.product, is_active=True).order_by("position", "id"))

    @cached_property
    def columns(self) -> int:
        """How many spec columns the table has."""
        return max([SPEC_COLUMNS, *(len(sku.specs) for sku in self.skus)])

    @cached_property
    def spec_names(self) -> list[str]:
        """What stands over the spec columns."""
        if self.data is not None:
            return [self.data.get(f"spec_{number}", "").strip()[:60] for number in range(self.columns)]
        names = list(self.skus[0].specs) if self.skus else []
        return names + [""] * (self.columns - len(names))

    @cached_property
    def rows(self) -> list[SkuForm]:
        """The table's rows; a page not sent yet ends with an empty one to type into."""
        if self.data is None:
            return [*(self._row_of(sku) for sku in self.skus), SkuForm(columns=self.columns)]
        prefixes = [prefix for prefix in self.data.getlist("row") if _PREFIX.match(prefix)][: SKUS_MAX + 1]
        bound = [SkuForm(self.data, prefix=prefix, columns=self.columns) for prefix in dict.fromkeys(prefixes)]
        return [row for row in bound if not row.is_blank]

    @property
    def shown_rows(self) -> list[SkuForm]:
        """The rows as the table shows them: never none, so that there is something to type into."""
        return self.rows or [SkuForm(columns=self.columns)]

    @property
    def has_errors(self) -> bool:
        """Whether something on the page has to be mended."""
        return bool(self.form.errors or self.row_errors or any(row.errors for row in self.rows))

    def is_valid(self) -> bool:
        """Whether product and rows make sense, each on its own and together."""
        # Everything is looked at, so that every mistake shows at once.
        sound = [self.form.is_valid(), *(row.is_valid() for row in self.rows)]
        if not self.rows:
            self.row_errors.append(_t("请至少填写一个规格的售价和库存。没有规格的商品填一行即可。"))
        for row in self.rows:
            for number, value in enumerate(row.values):
                typed = str(value.value() or "").strip()
                if bool(typed) != bool(self.spec_names[number]):
                    row.add_error(value.name, _t("规格名和规格值要成对填写。"))
                    sound.append(False)
        return all(sound) and not self.row_errors

    def fields(self) -> dict[str, Any]:
        """The product's own fields, as its services take them."""
        return dict(self.form.cleaned_data)

    def sku_inputs(self) -> list[dict[str, Any]]:
        """The rows, as the SKU service takes them. Prices in fen."""
        return [self._input_of(row) for row in self.rows]

    def refuse(self, refusal: DomainError) -> None:
        """Put a refusal beside its field: `skus.<n>.<field>` is the nth row's."""
        place = (refusal.field or "").split(".")
        if place[0] == "skus" and len(place) == 3 and place[1].isdigit() and int(place[1]) < len(self.rows):
            name = _NAMES.get(place[2], place[2])
            row = self.rows[int(place[1])]
            is_seen = name in row.fields and not row[name].is_hidden
            row.add_error(name if is_seen else None, str(refusal))
        elif place[0] == "skus":
            self.row_errors.append(str(refusal))
        else:
            self.form.refuse(refusal)

    def _initial(self) -> dict[str, Any]:
        if self.product is None:
            return {"free_freight": True}
        names = (
            "name", "subtitle", "category", "keywords", "description", "video_url", "freight_template", "free_freight",
            "purchase_limit", "position",
        )  # fmt: skip
        return {name: getattr(self.product, name) for name in names}

    def _row_of(self, sku: Sku) -> SkuForm:
        initial = {
            "id": str(sku.public_id),
            "stock_before": sku.stock,
            "price": sku.price_fen,
            "market_price": sku.market_price_fen,
            "member_price": sku.member_price_fen,
            "cost": sku.cost_fen,
            "weight": sku.weight_g or "",
            "low_stock_at": sku.low_stock_at or "",
            "stock": sku.stock,
            "code": sku.code,
        }
        initial |= {f"value_{number}": sku.specs.get(name, "") for number, name in enumerate(self.spec_names) if name}
        return SkuForm(initial=initial, columns=self.columns)

    def _input_of(self, row: SkuForm) -> dict[str, Any]:
        typed = row.cleaned_data
        specs = {name: typed[f"value_{number}"] for number, name in enumerate(self.spec_names) if name}
        made: dict[str, Any] = {
            "specs": specs,
            "price_fen": typed["price"],
            "market_price_fen": typed["market_price"],
            "member_price_fen": typed["member_price"],
            "cost_fen": typed["cost"],
            "weight_g": typed["weight"] or 0,
            "low_stock_at": typed["low_stock_at"] or 0,
            "stock": typed["stock"] or 0,
            "code": typed["code"],
        }
        if typed["id"]:
            made |= {"id": typed["id"], "stock_before": typed["stock_before"]}
        return made


def stock_of(skus: Iterable[Sku]) -> int:
    """What is left of a product, over the SKUs it is sold in."""
    return sum(sku.stock for sku in skus if sku.is_active)
