"""Only apps name clicks by their public id: no index of random keys for every click."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0004_counted_clicks"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="click",
            name="referrals_click_public_id_once",
        ),
        migrations.AddConstraint(
            model_name="click",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source", "app")),
                fields=("mall", "public_id"),
                name="referrals_click_public_id_once",
            ),
        ),
    ]
