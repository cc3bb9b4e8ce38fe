"""Whether a kind of coupon has one that may still be used is answered without reading the spent ones."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0012_import_stop"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="coupon",
            index=models.Index(
                condition=Q(order__isnull=True), fields=["mall", "template", "expires_at"], name="mall_coupon_unused"
            ),
        ),
    ]
