"""The SKUs of one product: what a merchant may say about them, and how the set is written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from mall.api.lookup import public_uuid
from mall.catalogue.errors import BadProduct
from mall.catalogue.models import Product, Sku
from mall.events.services import record_many
from mall.inputs import checked_line, checked_number
from mall.money import FEN_MAX
from mall.tenancy.context import require_mall_id

SKUS_MAX = 100
SPECS_MAX = 5
STOCK_MAX = 100_000_000
WEIGHT_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class SkuRow:
    """One SKU as it should stand. Prices in fen."""

    public_id: UUID | None
    specs: dict[str, str]
    price_fen: int
    stock: int
    stock_before: int | None
    market_price_fen: int | None
    cost_fen: int | None
    code: str
    # member_price_fen, weight_g, low_stock_at: what is absent stays as it is.
    more: dict[str, int | None]

    @property
    def specs_key(self) -> str:
        """The same text for the same specs, in whatever order they were typed: as the database compares them."""
        return json.dumps(self.specs, sort_keys=True, ensure_ascii=False)


_KNOWN = {
    "id", "specs", "price_fen", "stock", "stock_before", "market_price_fen", "cost_fen", "code", "member_price_fen",
    "weight_g", "low_stock_at",
}  # fmt: skip


def checked_skus(skus: Sequence[dict[str, Any]]) -> list[SkuRow]:
    """The SKUs, checked one by one and against each other. Raises BadProduct; field is skus.<n>.<field>."""
    if not isinstance(skus, Sequence) or isinstance(skus, str) or len(skus) > SKUS_MAX:
        raise BadProduct(_("规格（skus）须为至多 %(n)s 项的列表。") % {"n": SKUS_MAX}, field="skus")
    rows = [_checked_sku(sku, f"skus.{position}") for position, sku in enumerate(skus)]
    seen: set[str] = set()
    named: set[UUID] = set()
    for position, row in enumerate(rows):
        if row.specs_key in seen:
            raise BadProduct(_("两个规格的取值完全相同，请改其中一个。"), field=f"skus.{position}.specs")
        if row.public_id is not None and row.public_id in named:
            raise BadProduct(_("同一个规格 id 出现了两次。"), field=f"skus.{position}.id")
        if row.specs.keys() != rows[0].specs.keys():
            raise BadProduct(_("同一商品的各规格须有相同的规格名。"), field=f"skus.{position}.specs")
        seen.add(row.specs_key)
        if row.public_id is not None:
            named.add(row.public_id)
    return rows


def write_skus(product: Product, rows: list[SkuRow]) -> list[Sku]:
    """Make the product's SKUs these rows; its row must be locked or new. Locks its SKUs by id."""
    mall_id = require_mall_id("A SKU")
    before = list(Sku.objects.select_for_update(no_key=True).filter(product=product).order_by("id"))
    costs = {sku.pk: sku.cost_fen for sku in before}
    matched = _match(before, rows)
    kept = {sku.pk for sku in matched if sku is not None}
    for sku in before:
        if sku.pk not in kept and sku.is_active:
            Sku.objects.filter(pk=sku.pk).update(is_active=False)
    _step_aside(product, matched, rows)
    written = []
    for position, (known, row) in enumerate(zip(matched, rows, strict=True)):
        sku = known or Sku(mall_id=mall_id, product=product)
        sku.stock = _stock_now(sku, row)
        sku.specs, sku.price_fen, sku.code = row.specs, row.price_fen, row.code
        sku.market_price_fen, sku.cost_fen = row.market_price_fen, row.cost_fen
        for field, value in row.more.items():
            setattr(sku, field, value)
        _require_sane_member_price(sku, position)
        sku.position, sku.is_active = position, True
        sku.save()
        written.append(sku)
    moved = [(sku.pk, {}) for sku in written if costs.get(sku.pk, sku.cost_fen) != sku.cost_fen]
    record_many("sku.cost_changed", moved)
    product.lowest_price_fen = min((sku.price_fen for sku in written), default=None)
    product.save(update_fields=["lowest_price_fen"])
    return written


def _stock_now(sku: Sku, row: SkuRow) -> int:
    """What was sold while the merchant was typing stays sold, when he says which stock he saw."""
    if sku.pk is None or row.stock_before is None:
        return row.stock
    return max(0, sku.stock + row.stock - row.stock_before)


