"""django-hordak posts one transaction of three legs per order: no plan, no trace, no balance, no walls."""

from __future__ import annotations

import json
import sys
import time

import django
import psycopg2
from django.conf import settings

ASKED = json.loads(sys.argv[1])
DSN = psycopg2.extensions.parse_dsn(ASKED["url"])
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": DSN["dbname"], "USER": DSN["user"], "PASSWORD": DSN["password"],
            "HOST": DSN["host"], "PORT": DSN.get("port", ""),
        }
    },
    DEFAULT_CURRENCY="CNY",
    CURRENCIES=("CNY",),
    HORDAK_CURRENCIES=["CNY"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)  # fmt: skip
django.setup()

from django.core.management import call_command  # noqa: E402 - only after Django is set up
from django.db import transaction  # noqa: E402
from hordak.models import Account, AccountType, Leg, Transaction  # noqa: E402
from moneyed import Money  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    if not Account.objects.exists():
        Account.objects.create(name="expense", code="0", type=AccountType.expense, currencies=["CNY"])
        for number in range(1, 101):
            Account.objects.create(name=f"m{number}", code=str(number), type=AccountType.liability, currencies=["CNY"])
    expense = Account.objects.get(name="expense")
    members = list(Account.objects.exclude(name="expense").order_by("pk"))
    begun = time.perf_counter()
    for number in range(ASKED["orders"]):
        with transaction.atomic():
            posted = Transaction.objects.create(description=f"order {number}")
            Leg.objects.create(transaction=posted, account=expense, debit=Money("15.00", "CNY"))
            Leg.objects.create(transaction=posted, account=members[number % 97], credit=Money("10.00", "CNY"))
            Leg.objects.create(transaction=posted, account=members[number % 89 + 1], credit=Money("5.00", "CNY"))
    seconds = time.perf_counter() - begun
    print(json.dumps({"per_second": ASKED["orders"] / seconds}))


main()
