"""The product inside the benchmarks' own process: set up once, pointed from database to database."""

from __future__ import annotations

import os
from typing import Any

from tests.installation import Installation

PASSWORD = "Long-enough-77"  # noqa: S105 - nobody can reach this mall


def open_house(installation: Installation) -> None:
    """Set Django up as the installation's processes see it. Once per process."""
    os.environ.update(installation.environment())
    import django

    django.setup()


def point_at(installation: Installation, database: str) -> None:
    """Let this process, and whatever is started from now on, work on another database."""
    from django.db import connections

    installation.database = database
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database


def make_mall(slug: str = "bench", **plan: Any) -> int:
    """A mall with one product at ¥100 and two levels of 10 % and 5 %; its id."""
    from commissions.plans.services import change_plan
    from mall.catalogue.services import create_product
    from mall.malls.models import Mall
    from mall.malls.services import create_mall
    from mall.tenancy.context import mall_scope

    mall = create_mall(slug=slug, name="压测商城", owner_email=f"owner@{slug}.example", owner_password=PASSWORD)
    with mall_scope(mall.pk):
        Mall.objects.filter(pk=mall.pk).update(phone_proof_required=False, payout_min_fen=1)
        change_plan(author=None, changes={"order_levels_bps": [1000, 500], **plan})
        create_product(name="茶", skus=[{"specs": {}, "price_fen": 10_000, "stock": 10_000_000}])
    return mall.pk
