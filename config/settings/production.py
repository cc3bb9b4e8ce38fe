"""A server with customers. Nothing secret has a default here."""

from __future__ import annotations

from config.settings import environment
from config.settings.base import *  # noqa: F403 - a settings module is its base and what differs
from config.settings.base import STORAGES, caches, databases

DEBUG = False
SANDBOX_ALLOWED = False

SECRET_KEY = environment.required(
    "SECRET_KEY",
    "50 or more random characters: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
)
FIELD_ENCRYPTION_KEYS = environment.encryption_keys(
    environment.required(
        "FIELD_ENCRYPTION_KEYS",
        "one or more keys of 32 random bytes in URL-safe base64, separated by commas, the newest first",
    ).split(",")
)
DATABASES = databases(
    environment.required(
        "DATABASE_URL",
        "the application role's address, postgresql://fenyong_app:<password>@<host>/<database>",
    ),
    # Only the process that migrates gets it; the web and the workers must not.
    environment.text("DATABASE_OWNER_URL"),
)
REDIS_URL = environment.required("REDIS_URL", "a Redis or Valkey server, redis://:<password>@<host>:6379/0")
CACHES = caches(REDIS_URL)
CELERY_BROKER_URL = REDIS_URL

INSTALLATION_HOSTS = environment.required(
    "INSTALLATION_HOSTS", "the host names of the operator's admin, the one for links first"
).split(",")
MALL_BASE_DOMAIN = environment.required(
    "MALL_BASE_DOMAIN", "the domain below which each mall has a host, mall.example.com"
)
PUBLIC_SCHEME = "https"
PUBLIC_PORT = environment.integer("PUBLIC_PORT", 443, least=1, most=65535)

# Names with a hash of the content, so that browsers may keep the files for a year.
STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}

SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", default=True)
# The proxy of health checks speaks plain HTTP to the process itself.
SECURE_REDIRECT_EXEMPT = [r"^healthz", r"^readyz"]
if environment.flag("TLS_ENDS_AT_PROXY", default=True):
    # Right only behind a proxy that overwrites this header; without a proxy switch it off.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = environment.integer("SECURE_HSTS_SECONDS", 0, least=0, most=63_072_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_HSTS_PRELOAD = False

SILENCED_SYSTEM_CHECKS = [
    # No HSTS by default: it binds a merchant's own domain for months, also for what he
    # serves there after leaving us. An operator who owns all hosts sets SECURE_HSTS_SECONDS.
    "security.W004",
    # Nor for subdomains of a domain that is the merchant's.
    "security.W005",
    # Nor in browsers' preload lists, from which a domain does not come out for months.
    "security.W021",
]
