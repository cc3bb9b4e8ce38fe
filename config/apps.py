"""The house as a Django app: when it is ready, every floor is."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Static files without the builds of ECharts that no page uses: 30 MB that would be hashed and packed."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "extension",
        "echarts.js*",
        "echarts.esm*",
        "echarts.common*",
        "echarts.simple*",
    ]


class HouseConfig(AppConfig):
    """Loads Celery's app, so that shared tasks find it."""

    name = "config"
    label = "house"

    def ready(self) -> None:
        """Make our Celery app the current one, and have every process look at its database role."""
        from config import celery  # noqa: F401 - it may only be loaded after the settings
        from config.bound_role import watch_connections

        watch_connections()
