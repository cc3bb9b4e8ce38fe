"""The walls around the referrals floor's tables."""

from django.db import migrations

from mall.tenancy.operations import EnforceMallWalls, RelayFunction


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_initial"), ("members", "0002_walls")]

    operations = [
        EnforceMallWalls(
            ["Channel", "ShareLink", "Click", "VisitorMember", "Visit", "Conversion"],
            relay=("Click",),
        ),
        RelayFunction(
            "malls_with_unjudged_clicks()",
            "SETOF bigint",
            "SELECT DISTINCT mall_id FROM referrals_click WHERE judged_at IS NULL",
        ),
    ]
