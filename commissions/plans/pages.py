"""分佣说明: the plan in force, in words and with a worked example; open to everybody."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commissions.plans.example import worked_example
from commissions.plans.models import PlanOverride
from commissions.plans.selectors import current_plan, plan_as_dict
from commissions.settlement.words import LEVEL_NAMES
from mall.pages.rendering import ShareCard, page

EXAMPLE_FEN = 10_000


@require_safe
def how_it_pays(request: HttpRequest) -> HttpResponse:
    """分佣说明."""
    plan = current_plan()
    example = worked_example(plan_as_dict(plan), EXAMPLE_FEN)
    context = {
        "plan": plan,
        "example": example,
        "levels": [{**level, "name": LEVEL_NAMES[level["level"]]} for level in example["levels"]],
        "levels_max": settings.REFERRAL_MAX_LEVELS,
        "has_overrides": PlanOverride.objects.filter(plan=plan).exists(),
        "minimum_fen": request.mall.payout_min_fen,
    }
    card = ShareCard(title=_("分佣说明"), description=request.mall.name)
    return page(request, "h5/plans/how_it_pays.html", context, card=card)
