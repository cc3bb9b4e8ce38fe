"""One machine, everything on it: `make demo`, `make engines`, a developer's shell."""

from __future__ import annotations

from config.local import credentials, layout
from config.settings import environment
from config.settings.base import *  # noqa: F403 - a settings module is its base and what differs
from config.settings.base import caches, databases

DEBUG = environment.flag("DEBUG", default=True)
SECRET_KEY = environment.text("SECRET_KEY") or credentials.load()["secret_key"]
FIELD_ENCRYPTION_KEYS = environment.encryption_keys(
    environment.listing("FIELD_ENCRYPTION_KEYS") or [credentials.load()["field_encryption_key"]]
)
SANDBOX_ALLOWED = environment.flag("SANDBOX_ALLOWED", default=True)
SIGNUP_OPEN = environment.flag("SIGNUP_OPEN", default=True)
TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES", "127.0.0.0/8,::1/128")

# An address in the environment means a server of somebody else's: then the owner is known
# only if it is named too. The demo's own processes are started in this way, without it.
_app_url = environment.text("DATABASE_URL")
_owner_url = environment.text("DATABASE_OWNER_URL")
DATABASES = (
    databases(_app_url, _owner_url) if _app_url else databases(layout.app_url(), _owner_url or layout.owner_url())
)

REDIS_URL = environment.text("REDIS_URL") or layout.redis_url()
CACHES = caches(REDIS_URL)
CELERY_BROKER_URL = REDIS_URL

# Files are served from where they lie: a changed style shows without a collectstatic.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
