"""The door for web servers."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

_django = get_wsgi_application()

from config.garbage import collect_seldom  # noqa: E402 - only after Django is set up
from mall.orders.front_door import OrderDoor  # noqa: E402 - only after Django is set up
from mall.tenancy.startup import require_safe_role  # noqa: E402 - only after Django is set up
from referrals.clicks.front_door import FrontDoor  # noqa: E402 - only after Django is set up

require_safe_role()

# Share links and orders are answered in front of Django; everything else, and every unusual one of them, by it.
application = FrontDoor(OrderDoor(_django))

# A request makes some thousand objects, and hardly ever a circle of them; looking costs an order a tenth of its time.
collect_seldom(20_000)
