"""Tables are carried out by a worker: how far it has come, and which malls have one waiting."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q
from django.db.migrations.operations.special import RunSQL

from mall.tenancy.operations import RelayFunction

_STATUSES = [("uploaded", "待核对"), ("checked", "已试运行"), ("applying", "导入中"), ("done", "已导入")]
# What the worker has not finished, a release without one could not finish either.
_GIVE_UP = """
DO $$ DECLARE one bigint; BEGIN
    FOR one IN SELECT * FROM list_mall_ids() LOOP
        PERFORM set_config('app.mall_id', one::text, true);
        UPDATE mall_importjob SET status = 'checked' WHERE mall_id = one AND status = 'applying';
    END LOOP;
    PERFORM set_config('app.mall_id', '', true);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0006_product_search"),
    ]

    operations = [
        migrations.AddField(
            model_name="importjob",
            name="plan",
            field=models.JSONField(default=list, help_text="the rows that are written together, group by group"),
        ),
        migrations.AddField(
            model_name="importjob",
            name="total",
            field=models.PositiveIntegerField(default=0, help_text="groups in the plan"),
        ),
        migrations.AddField(
            model_name="importjob",
            name="position",
            field=models.PositiveIntegerField(default=0, help_text="groups carried out"),
        ),
        migrations.AddField(
            model_name="importjob",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, help_text="since a group was last carried out"),
        ),
        migrations.AddField(
            model_name="importjob",
            name="due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importjob",
            name="language",
            field=models.CharField(
                blank=True, default="", help_text="of whoever said go; errors are told in it", max_length=10
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="importjob",
            name="status",
            field=models.CharField(choices=_STATUSES, default="uploaded", max_length=10),
        ),
        migrations.RemoveConstraint(model_name="importjob", name="mall_import_status_known"),
        RunSQL(migrations.RunSQL.noop, _GIVE_UP),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=Q(status__in=["uploaded", "checked", "applying", "done"]), name="mall_import_status_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=Q(position__lte=F("total")), name="mall_import_position_in_plan"
            ),
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="mall_import_due"),
        ),
        RunSQL(
            f'CREATE POLICY relay ON mall_importjob TO "{settings.DATABASE_RELAY_ROLE}" USING (true) WITH CHECK (true)',
            "DROP POLICY relay ON mall_importjob",
        ),
        RelayFunction(
            "malls_with_imports_due(at timestamptz)",
            "SETOF bigint",
            "SELECT DISTINCT mall_id FROM mall_importjob WHERE due_at <= at",
        ),
    ]
