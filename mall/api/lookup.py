"""Finding what an outsider names by its public id."""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404

Row = TypeVar("Row", bound=Model)


def public_uuid(text: Any) -> UUID | None:
    """A public id as it is written everywhere (8-4-4-4-12 hex digits), or None."""
    if isinstance(text, UUID):
        return text
    if not isinstance(text, str) or len(text) != 36:
        return None
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None


def get_or_404(queryset: QuerySet[Row], public_id: Any) -> Row:
    """The row of this public id. Missing, malformed and another mall's raise the same Http404."""
    uuid = public_uuid(public_id)
    found = queryset.filter(public_id=uuid).first() if uuid is not None else None
    if found is None:
        raise Http404
    return found
