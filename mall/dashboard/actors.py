"""Who did something, in words: the records keep ids only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from mall.staff.models import StaffMember


def name_actors(records: Iterable[Any]) -> None:
    """Give each record `actor_name` for its `actor` ("buyer:7", "staff:3", "system"). One statement."""
    records = list(records)
    staff_ids = {_number(record.actor) for record in records if record.actor.startswith("staff:")}
    members = StaffMember.objects.select_related("user").filter(pk__in=staff_ids) if staff_ids else ()
    names = {member.pk: member.user.name or member.user.email for member in members}
    for record in records:
        kind = record.actor.partition(":")[0]
        if kind == "staff":
            record.actor_name = names.get(_number(record.actor), _("员工"))
        else:
            record.actor_name = {"buyer": _("买家"), "member": _("会员"), "system": _("系统")}.get(kind, record.actor)


def _number(actor: str) -> int:
    digits = actor.partition(":")[2]
    return int(digits) if digits.isdigit() and len(digits) < 19 else 0
