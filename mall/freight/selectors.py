"""Questions about freight templates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from mall.freight.models import FreightRule, FreightTemplate
from mall.pricing.facts import FreightPrice, FreightTerms

# Stands for "the mall's default" in the pipeline's facts until it is known which template that is.
DEFAULT = 0

# Asked for by every order, together with what other rooms know (mall.orders.offers): read as JSON.
TERMS = f"""
SELECT t.id, t.is_default, t.charge_by = '{FreightTemplate.ChargeBy.WEIGHT}' AS by_weight, t.free_above_fen,
    r.regions, r.is_excluded, r.first_units, r.first_fen, r.extra_units, r.extra_fen
FROM mall_freightrule r JOIN mall_freighttemplate t ON t.mall_id = r.mall_id AND t.id = r.template_id
WHERE r.mall_id = %(mall)s AND (t.id = ANY(%(templates)s) OR t.is_default) ORDER BY r.position, r.id
"""  # noqa: S608 - our own text


def freight_terms_from(rows: Iterable[dict[str, Any]]) -> dict[int, FreightTerms]:
    """The templates by id, and the mall's default one under DEFAULT too, out of the rows of TERMS as JSON has them.

    A template without a price is not there: nothing is asked for what nobody has priced.
    """
    prices: dict[int, list[FreightPrice]] = defaultdict(list)
    terms = {}
    for row in rows:
        prices[row["id"]].append(
            FreightPrice(
                tuple(row["regions"]),
                row["is_excluded"],
                row["first_units"],
                row["first_fen"],
                row["extra_units"],
                row["extra_fen"],
            )
        )
        terms[row["id"]] = FreightTerms(tuple(prices[row["id"]]), row["by_weight"], row["free_above_fen"])
        if row["is_default"]:
            terms[DEFAULT] = terms[row["id"]]
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