def _match(before: list[Sku], rows: list[SkuRow]) -> list[Sku | None]:
    """For each row the SKU it changes, by id or else by specs; None for a new one."""
    by_id = {sku.public_id: sku for sku in before}
    by_specs = {json.dumps(sku.specs, sort_keys=True, ensure_ascii=False): sku for sku in before}
    named = {row.public_id for row in rows if row.public_id}
    matched: list[Sku | None] = []
    for position, row in enumerate(rows):
        if row.public_id is not None:
            if row.public_id not in by_id:
                raise BadProduct(_("该商品没有这个规格。"), field=f"skus.{position}.id")
            matched.append(by_id[row.public_id])
        else:
            same = by_specs.get(row.specs_key)
            matched.append(None if same is None or same.public_id in named else same)
    return matched


def _step_aside(product: Product, matched: list[Sku | None], rows: list[SkuRow]) -> None:
    """Free the specs that are about to change hands, so that two SKUs can swap theirs under the unique key."""
    wanted = {row.specs_key for row in rows}
    ours = {sku.pk: row.specs_key for sku, row in zip(matched, rows, strict=True) if sku is not None}
    for holder in Sku.objects.filter(product=product):
        held = json.dumps(holder.specs, sort_keys=True, ensure_ascii=False)
        if held in wanted and ours.get(holder.pk) != held:
            Sku.objects.filter(pk=holder.pk).update(specs={"~": str(holder.pk)})


def _checked_sku(sku: Any, place: str) -> SkuRow:
    if not isinstance(sku, dict):
        raise BadProduct(_("每个规格须为一个对象。"), field=place)
    for unknown in sku.keys() - _KNOWN:
        raise BadProduct(_("规格没有名为 %(field)s 的字段。") % {"field": str(unknown)[:40]}, field=place)
    public_id = None
    if sku.get("id") is not None:
        public_id = public_uuid(str(sku["id"]))
        if public_id is None:
            raise BadProduct(_("该商品没有这个规格。"), field=f"{place}.id")
    price_fen = checked_number(f"{place}.price_fen", sku.get("price_fen"), FEN_MAX, refuse=BadProduct)
    return SkuRow(
        public_id=public_id,
        specs=_checked_specs(sku.get("specs", {}), f"{place}.specs"),
        price_fen=price_fen,
        stock=checked_number(f"{place}.stock", sku.get("stock"), STOCK_MAX, refuse=BadProduct),
        stock_before=_optional(f"{place}.stock_before", sku.get("stock_before"), STOCK_MAX),
        market_price_fen=_optional(f"{place}.market_price_fen", sku.get("market_price_fen"), FEN_MAX),
        cost_fen=_optional(f"{place}.cost_fen", sku.get("cost_fen"), FEN_MAX),
        code=checked_line(f"{place}.code", sku.get("code", ""), 40, refuse=BadProduct),
        more=_checked_more(sku, place),
    )


def _checked_more(sku: dict[str, Any], place: str) -> dict[str, int | None]:
    more: dict[str, int | None] = {}
    if "member_price_fen" in sku:
        more["member_price_fen"] = _optional(f"{place}.member_price_fen", sku["member_price_fen"], FEN_MAX)
    for field, most in (("weight_g", WEIGHT_MAX), ("low_stock_at", STOCK_MAX)):
        if field in sku:
            more[field] = checked_number(f"{place}.{field}", sku[field], most, refuse=BadProduct)
    return more


def _require_sane_member_price(sku: Sku, position: int) -> None:
    # A price that was lowered must not leave the members' one above it, either.
    if sku.member_price_fen is not None and sku.member_price_fen > sku.price_fen:
        raise BadProduct(_("会员价不能高于售价，请调低会员价。"), field=f"skus.{position}.member_price_fen")


def _optional(field: str, value: Any, most: int) -> int | None:
    return None if value is None else checked_number(field, value, most, refuse=BadProduct)


def _checked_specs(specs: Any, field: str) -> dict[str, str]:
    if not isinstance(specs, dict) or len(specs) > SPECS_MAX:
        raise BadProduct(_("规格取值（specs）须为至多 %(n)s 对名称和取值。") % {"n": SPECS_MAX}, field=field)
    return {
        checked_line(field, name, 20, least=1, refuse=BadProduct): checked_line(
            field, value, 40, least=1, refuse=BadProduct
        )
        for name, value in specs.items()
    }
