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
            # 30 days: commissions.settlement.targets.ACTIVITY_DAYS, after which a registration without activity ends.
            "SELECT DISTINCT mall_id FROM commissions_commission WHERE released_at IS NULL AND held_at IS NULL "
            "AND reversed_fen < accrued_fen AND (releases_at <= at OR (kind = 'registration' AND releases_at IS NULL "
            "AND occurred_at <= at - interval '30 days'))",
        ),
    ]
