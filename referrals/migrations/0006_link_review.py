"""A promoter's own review, shown first behind his link."""

import django.db.models.deletion
import mall.tenancy.models
from django.db import migrations

from mall.tenancy.operations import BindToMall


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0005_shop"),
        ("referrals", "0005_named_clicks"),
    ]

    operations = [
        migrations.AddField(
            model_name="sharelink",
            name="review",
            field=mall.tenancy.models.MallForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="mall.review",
            ),
        ),
        BindToMall("ShareLink", ["review"]),
    ]
