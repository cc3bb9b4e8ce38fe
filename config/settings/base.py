"""What holds everywhere. Where a place differs, its own module says so."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from config.local import places, roles
from config.settings import environment
from config.wiring import EVENT_HANDLERS as WIRED_EVENT_HANDLERS
from config.wiring import PORTS as WIRED_PORTS

BASE_DIR = Path(__file__).resolve().parents[2]
LOCAL_DIR = places.LOCAL

# --- Our own settings -------------------------------------------------------

# How many levels of promoters an order pays. Fixed for the installation because the
# law counts levels; a mall may lower it for itself, the database refuses more than 3.
REFERRAL_MAX_LEVELS = environment.integer("REFERRAL_MAX_LEVELS", 2, least=1, most=3)

# Whether pretended payments and transfers exist. They give goods away for nothing,
# so only development and the demo switch them on.
SANDBOX_ALLOWED = environment.flag("SANDBOX_ALLOWED", default=False)

# Whether merchants open malls by themselves on the installation's own host.
SIGNUP_OPEN = environment.flag("SIGNUP_OPEN", default=False)

# How long a repeated Idempotency-Key gets its first answer again. Answers hold addresses, so not for ever.
IDEMPOTENCY_KEEP_DAYS = environment.integer("IDEMPOTENCY_KEEP_DAYS", 30, least=1, most=3650)

# Networks whose X-Forwarded-For is believed. Empty: nobody's, the peer is the client.
# Believing a stranger would let one machine click as a thousand.
TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES")

# The installation's own hosts: the operator's admin, no mall. The first is written into links.
INSTALLATION_HOSTS = environment.listing("INSTALLATION_HOSTS", "localhost,127.0.0.1")

# A mall without a domain of its own answers at <slug>.<this>.
MALL_BASE_DOMAIN = environment.text("MALL_BASE_DOMAIN", "localhost")

# Scheme and port of the addresses we write into links and QR codes; a proxy may hide both.
PUBLIC_SCHEME = environment.text("PUBLIC_SCHEME", "http")
PUBLIC_PORT = environment.integer("PUBLIC_PORT", 8000, least=1, most=65535)

# Set in the web process that serves one mall on a port of its own to the local
# network: every host that reaches it means that mall. Empty in any other process.
LAN_MALL = environment.text("FENYONG_LAN_MALL")
# The address of that door, scheme to port, in place of <slug>.<domain>:<port> in links.
LAN_ORIGIN = environment.text("FENYONG_LAN_ORIGIN")

# WeChat Pay's own address. Another one is a fake on this machine, for tests and the demo.
WECHAT_PAY_BASE_URL = environment.text("WECHAT_PAY_BASE_URL", "https://api.mch.weixin.qq.com")
# Who turns a code into an openid, and where a browser in WeChat fetches its code.
WECHAT_API_BASE_URL = environment.text("WECHAT_API_BASE_URL", "https://api.weixin.qq.com")
WECHAT_OPEN_BASE_URL = environment.text("WECHAT_OPEN_BASE_URL", "https://open.weixin.qq.com")

# Where the robots of 企业微信 groups listen: merchants name a key, never a host.
STAFF_WEBHOOK_BASE_URL = environment.text("STAFF_WEBHOOK_BASE_URL", "https://qyapi.weixin.qq.com")

# Who hears which event, and which port is filled by whom: dotted paths, imported when
# first used, so that the lower floors never import the upper ones.
EVENT_HANDLERS = WIRED_EVENT_HANDLERS
PORTS = WIRED_PORTS

# The database roles that migrations name in policies and grants (config/local/roles.py makes them).
DATABASE_OWNER_ROLE = roles.names().owner
DATABASE_APP_ROLE = roles.names().app
DATABASE_RELAY_ROLE = roles.names().relay

# Keys for personal data kept encrypted. The first encrypts, all decrypt: a new key goes
# in front, the old one leaves when everything has been written again.
FIELD_ENCRYPTION_KEYS: list[str] = []

# --- Django -----------------------------------------------------------------

DEBUG = False
SECRET_KEY = ""

# The mall middleware looks every host up and answers 404 to one it does not know, which
# merchants' own domains need: a list here would have to be changed for each of them.
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [
    # Before the admin, whose templates it replaces.
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "config.apps.StaticFiles",
    "django.contrib.humanize",
    "mptt",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "django_htmx",
    "mall",
    "members",
    "referrals",
    "commissions",
    # Last: when it is ready, every floor is, and Celery may look for their tasks.
    "config.apps.HouseConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    # Before anything that opens a file or asks the database.
    "mall.api.middleware.RefuseNul",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before the mall: a file is a stream, and nothing of a mall may stream.
    "config.media.UploadedFiles",
    # Before the session: sessions belong to a mall and are read inside its transaction.
    "mall.tenancy.middleware.MallMiddleware",
    "config.faces.InstallationFace",
    "config.page_middleware.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.page_middleware.Authentication",
    "config.page_middleware.Messages",
    "mall.buyers.middleware.BuyerMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.page_middleware.Htmx",
]

ROOT_URLCONF = "config.urls"
# What the installation's own host answers instead: the operator's admin, no shop.
INSTALLATION_URLCONF = "config.installation_urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "mall.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# The slow, memory-hard hasher first; the next one reads accounts brought from elsewhere.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Database ---------------------------------------------------------------


def database(url: str, **more: Any) -> dict[str, Any]:
    """One connection; the backend refuses a query on a mall's table without a mall."""
    return {
        "ENGINE": "mall.tenancy.postgres",
        **environment.database(url),
        # A server-side cursor outlives its transaction, and with it the mall that was set.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "CONN_MAX_AGE": environment.integer("CONN_MAX_AGE", 60, least=0, most=86_400),
        "CONN_HEALTH_CHECKS": True,
        **more,
    }


