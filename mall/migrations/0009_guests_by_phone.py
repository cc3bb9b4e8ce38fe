"""Guests are looked for by the phone they proved, at every registration and every log-in by a code."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0008_malls_of_staff"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="buyer",
            index=models.Index(
                condition=models.Q(("is_guest", True), ("phone__isnull", False)),
                fields=["mall", "phone"],
                name="mall_buyer_guest_phone",
            ),
        ),
    ]
