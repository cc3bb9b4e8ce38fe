"""A column called total could be money: what an import's plan holds are groups of rows."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0009_guests_by_phone"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="importjob", name="mall_import_position_in_plan"),
        migrations.RenameField(model_name="importjob", old_name="total", new_name="groups"),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=Q(position__lte=F("groups")), name="mall_import_position_in_plan"
            ),
        ),
    ]
