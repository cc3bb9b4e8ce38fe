"""Goods taken in from a table: looked through row by row first, then carried out product by product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mall.catalogue import services
from mall.catalogue.errors import BadProduct
from mall.catalogue.import_lookup import Known
from mall.catalogue.models import Product, Sku
from mall.catalogue.product_fields import checked_fields
from mall.catalogue.product_table import BY_FIELD, SKU, Unreadable
from mall.catalogue.skus import checked_skus
from mall.errors import DomainError
from mall.imports.reading import FIRST_ROW

_SKU_FIELDS = ("code", "price_fen", "market_price_fen", "member_price_fen", "cost_fen", "low_stock_at", "weight_g")


@dataclass(slots=True)
class Row:
    """One row: its number as the merchant counts, what it says, and what is wrong with it."""

    number: int
    said: dict[str, Any]
    errors: list[tuple[str, str]] = field(default_factory=list)
    sku: Sku | None = None


@dataclass(slots=True)
class Draft:
    """One product as its rows want it. product: None for a new one; old: its SKUs as they are."""

    rows: list[Row]
    product: Product | None
    old: list[Sku]
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not any(row.errors for row in self.rows)

    @property
    def changes(self) -> dict[str, Any]:
        """The product's own fields that would become others."""
        given = {name: value for name, value in self.fields.items() if name != "status"}
        if self.product is None:
            return given
        return {name: value for name, value in given.items() if getattr(self.product, name) != value}

    @property
    def status(self) -> str | None:
        """The status it should change to, if any."""
        wanted = self.fields.get("status")
        return wanted if self.product is None or wanted != self.product.status else None

    @property
    def moves_skus(self) -> bool:
        """Whether any SKU would be new or change."""
        return any(row.sku is None or _differs(row) for row in self.rows)

    @property
    def kind(self) -> str:
        """created, changed or unchanged."""
        if self.product is None:
            return "created"
        return "changed" if self.changes or self.status or self.moves_skus else "unchanged"


def look_through(
    *, rows: Sequence[Sequence[str]], columns: Mapping[str, int], only: Collection[int] | None = None
) -> list[Draft]:
    """The table as products, each with its errors; writes nothing.

    rows: the cells below the header, blank rows included; columns: field → place; only: the numbers of the rows
    that count, None for all. An empty cell says nothing: a known product keeps what it has.
    """
    numbered = enumerate(rows, FIRST_ROW) if only is None else ((n, rows[n - FIRST_ROW]) for n in sorted(only))
    read = [_read(number, cells, columns) for number, cells in numbered if any(cells)]
    known = Known.of([row.said for row in read])
    for row in read:
        _find_sku(row, known)
    drafts = _grouped(read, known)
    for draft in drafts:
        _merge_fields(draft)
        _check_skus(draft)
    return drafts


def carry_out(drafts: Sequence[Draft]) -> dict[str, int]:
    """Make and change what the good drafts want, each product in a savepoint of its own.

    Locks the products they change by id, then their SKUs by id. Answers how many were created, changed, unchanged
    and left; a product that is refused after all gets the error.
    """
    # All of them at first: one after the other could wait in a circle with somebody who orders several of them.
    known = sorted({draft.product.pk for draft in drafts if draft.product is not None})
    for model, held in ((Product, {"pk__in": known}), (Sku, {"product__in": known})) if known else ():
        list(model.objects.select_for_update(no_key=True).filter(**held).order_by("id").values_list("pk"))
    counts = dict.fromkeys(("created", "changed", "unchanged", "left"), 0)
    for draft in drafts:
        kind = draft.kind if draft.is_good else "left"
        if kind in ("created", "changed"):
            try:
                with transaction.atomic():
                    _write(draft)
            except DomainError as refusal:
                draft.rows[0].errors.append(("", str(refusal)))
                kind = "left"
        counts[kind] += 1
    return counts


