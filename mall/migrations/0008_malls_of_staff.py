"""In which malls somebody works: a log-in serves several, and its password is everybody's business there."""

from django.conf import settings
from django.db import migrations

from mall.tenancy.operations import RelayFunction


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0007_import_progress"),
    ]

    operations = [
        migrations.RunSQL(
            f'CREATE POLICY relay ON "mall_staffmember" TO "{settings.DATABASE_RELAY_ROLE}" USING (true) WITH CHECK (true)',
            'DROP POLICY relay ON "mall_staffmember"',
        ),
        RelayFunction(
            "malls_of_staff(log_in bigint)",
            "SETOF bigint",
            "SELECT mall_id FROM mall_staffmember WHERE user_id = log_in ORDER BY mall_id",
        ),
    ]