def databases(app_url: str, owner_url: str = "") -> dict[str, dict[str, Any]]:
    """The application's connection, and the owner's where migrations may run."""
    found = {"default": database(app_url, ATOMIC_REQUESTS=True)}
    if owner_url:
        # No ATOMIC_REQUESTS: Django would open it in every request.
        found["owner"] = database(owner_url, CONN_MAX_AGE=0)
    return found


DATABASES: dict[str, dict[str, Any]] = {}

# --- Cache and Celery -------------------------------------------------------

BROKER_DATABASE, CACHE_DATABASE = 0, 1


def caches(redis_url: str) -> dict[str, dict[str, Any]]:
    """One cache; its keys carry the mall, so that no mall can read another's."""
    return {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": environment.redis_database(redis_url, CACHE_DATABASE),
            "KEY_FUNCTION": "mall.tenancy.cache.mall_key",
        }
    }


CACHES: dict[str, dict[str, Any]] = {}

CELERY_BROKER_URL = ""
# PostgreSQL is the queue of record and a task is only a doorbell: nobody reads results.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
# A task is confirmed when done, so that a worker that dies leaves it to another.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 30
CELERY_TASK_TIME_LIMIT = 60
# Above the hard time limit: a task still running must not be given to a second worker.
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 120,
    # What a dead worker held comes back within 10 s of that, not within 100, and not all at once.
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "unacked_restore_limit": 500,
    # Without these a vanished broker leaves a process hanging on a dead socket.
    "socket_connect_timeout": 3,
    "socket_timeout": 30,
    "socket_keepalive": True,
    "retry_on_timeout": True,
    "health_check_interval": 25,
    # Without these whoever rings waits six seconds for a broker that refuses him.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
# Ringing is best effort, beat sweeps anyway: a request must not wait for a dead broker.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULE_FILENAME = str(LOCAL_DIR / "beat-schedule")

# --- Languages, times, files ------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True


def chinese_font() -> str:
    """The font that came with the packages; a machine may have none that knows Chinese."""
    package = find_spec("noto_cjk_sans_otc")
    return str(Path(str(package.origin)).parent / "NotoSansCJK-Regular.ttc") if package else ""


STATIC_URL = "/static/"
STATIC_ROOT = Path(environment.text("STATIC_ROOT") or LOCAL_DIR / "static")
STATICFILES_DIRS: list[Any] = [
    place
    for place in (
        ("vendor/weui", BASE_DIR / "node_modules/weui/dist/style"),
        ("vendor/echarts", BASE_DIR / "node_modules/echarts/dist"),
        BASE_DIR / "static",
    )
    # A worker needs no styles: before `make` has fetched them, Django would warn each time.
    if Path(place[1] if isinstance(place, tuple) else place).is_dir()
]
# Public: whoever knows the address sees the file. What only some may see (a transfer's
# evidence) goes to storages["private"], which no address leads to.
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(environment.text("MEDIA_ROOT") or LOCAL_DIR / "media")

