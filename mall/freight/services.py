"""Writing freight templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from mall.catalogue.models import Product
from mall.freight.errors import BadFreight, FreightInUse, FreightNameTaken
from mall.freight.models import FreightRule, FreightTemplate
from mall.inputs import checked_line, checked_number
from mall.money import FEN_MAX
from mall.orders.regions import regions
from mall.staff.audit import log
from mall.staff.models import StaffMember
from mall.tenancy.context import require_mall_id

RULES_MAX = 50
REGIONS_MAX = 500
UNITS_MAX = 1_000_000
RULE_FIELDS = ("first_units", "first_fen", "extra_units", "extra_fen")


def save_freight_template(
    *,
    name: str,
    rules: Sequence[dict[str, Any]],
    actor: StaffMember | None,
    charge_by: str = FreightTemplate.ChargeBy.PIECE,
    free_above_fen: int | None = None,
    is_default: bool = False,
    template: FreightTemplate | None = None,
) -> FreightTemplate:
    """Make a template, or make an existing one hold exactly this.

    rules: {regions, is_excluded, first_units, first_fen, extra_units, extra_fen}; regions by full official names,
    "浙江省" or "浙江省/杭州市", each in one rule only; exactly one rule without regions is for everywhere else. The
    default template is the mall's only one: another gives way. Locks the mall's templates by id. Raises BadFreight
    naming the field, FreightNameTaken.
    """
    name = checked_line("name", name, 40, least=1, refuse=BadFreight)
    if charge_by not in FreightTemplate.ChargeBy.values:
        raise BadFreight(_("charge_by 须为 piece 或 weight。"), field="charge_by")
    if free_above_fen is not None:
        checked_number("free_above_fen", free_above_fen, FEN_MAX, refuse=BadFreight)
    rows = checked_rules(rules)
    mall_id = require_mall_id("A freight template")
    with transaction.atomic():
        all_ = list(FreightTemplate.objects.select_for_update(no_key=True).order_by("id"))
        if any(one.name == name and (template is None or one.pk != template.pk) for one in all_):
            raise FreightNameTaken
        if is_default:
            FreightTemplate.objects.filter(is_default=True).update(is_default=False)
        saved = FreightTemplate.objects.get(pk=template.pk) if template is not None else FreightTemplate()
        saved.name, saved.charge_by, saved.free_above_fen = name, charge_by, free_above_fen
        saved.is_default = is_default
        try:
            with transaction.atomic():
                saved.save()
        except IntegrityError:
            raise FreightNameTaken from None
        FreightRule.objects.filter(template=saved).delete()
        FreightRule.objects.bulk_create(
            FreightRule(mall_id=mall_id, template=saved, position=i, **row) for i, row in enumerate(rows)
        )
        log(action="freight.saved", actor=actor, subject=saved, detail={"rules": len(rows)})
    return saved


def delete_freight_template(*, template: FreightTemplate, actor: StaffMember | None) -> None:
    """Delete a template that no product names. Locks its row. Raises FreightInUse."""
    template = FreightTemplate.objects.select_for_update(no_key=True).get(pk=template.pk)
    if Product.objects.filter(freight_template=template).exists():
        raise FreightInUse
    log(action="freight.deleted", actor=actor, subject=template, detail={})
    FreightRule.objects.filter(template=template).delete()
    template.delete()


def checked_rules(rules: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rules as columns. Raises BadFreight; field is rules.<n>.<field>."""
    if not isinstance(rules, Sequence) or isinstance(rules, str) or not 1 <= len(rules) <= RULES_MAX:
        raise BadFreight(_("运费规则（rules）须有 1 到 %(most)s 条。") % {"most": RULES_MAX}, field="rules")
    rows, seen = [], set()
    for position, rule in enumerate(rules):
        place = f"rules.{position}"
        if not isinstance(rule, dict):
            raise BadFreight(_("每条运费规则须为一个对象。"), field=place)
        names = _checked_regions(rule.get("regions", []), f"{place}.regions")
        for name in names or ["*"]:
            if name in seen:
                shown = _("其他地区") if name == "*" else name
                raise BadFreight(_("“%(region)s”出现了两次。") % {"region": shown}, field=f"{place}.regions")
            seen.add(name)
        row = {"regions": names, "is_excluded": bool(rule.get("is_excluded", False))}
        for field, least, most, default in (
            ("first_units", 1, UNITS_MAX, 1), ("first_fen", 0, FEN_MAX, 0),
            ("extra_units", 1, UNITS_MAX, 1), ("extra_fen", 0, FEN_MAX, 0),
        ):  # fmt: skip
            value = rule.get(field, default)
            row[field] = checked_number(f"{place}.{field}", value, most, least=least, refuse=BadFreight)
        rows.append(row)
    if "*" not in seen:
        raise BadFreight(_("须有一条不填地区的规则，用于其他所有地区；不配送也请用它说明。"), field="rules")
    return rows


def _checked_regions(names: Any, field: str) -> list[str]:
    if not isinstance(names, Sequence) or isinstance(names, str) or len(names) > REGIONS_MAX:
        raise BadFreight(_("地区（regions）须为至多 %(most)s 项的列表。") % {"most": REGIONS_MAX}, field=field)
    found = [checked_line(field, name, 80, least=1, refuse=BadFreight) for name in names]
    for name in found:
        if not is_region(name):
            raise BadFreight(
                _("没有名为“%(region)s”的地区，请用完整的官方名称，例如“%(province)s”或“%(city)s”。")
                % {"region": name, "province": "浙江省", "city": "浙江省/杭州市"},
                field=field,
            )
    return found


def is_region(name: str) -> bool:
    """Whether it names a province, or a city or district below one, parted by "/"."""
    province, *below = name.split("/")
    region = regions().get(province)
    if region is None or len(below) > 2:
        return False
    if not region.cities:
        return all(below)
    if not below:
        return True
    districts = region.cities.get(below[0])
    return districts is not None and (len(below) == 1 or below[1] in districts)
