"""Celery's clock, without Django: it only sends names, and the floors would cost 70 MB."""

from __future__ import annotations

import os

from celery import Celery

from config.wiring import BEAT_SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

# No fixups: the one for Django loads every floor.
app = Celery("fenyong", fixups=[])
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = BEAT_SCHEDULE
