"""The tests: the real engines, a database of their own, and what makes them quick."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import gettempdir

from config.settings import environment
from config.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS
from config.settings.development import *  # noqa: F403 - tests run on what a developer runs
from config.settings.development import CACHES, DATABASES, REDIS_URL, STORAGES

DEBUG = False
TESTING = True

# Several test processes run at once, beside a demo perhaps: each rings its own bells.
TEST_PROCESS = f"test-{os.getpid()}"
TEST_REDIS_DATABASE = 15
_test_redis = environment.redis_database(REDIS_URL, TEST_REDIS_DATABASE)
CACHES["default"]["LOCATION"] = _test_redis
CACHES["default"]["KEY_PREFIX"] = TEST_PROCESS
CELERY_BROKER_URL = _test_redis
CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"{TEST_PROCESS}:"

# Hashing is slow on purpose, and no test has a password worth it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = Path(gettempdir()) / f"fenyong-{TEST_PROCESS}-media"
STORAGES["private"]["OPTIONS"]["location"] = MEDIA_ROOT / "private"
# Files are looked up when they are asked for: listing all of them would cost each test client 80 ms.
WHITENOISE_AUTOREFRESH = True

# Where the owner stands while it makes and drops the databases of the tests.
TEST_HOME_DATABASE = DATABASES["default"]["NAME"]
