"""An import can be stopped half-way, and what is not being carried out is never due."""

from django.db import migrations, models
from django.db.models import Q
from django.db.migrations.operations.special import RunSQL

_STATUSES = [
    ("uploaded", "待核对"), ("checked", "已试运行"), ("applying", "导入中"), ("done", "已导入"), ("stopped", "已停止"),
]  # fmt: skip
# A release that knows no stop must neither go on with it nor write what is written once more.
_GIVE_UP = """
DO $$ DECLARE one bigint; BEGIN
    FOR one IN SELECT * FROM list_mall_ids() LOOP
        PERFORM set_config('app.mall_id', one::text, true);
        UPDATE mall_importjob SET status = 'done', rows = '[]', plan = '[]'
        WHERE mall_id = one AND status = 'stopped';
    END LOOP;
    PERFORM set_config('app.mall_id', '', true);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0011_lean_keys"),
    ]

    operations = [
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
                condition=Q(status__in=["uploaded", "checked", "applying", "done", "stopped"]),
                name="mall_import_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(status="applying"), name="mall_import_due_while_applying"
            ),
        ),
    ]
