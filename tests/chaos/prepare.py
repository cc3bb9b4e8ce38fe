"""Make a mall in an installation under test: a process of its own, so that the test imports no Django.

python -m tests.chaos.prepare '{"slug": …, "buyers": 20, "promoters": 5, "plan": {…}}'
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django

django.setup()

from commissions.plans.services import change_plan  # noqa: E402 - only after Django is set up
from mall.buyers.services import issue_token  # noqa: E402
from mall.catalogue.models import Sku  # noqa: E402
from mall.catalogue.services import create_product  # noqa: E402
from mall.malls.models import Mall  # noqa: E402
from mall.malls.services import create_mall  # noqa: E402
from mall.staff.logins import issue_token as issue_staff_token  # noqa: E402
from mall.staff.models import StaffMember  # noqa: E402
from mall.tenancy.context import mall_scope  # noqa: E402
from members.joining.services import join  # noqa: E402
from members.models import Member  # noqa: E402
from referrals.links.services import take_link  # noqa: E402

PASSWORD = "Long-enough-77"
PLAN = {"order_levels_bps": [1000, 500], "hold_days": 0, "ceiling_bps": 3000}


def member_under(referrer: Member | None, phone: str) -> Member:
    """A member, brought by `referrer` through his link."""
    code = take_link(owner=referrer, kind="registration", channel_slug="wechat")[0].code if referrer else None
    return join(phone=phone, password=PASSWORD, ref=code)


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """One top member, promoters below him, buyers below each of them, and goods at awkward prices."""
    slug = asked["slug"]
    mall = create_mall(slug=slug, name="故障商城", owner_email=f"owner@{slug}.example", owner_password=PASSWORD)
    with mall_scope(mall.pk):
        Mall.objects.filter(pk=mall.pk).update(phone_proof_required=False, payout_min_fen=1)
        change_plan(author=None, changes=PLAN | asked.get("plan", {}))
        product = create_product(
            name="茶",
            skus=[{"specs": {"款": str(fen)}, "price_fen": fen, "stock": 1_000_000} for fen in (9_999, 333, 101)],
        )
        top = member_under(None, "13900000000")
        promoters = [member_under(top, f"1390000{number:04d}") for number in range(1, asked["promoters"] + 1)]
        buyers = [
            member_under(promoters[number % len(promoters)], f"1391000{number:04d}")
            for number in range(asked["buyers"])
        ]
        return {
            "mall": mall.pk,
            "host": f"{slug}.localhost",
            "staff_token": issue_staff_token(member=StaffMember.objects.get())[0],
            "skus": [
                str(pk)
                for pk in Sku.objects.filter(product=product).order_by("position").values_list("public_id", flat=True)
            ],
            "top": _person(top),
            "promoters": [_person(member) for member in promoters],
            "buyers": [_person(member) for member in buyers],
        }


def _person(member: Member) -> dict[str, Any]:
    return {"member": member.pk, "token": issue_token(buyer=member.buyer)[0]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
