"""Questions about freight templates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from mall.freight.models import FreightRule, FreightTemplate
from mall.pricing.facts import FreightPrice, FreightTerms

# Stands for "the mall's default" in the pipeline's facts until it is known which template that is.
DEFAULT = 0


def freight_terms(template_ids: Iterable[int]) -> dict[int, FreightTerms]:
    """The templates by id, and the mall's default one under DEFAULT too. One statement.

    A template without a price is not there: nothing is asked for what nobody has priced.
    """
    wanted = set(template_ids)
    rules = defaultdict(list)
    templates: dict[int, FreightTemplate] = {}
    found = FreightRule.objects.select_related("template").filter(
        Q(template__in=wanted - {DEFAULT}) | Q(template__is_default=True)
    )
    for rule in found.order_by("position", "id"):
        templates[rule.template_id] = rule.template
        rules[rule.template_id].append(
            FreightPrice(
                tuple(rule.regions),
                rule.is_excluded,
                rule.first_units,
                rule.first_fen,
                rule.extra_units,
                rule.extra_fen,
            )
        )
    terms = {
        pk: FreightTerms(
            tuple(rules[pk]),
            by_weight=template.charge_by == FreightTemplate.ChargeBy.WEIGHT,
            free_above_fen=template.free_above_fen,
        )
        for pk, template in templates.items()
    }
    default = next((pk for pk, template in templates.items() if template.is_default), None)
    if default is not None:
        terms[DEFAULT] = terms[default]
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
