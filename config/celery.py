"""The Celery app. Tasks live on the floors; who runs when stands in wiring.py."""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery
from celery.signals import worker_init, worker_process_init
from django.core.exceptions import ImproperlyConfigured

from config.garbage import collect_seldom
from config.wiring import BEAT_SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

# A batch of a thousand orders holds some hundred thousand objects that all live until its end: the collector's
# default of looking every 700 makes settlement a fifth slower and finds nothing.
COLLECT_EVERY = 50_000

FLOORS = ("mall", "members", "referrals", "commissions")


def packages_with_tasks() -> list[str]:
    """Every folder of every floor that has a tasks.py: a floor has a folder for each noun."""
    house = Path(__file__).resolve().parents[1]
    return [
        ".".join(tasks.parent.relative_to(house).parts)
        for floor in FLOORS
        for tasks in sorted((house / floor).rglob("tasks.py"))
    ]


app = Celery("fenyong")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = BEAT_SCHEDULE
app.autodiscover_tasks(packages_with_tasks)


@worker_init.connect
def refuse_unsafe_role(**_sender: object) -> None:
    """A worker acts for every mall in turn: it must not be able to see two at once."""
    from mall.tenancy.startup import require_safe_role

    try:
        require_safe_role()
    except ImproperlyConfigured as error:
        # Celery logs what a receiver raises and goes on, except this.
        raise SystemExit(str(error)) from error


@worker_process_init.connect
def look_for_garbage_seldom(**_sender: object) -> None:
    """What was loaded before the fork stays shared with the process it was forked from."""
    collect_seldom(COLLECT_EVERY)
