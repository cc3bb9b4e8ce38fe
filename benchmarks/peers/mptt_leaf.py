"""django-mptt inserts leaves into one tree of so many nodes, each brought by anybody before him."""

from __future__ import annotations

import json
import random
import statistics
import sys
import time

import django
import psycopg2
from django.conf import settings

ASKED = json.loads(sys.argv[1])
DSN = psycopg2.extensions.parse_dsn(ASKED["url"])
settings.configure(
    INSTALLED_APPS=["mptt"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": DSN["dbname"], "USER": DSN["user"], "PASSWORD": DSN["password"],
            "HOST": DSN["host"], "PORT": DSN.get("port", ""),
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)  # fmt: skip
django.setup()

from django.db import connection, models  # noqa: E402 - only after Django is set up
from mptt.models import MPTTModel, TreeForeignKey  # noqa: E402


class Person(MPTTModel):
    """A member as far as the tree is concerned."""

    name = models.CharField(max_length=40)
    parent = TreeForeignKey("self", models.PROTECT, null=True, related_name="children")

    class Meta:
        app_label = "mptt"


def fill(count: int) -> None:
    """The whole tree by one walk: everybody stands below somebody who joined before him."""
    chance = random.Random(1)
    parents = {number: chance.randrange(1, number) for number in range(2, count + 1)}
    children: dict[int, list[int]] = {}
    for number, parent in parents.items():
        children.setdefault(parent, []).append(number)
    rows, left = {}, 0
    stack: list[tuple[int, int, bool]] = [(1, 0, False)]
    while stack:
        number, level, is_done = stack.pop()
        left += 1
        if is_done:
            rows[number][1] = left
            continue
        rows[number] = [left, 0, level]
        stack.append((number, level, True))
        stack.extend((child, level + 1, False) for child in children.get(number, ()))
    people = [
        Person(
            pk=number, name=f"m{number}", parent_id=parents.get(number),
            lft=lft, rght=rght, level=level, tree_id=1,
        )
        for number, (lft, rght, level) in sorted(rows.items())
    ]  # fmt: skip
    Person.objects.bulk_create(people, batch_size=5000)


def main() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Person)
    fill(ASKED["members"])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{Person._meta.db_table}', 'id'), %s)", [ASKED["members"]]
        )
        cursor.execute("VACUUM ANALYZE")
    chance = random.Random(7)
    seconds = []
    for number in range(ASKED["joins"]):
        parent = Person.objects.get(pk=chance.randrange(1, ASKED["members"]))
        begun = time.perf_counter()
        Person.objects.create(name=f"n{number}", parent=parent)
        seconds.append(time.perf_counter() - begun)
    print(json.dumps({"seconds": statistics.median(seconds)}))


main()
