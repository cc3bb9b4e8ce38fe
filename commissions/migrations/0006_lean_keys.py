"""Each row keeps one key to its mall, and no index says what a longer one says already."""

from django.db import migrations

from mall.tenancy.operations import AlterFields, AnchorToMall

OF_A_MALL = (
    "Account", "BudgetUsage", "CapUsage", "Commission", "Entry", "Journal", "Payee", "Payout", "PlanOverride",
    "PlanVersion", "Settlement",
)  # fmt: skip
# Nothing else of their mall is above them.
ROOTS = (
    "Account", "BudgetUsage", "Journal", "PlanVersion",
)  # fmt: skip
# A longer index begins with the mall and this.
TWICE = (
    ("Account", "member"), ("CapUsage", "member"), ("Payout", "member"), ("PlanOverride", "plan"),
    ("Settlement", "conversion"),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [
        ("commissions", "0005_reasons_follow_referrals"),
        ("mall", "0011_lean_keys"),
        ("members", "0003_lean_keys"),
        ("referrals", "0007_lean_keys"),
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
