"""The door for web servers."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

application = get_wsgi_application()

from mall.tenancy.startup import require_safe_role  # noqa: E402 - only after Django is set up

require_safe_role()
