"""Questions about freight templates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from mall.freight.models import FreightRule, FreightTemplate
from mall.pricing.facts import FreightPrice, FreightTerms
from mall.tenancy.context import require_mall_id
from mall.tenancy.postgres.prepared import Prepared

# Stands for "the mall's default" in the pipeline's facts until it is known which template that is.
DEFAULT = 0

_BY_WEIGHT = FreightTemplate.ChargeBy.WEIGHT
_TERMS = Prepared(
    "freight_terms",
    """
SELECT t.id, t.is_default, t.charge_by = %(by)s, t.free_above_fen,
    r.regions, r.is_excluded, r.first_units, r.first_fen, r.extra_units, r.extra_fen
FROM mall_freightrule r JOIN mall_freighttemplate t ON t.mall_id = r.mall_id AND t.id = r.template_id
WHERE r.mall_id = %(mall)s AND (t.id = ANY(%(templates)s) OR t.is_default) ORDER BY r.position, r.id
""",
    {"mall": "bigint", "templates": "bigint[]", "by": "text"},
)


def freight_terms(template_ids: Iterable[int]) -> dict[int, FreightTerms]:
    """The templates by id, and the mall's default one under DEFAULT too. One statement.

    A template without a price is not there: nothing is asked for what nobody has priced.
    """
    with connection.cursor() as cursor:
        _TERMS.run(
            cursor, {"mall": require_mall_id("Freight"), "templates": list(template_ids), "by": _BY_WEIGHT.value}
        )
        rows = cursor.fetchall()
    prices: dict[int, list[FreightPrice]] = defaultdict(list)
    terms = {}
    for template_id, is_default, by_weight, free_above_fen, regions, *price in rows:
        prices[template_id].append(FreightPrice(tuple(regions), *price))
        terms[template_id] = FreightTerms(tuple(prices[template_id]), by_weight, free_above_fen)
        if is_default:
            terms[DEFAULT] = terms[template_id]
    return terms


def templates_with_rules() -> list[FreightTemplate]:
    """The mall's templates, the default first, each with its rules in their order (`all_rules`)."""
    templates = list(FreightTemplate.objects.order_by("-is_default", "name"))
    rules = defaultdict(list)
    for rule in FreightRule.objects.filter(template__in=templates).order_by("position", "id"):
        rules[rule.template_id].append(rule)
    for template in templates:
        template.all_rules = rules[template.pk]
    return templates
