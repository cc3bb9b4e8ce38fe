"""Each row keeps one key to its mall, and no index says what a longer one says already."""

from django.db import migrations

from mall.tenancy.operations import AlterFields, AnchorToMall

OF_A_MALL = (
    "Channel", "Click", "Conversion", "ShareLink", "Visit", "VisitorMember",
)  # fmt: skip
# Nothing else of their mall is above them.
ROOTS = (
    "Channel", "Conversion", "Visit",
)  # fmt: skip
# A longer index begins with the mall and this.
TWICE = (
    ("Channel", "slug"), ("ShareLink", "owner"),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0011_lean_keys"),
        ("members", "0003_lean_keys"),
        ("referrals", "0006_link_review"),
    ]

    operations = [
        AlterFields(
            [
                *((model, "mall", {"db_constraint": False}) for model in OF_A_MALL),
                *((model, field, {"db_index": False}) for model, field in TWICE),
            ]
        ),
        AnchorToMall(ROOTS),
    ]
