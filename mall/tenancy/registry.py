"""Which tables belong to a mall: every model with a `mall` column, and the mall itself."""

from __future__ import annotations

from functools import cache

from django.apps import apps
from django.db.models import Model


def mall_models() -> list[type[Model]]:
    """Every concrete model whose rows belong to one mall, in a stable order."""
    found = [model for model in apps.get_models() if any(field.attname == "mall_id" for field in model._meta.fields)]
    return sorted(found, key=lambda model: model._meta.label)


@cache
def mall_tables() -> frozenset[str]:
    """Names of the tables whose rows only their mall may see; `mall_mall` is one of them."""
    return frozenset([model._meta.db_table for model in mall_models()] + ["mall_mall"])
