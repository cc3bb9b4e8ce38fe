"""Each row keeps one key to its mall, and no index says what a longer one says already."""

from django.db import migrations

from mall.tenancy.operations import AlterFields

OF_A_MALL = (
    "Binding", "Member", "StandingChange",
)  # fmt: skip
# A longer index begins with the mall and this.
TWICE = (
    ("Binding", "member"), ("Member", "buyer"), ("StandingChange", "member"),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0011_lean_keys"),
        ("members", "0002_walls"),
    ]

    operations = [
        AlterFields(
            [
                *((model, "mall", {"db_constraint": False}) for model in OF_A_MALL),
                *((model, field, {"db_index": False}) for model, field in TWICE),
            ]
        ),
    ]
