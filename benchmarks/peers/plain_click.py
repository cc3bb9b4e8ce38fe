"""A plain Django view that inserts one row and redirects: what a click costs without a product around it."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

URL = urlsplit(os.environ["PLAIN_DATABASE_URL"])
settings.configure(
    SECRET_KEY="plain",  # noqa: S106 - it signs nothing
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": URL.path.removeprefix("/"),
            "USER": URL.username,
            "PASSWORD": URL.password,
            "HOST": os.environ["PLAIN_DATABASE_HOST"],
            "CONN_MAX_AGE": None,
        }
    },
)

from django.core.wsgi import get_wsgi_application  # noqa: E402 - only after the settings

application = get_wsgi_application()

from django.db import connection  # noqa: E402 - as above
from django.http import HttpRequest, HttpResponseRedirect  # noqa: E402 - as above
from django.urls import path  # noqa: E402 - as above


def arrive(request: HttpRequest, code: str) -> Any:
    """One INSERT in autocommit, then the redirect."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO plain_click (code, at, user_agent, address) VALUES (%s, now(), %s, %s)",
            [code, request.META.get("HTTP_USER_AGENT", "")[:400], request.META.get("REMOTE_ADDR", "")],
        )
    return HttpResponseRedirect(f"/?ref={code}")


urlpatterns = [path("s/<str:code>", arrive)]