def errors_of(drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """What is wrong, row by row: the number as the merchant counts, the column's title and what would be right."""
    found = [
        {"row": row.number, "field": str(BY_FIELD[name].title) if name else "", "error": error}
        for draft in drafts
        for row in draft.rows
        for name, error in row.errors
    ]
    return sorted(found, key=lambda error: error["row"])


def _read(number: int, cells: Sequence[str], columns: Mapping[str, int]) -> Row:
    row = Row(number, {})
    for name, place in columns.items():
        cell = cells[place] if place < len(cells) else ""
        if not cell:
            continue
        try:
            row.said[name] = BY_FIELD[name].read(cell)
        except Unreadable as error:
            row.errors.append((name, str(error)))
    return row


def _find_sku(row: Row, known: Known) -> None:
    sku_id, code = row.said.get("sku_id"), row.said.get("code")
    if sku_id is not None:
        row.sku = known.by_id.get(sku_id)
        if row.sku is None:
            row.errors.append(("sku_id", _("没有这个规格：请保留导出时的值，新规格留空。")))
    elif code:
        same = known.by_code.get(code, [])
        if len(same) > 1:
            row.errors.append(("code", _("有多个规格用这个货号，请用导出的表格（带规格ID）修改。")))
        row.sku = same[0] if len(same) == 1 else None
    if "category" in row.said:
        try:
            row.said["category"] = known.category(row.said["category"])
        except LookupError:
            del row.said["category"]
            row.errors.append(("category", _("没有这个分类，请先新建，多级用 / 隔开。")))


def _grouped(rows: list[Row], known: Known) -> list[Draft]:
    by_name = {row.said["name"]: row.sku.product for row in rows if row.sku is not None and row.said.get("name")}
    groups: dict[Any, list[Row]] = defaultdict(list)
    products: dict[Any, Product] = {}
    seen: dict[int, int] = {}
    codes: dict[str, int] = {}
    for row in rows:
        name, code = row.said.get("name"), row.said.get("code")
        product = row.sku.product if row.sku is not None else by_name.get(name)
        if row.sku is not None and row.sku.pk in seen:
            row.errors.append(("code", _("与第 %(row)s 行是同一个规格，请删去一行。") % {"row": seen[row.sku.pk]}))
        elif row.sku is not None:
            seen[row.sku.pk] = row.number
        elif code and code in codes:
            row.errors.append(("code", _("货号与第 %(row)s 行相同，请改其中一个。") % {"row": codes[code]}))
        if code:
            codes.setdefault(code, row.number)
        if product is None and name:
            same = known.by_name.get(name, [])
            if len(same) > 1:
                row.errors.append(("name", _("有多个同名商品，请用导出的表格（带规格ID）修改。")))
            product = same[0] if len(same) == 1 else None
        if product is None and not name:
            row.errors.append(("name", _("新商品须填写商品名称。")))
        key = ("known", product.pk) if product else ("new", name or row.number)
        groups[key].append(row)
        if product is not None:
            products[key] = product
    return [
        Draft(found, products.get(key), known.skus_of(products[key]) if key in products else [])
        for key, found in groups.items()
    ]


def _merge_fields(draft: Draft) -> None:
    """A product's own fields, said once or the same in each of its rows."""
    said_by: dict[str, Row] = {}
    for row in draft.rows:
        for name, value in row.said.items():
            if BY_FIELD[name].of == SKU:
                continue
            first = said_by.setdefault(name, row)
            if first.said[name] != value:
                row.errors.append((name, _("与第 %(row)s 行不一致：同一商品的各行须相同。") % {"row": first.number}))
    for name, row in said_by.items():
        try:
            draft.fields |= {name: row.said[name]} if name == "status" else checked_fields({name: row.said[name]})
        except BadProduct as refusal:
            row.errors.append((name, str(refusal)))


def _check_skus(draft: Draft) -> None:
    rows = {row.sku.pk: row for row in draft.rows if row.sku is not None}
    new = [row for row in draft.rows if row.sku is None]
    for row in new:
        if "price_fen" not in row.said and not any(name == "price_fen" for name, _error in row.errors):
            row.errors.append(("price_fen", _("新规格须填写售价。")))
    for row in draft.rows:
        price = row.said.get("price_fen", row.sku.price_fen if row.sku else None)
        member = row.said.get("member_price_fen", row.sku.member_price_fen if row.sku else None)
        if price is not None and member is not None and member > price:
            row.errors.append(("member_price_fen", _("会员价不能高于售价，请调低会员价。")))
    if not draft.is_good:
        return
    try:
        checked_skus(_inputs(draft, draft.old))
    except BadProduct as refusal:
        _blame(refusal, [rows.get(sku.pk) for sku in draft.old] + new, draft)


def _blame(refusal: BadProduct, places: list[Row | None], draft: Draft) -> None:
    """The error beside the row and the column it is about; else beside the product's first row."""
    parts = (refusal.field or "").split(".")
    place = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else -1
    row = places[place] if 0 <= place < len(places) else None
    name = parts[2] if len(parts) > 2 and parts[2] in BY_FIELD else "specs"
    (row or draft.rows[0]).errors.append((name, str(refusal)))


def _inputs(draft: Draft, now: Sequence[Sku]) -> list[dict[str, Any]]:
    """The product's whole set of SKUs, as the service takes it: those it has, as the rows want them, and new ones."""
    rows = {row.sku.pk: row.said for row in draft.rows if row.sku is not None}
    made = [_input(sku, rows.get(sku.pk, {})) for sku in now]
    return made + [_input(None, row.said) for row in draft.rows if row.sku is None]


def _input(sku: Sku | None, said: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {name: said[name] for name in _SKU_FIELDS if name in said}
    if sku is None:
        return {"stock": said.get("stock", 0), "specs": said.get("specs", {}), **given}
    kept = {name: getattr(sku, name) for name in _SKU_FIELDS}
    # Without a stock of its own a row changes none; with the stock it saw, what was sold since stays sold.
    stock = said.get("stock", sku.stock)
    before = said.get("stock_before") if "stock" in said else sku.stock
    return {
        **kept, "id": str(sku.public_id), "specs": said.get("specs", sku.specs), "stock": stock, "stock_before": before,
        **given,
    }  # fmt: skip


def _differs(row: Row) -> bool:
    sku, said = row.sku, row.said
    if "stock" in said and said["stock"] != said.get("stock_before", sku.stock):
        return True
    return any(said[name] != getattr(sku, name) for name in (*_SKU_FIELDS, "specs") if name in said)


def _write(draft: Draft) -> None:
    if draft.product is None:
        fields = {**draft.changes, "status": draft.fields.get("status", Product.Status.DRAFT)}
        services.create_product(**fields, skus=_inputs(draft, []))
        return
    # Locked before its SKUs are read again: what was sold since the look-through stays sold.
    product = Product.objects.select_for_update(no_key=True).get(pk=draft.product.pk)
    if draft.changes:
        services.update_product(product=product, changes=draft.changes)
    if draft.moves_skus:
        now = list(Sku.objects.filter(product=product, is_active=True).order_by("position", "id"))
        services.set_skus(product=product, skus=_inputs(draft, now))
    if draft.status == Product.Status.ON_SALE:
        services.publish_product(product=product)
    elif draft.status == Product.Status.OFF_SALE:
        services.withdraw_product(product=product)
    elif draft.status is not None:
        raise BadProduct(_("已上架过的商品不能改回草稿，可以改为已下架。"), field="status")
