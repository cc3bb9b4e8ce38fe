"""Questions about malls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from mall.malls.models import MallHost


@dataclass(frozen=True)
class MallRow:
    """One mall as the operator's list shows it."""

    id: int
    public_id: UUID
    slug: str
    name: str
    status: str
    host: str
    created_at: datetime


def all_malls() -> list[MallRow]:
    """Every mall of the installation, oldest first; looks across malls through the relay."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, public_id, slug, name, status, host, created_at FROM list_malls()")
        return [MallRow(*row) for row in cursor.fetchall()]


def all_mall_ids() -> list[int]:
    """Ids of every mall, in order; for commands and beat."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT list_mall_ids()")
        return [row[0] for row in cursor.fetchall()]


def primary_host() -> str:
    """The host name the mall in force writes into its links."""
    return MallHost.objects.get(is_primary=True).host


def base_url(host: str) -> str:
    """Scheme, host and port as people outside reach it, without a slash at the end.

    In the demo's door for phones nearby that is the door itself: no host name leads them here.
    """
    if settings.LAN_ORIGIN:
        return str(settings.LAN_ORIGIN)
    usual = {"http": 80, "https": 443}[settings.PUBLIC_SCHEME]
    port = "" if usual == settings.PUBLIC_PORT else f":{settings.PUBLIC_PORT}"
    return f"{settings.PUBLIC_SCHEME}://{host}{port}"