PRIVATE_ROOT = Path(environment.text("PRIVATE_ROOT") or LOCAL_DIR / "private")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# The font posters are drawn with, and which face of the collection is Simplified Chinese.
POSTER_FONT = Path(environment.text("POSTER_FONT") or chinese_font())
POSTER_FONT_INDEX = environment.integer("POSTER_FONT_INDEX", 2, least=0, most=64)

# --- REST -------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "mall.api.authentication.BuyerTokenAuthentication",
        "mall.api.authentication.StaffTokenAuthentication",
    ],
    # Whoever forgets to say so has written an endpoint for buyers, not one for everybody.
    "DEFAULT_PERMISSION_CLASSES": ["mall.api.permissions.IsBuyer"],
    "DEFAULT_PARSER_CLASSES": ["mall.api.parsers.BoundedJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "mall.api.negotiation.PlainNegotiation",
    "DEFAULT_RENDERER_CLASSES": ["mall.api.renderers.OrjsonRenderer"],
    "DEFAULT_PAGINATION_CLASS": "mall.api.pagination.NewestFirstPagination",
    "PAGE_SIZE": 20,
    "DEFAULT_SCHEMA_CLASS": "config.openapi.FailuresSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    # A token is asked for by header; without one the answer is 401, not a log-in page.
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "COERCE_DECIMAL_TO_STRING": True,
}

# The problem documents of every failure, so that a front-end can be generated with them.
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "mall.api.errors.ApiExceptionHandler",
    "ALLOWED_ERROR_STATUS_CODES": ["400", "401", "403", "404", "409", "422", "429"],
    # Codes are the rules' own: a closed list per status would be wrong at the first new rule.
    "ERROR_SCHEMAS": {
        "400": "config.openapi.BadRequestResponseSerializer",
        **dict.fromkeys(("401", "403", "409", "422"), "config.openapi.RefusalResponseSerializer"),
    },
    # A developer reads the log; a front-end gets the same answer everywhere.
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Fenyong API",
    "DESCRIPTION": "The mall, its members, their share links and their commissions.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        # Two choices named alike get a name here, or a front-end's types change names by accident.
        "ConversionKindEnum": "referrals.conversions.models.ConversionKind.choices",
        "LinkKindEnum": "referrals.links.models.LinkKind.choices",
        "ValidationErrorEnum": "drf_standardized_errors.openapi_serializers.ValidationErrorEnum.choices",
        "ClientErrorEnum": "drf_standardized_errors.openapi_serializers.ClientErrorEnum.choices",
        "ServerErrorEnum": "drf_standardized_errors.openapi_serializers.ServerErrorEnum.choices",
        "OrderStatusEnum": "mall.orders.models.OrderStatus.choices",
        "PaymentStatusEnum": "mall.payments.models.Payment.Status",
        "ProofStatusEnum": "mall.payments.models.TransferProof.Status",
        "BillDifferenceKindEnum": "mall.payments.wechat.models.BillDifference.Kind",
        "ProductStatusEnum": "mall.catalogue.models.Product.Status",
        "RefundStatusEnum": "mall.aftersales.models.Refund.Status",
        "CaseKindEnum": "mall.aftersales.case_models.Case.Kind",
        "CaseStatusEnum": "mall.aftersales.case_models.Case.Status",
        "CouponKindEnum": "mall.coupons.models.CouponTemplate.Kind",
        "TableStatusEnum": "mall.imports.models.ImportJob.Status",
        "InvoiceStatusEnum": "mall.invoices.models.InvoiceRequest.Status",
        **{
            f"ErrorCode{code}Enum": f"drf_standardized_errors.openapi_serializers.ErrorCode{code}Enum.choices"
            for code in ("401", "403", "404", "405", "406", "415", "429", "500")
        },
    },
    "POSTPROCESSING_HOOKS": ["drf_standardized_errors.openapi_hooks.postprocess_schema_enums"],
}

# --- Security and logs ------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.text("LOG_LEVEL", "INFO")},
    "loggers": {
        # Its own handler would print every line a second time.
        "django": {"handlers": [], "propagate": True},
        # Two lines for each task are two lines for each click.
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        # A line for each call, with the merchant's number in it.
        "httpx": {"level": "WARNING"},
    },
}
