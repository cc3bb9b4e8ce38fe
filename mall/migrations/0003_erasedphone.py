"""Phones whose account was closed, as keyed hashes."""

import django.db.models.deletion
from django.db import migrations, models

import mall.clock
from mall.tenancy.operations import EnforceMallWalls


class Migration(migrations.Migration):
    dependencies = [("mall", "0002_walls")]

    operations = [
        migrations.CreateModel(
            name="ErasedPhone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=mall.clock.now)),
                (
                    "mall",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("mall", "digest"), name="mall_erased_phone_once")],
            },
        ),
        EnforceMallWalls(["ErasedPhone"]),
    ]
