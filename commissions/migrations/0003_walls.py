"""The walls around the commissions floor's tables."""

from django.db import migrations

from mall.tenancy.operations import EnforceMallWalls, RelayFunction, append_only

MODELS = [
    "PlanVersion", "PlanOverride", "Account", "Journal", "Entry", "Settlement", "Commission", "CapUsage",
    "BudgetUsage", "Payee", "Payout",
]  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("commissions", "0002_initial"), ("referrals", "0002_walls")]

    operations = [
        EnforceMallWalls(MODELS, relay=("Commission",)),
        *append_only("commissions_planversion"),
        *append_only("commissions_planoverride"),
        RelayFunction(
            "malls_with_due_releases(at timestamptz)",
            "SETOF bigint",
            "SELECT DISTINCT mall_id FROM commissions_commission WHERE released_at IS NULL AND releases_at <= at",
        ),
    ]
