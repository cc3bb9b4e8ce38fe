"""Goods as rows of a table, one SKU a row: which columns there are, and how each cell is read and written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from mall.api.lookup import public_uuid
from mall.catalogue.models import Product
from mall.dashboard.fields import hundredths, written

PRODUCT, SKU = "product", "sku"


class Unreadable(ValueError):
    """A cell that cannot be meant; its text says what would be."""


@dataclass(frozen=True)
class Column:
    """One column. field: as services call it; title: what an export writes; known_as: what other tables call it."""

    field: str
    title: Any
    of: str
    read: Callable[[str], Any]
    known_as: tuple[str, ...] = ()
    note: Any = ""


def _text(cell: str) -> str:
    return cell


def _fen(cell: str) -> int:
    found = hundredths(cell)
    if found is None:
        raise Unreadable(_t("请填写金额，最多两位小数，例如 12.50。"))
    return found


def _whole(cell: str) -> int:
    plain = cell.replace(",", "").replace("，", "")
    if not re.fullmatch(r"\d{1,12}", plain, re.ASCII):
        raise Unreadable(_t("请填写整数，例如 12。"))
    return int(plain)


def _flag(cell: str) -> bool:
    word = cell.lower()
    if word in ("是", "y", "yes", "true", "1", "包邮"):
        return True
    if word in ("否", "n", "no", "false", "0", "不包邮"):
        return False
    raise Unreadable(_t("请填写“是”或“否”。"))


_STATUSES = {
    Product.Status.ON_SALE: ("在售", "上架", "on_sale", "on sale"),
    Product.Status.OFF_SALE: ("已下架", "下架", "off_sale", "off sale"),
    Product.Status.DRAFT: ("草稿", "draft"),
}


def _status(cell: str) -> str:
    for status, words in _STATUSES.items():
        if cell.lower() in words:
            return status
    raise Unreadable(_t("请填写“在售”“草稿”或“已下架”。"))


def _sku_id(cell: str) -> Any:
    found = public_uuid(cell)
    if found is None:
        raise Unreadable(_t("规格ID 不对：请保留导出时的值，新规格留空。"))
    return found


def _specs(cell: str) -> dict[str, str]:
    wrong = Unreadable(_t("请按“颜色:红;尺码:L”的写法填写规格。"))
    if cell.startswith("{"):
        try:
            specs = json.loads(cell)
        except (ValueError, RecursionError) as error:
            raise wrong from error
        if not isinstance(specs, dict) or not all(isinstance(value, str) for value in specs.values()):
            raise wrong
        return specs
    specs = {}
    for part in re.split("[;；]", cell):
        if not part.strip():
            continue
        name, sign, value = part.replace("：", ":").partition(":")
        if not sign or not name.strip() or not value.strip() or name.strip() in specs:
            raise wrong
        specs[name.strip()] = value.strip()
    return specs


def specs_cell(specs: Mapping[str, str]) -> str:
    """Specs as a cell: 颜色:红;尺码:L, or JSON where that would be read as something else."""
    if any(re.search("[:：;；{]", text) for pair in specs.items() for text in pair):
        return json.dumps(specs, ensure_ascii=False)
    return ";".join(f"{name}:{value}" for name, value in specs.items())


def yuan_cell(fen: int | None) -> str:
    """An amount as somebody would type it; empty for none."""
    return "" if fen is None else written(fen)


COLUMNS = (
    Column("sku_id", _("规格ID"), SKU, _sku_id, ("sku id", "skuid"), _("导出时带上，修改已有规格时保留，新规格留空")),
    Column("code", _("货号"), SKU, _text, ("sku code", "sku", "商品编码", "规格编码", "商家编码", "条码", "编码")),
    Column("name", _("商品名称"), PRODUCT, _text, ("name", "product name", "品名", "名称", "商品名", "宝贝标题")),
    Column("subtitle", _("副标题"), PRODUCT, _text, ("subtitle", "卖点", "商品卖点")),
    Column("category", _("分类"), PRODUCT, _text, ("category", "类目", "商品分类"), _("多级用 / 隔开，例如 茶/绿茶")),
    Column("keywords", _("搜索词"), PRODUCT, _text, ("keywords", "关键词", "关键字")),
    Column("specs", _("规格"), SKU, _specs, ("specs", "options", "规格值", "销售属性"), _("例如 颜色:红;尺码:L")),
    Column("price_fen", _("售价"), SKU, _fen, ("price", "价格", "单价", "销售价", "售价（元）", "零售价")),
    Column("market_price_fen", _("划线价"), SKU, _fen, ("market price", "市场价", "原价")),
    Column("member_price_fen", _("会员价"), SKU, _fen, ("member price", "vip价")),
    Column("cost_fen", _("成本"), SKU, _fen, ("cost", "成本价", "进价", "供货价")),
    Column("stock", _("库存"), SKU, _whole, ("stock", "quantity", "数量", "库存数量", "现货库存")),
    Column("stock_before", _("导出时库存"), SKU, _whole, ("stock at export",),
           _("导出时带上：导出后卖出的不会被改回")),
    Column("low_stock_at", _("预警线"), SKU, _whole, ("low stock at", "库存预警", "预警库存")),
    Column("weight_g", _("重量（克）"), SKU, _whole, ("weight (g)", "weight", "重量", "重量(克)", "重量g")),
    Column("status", _("状态"), PRODUCT, _status, ("status", "上架状态"), _("在售、草稿或已下架；新商品不填为草稿")),
    Column("free_freight", _("包邮"), PRODUCT, _flag, ("free freight", "free shipping", "是否包邮")),
    Column("purchase_limit", _("每单限购"), PRODUCT, _whole, ("limit per order", "限购", "限购数量")),
    Column("video_url", _("视频地址"), PRODUCT, _text, ("video", "video url", "视频")),
    Column("position", _("排序"), PRODUCT, _whole, ("position", "order", "顺序")),
    Column("description", _("详情"), PRODUCT, _text, ("description", "商品详情", "描述")),
)  # fmt: skip
BY_FIELD = {column.field: column for column in COLUMNS}


def guessed_columns(header: Sequence[str]) -> dict[str, int]:
    """Field → the place of the column that seems to mean it; each column at most once."""
    places: dict[str, int] = {}
    taken: set[int] = set()
    named = [_plain(title) for title in header]
    titles: dict[str, set[str]] = {column.field: {column.field, *column.known_as} for column in COLUMNS}
    # A colleague may have exported in the other language.
    for language, _name in settings.LANGUAGES:
        with override(language):
            for column in COLUMNS:
                titles[column.field].add(str(column.title))
    for column in COLUMNS:
        names = {_plain(title) for title in titles[column.field]}
        for place, title in enumerate(named):
            if title in names and place not in taken:
                places[column.field] = place
                taken.add(place)
                break
    return places


def _plain(title: str) -> str:
    return re.sub(r"[\s*_（）()]", "", title).lower()
