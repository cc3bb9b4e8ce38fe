"""What staff did, kept for good. Details hold ids, rates and amounts, no personal data."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

from mall.staff.models import AuditRecord, StaffMember, User


def log(
    *,
    action: str,
    actor: User | StaffMember | None,
    subject: Model | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditRecord:
    """Write one act into the audit log of the mall in force. actor None: the system itself.

    action: "<noun>.<done>", "plan.changed" say. detail must be JSON as it stands.
    """
    user = actor.user if isinstance(actor, StaffMember) else actor
    return AuditRecord.objects.create(
        actor=user,
        action=action,
        subject_kind=subject._meta.label_lower if subject is not None else "",
        subject_id=subject.pk if subject is not None else None,
        detail=detail or {},
    )
