"""What lists and searches of products read: their words, the lowest price, and an index for each order."""

from django.db import migrations, models
from django.db.models import F

_MALL_IDS = "SELECT * FROM list_mall_ids()"
_PRICES = """
UPDATE mall_product p SET lowest_price_fen = (
    SELECT min(k.price_fen) FROM mall_sku k WHERE k.mall_id = p.mall_id AND k.product_id = p.id AND k.is_active
) WHERE p.mall_id = %s
"""


def fill(apps, schema_editor):
    """Make the products that are there already findable. The policies bind the owner too: mall by mall."""
    from mall.catalogue.search import search_text_of

    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_MALL_IDS)
        for (mall_id,) in cursor.fetchall():
            cursor.execute("SELECT set_config('app.mall_id', %s, true)", [str(mall_id)])
            cursor.execute(_PRICES, [mall_id])
            cursor.execute("SELECT id, name, keywords, subtitle FROM mall_product WHERE mall_id = %s", [mall_id])
            for pk, name, keywords, subtitle in cursor.fetchall():
                text = search_text_of(name=name, keywords=keywords, subtitle=subtitle)
                cursor.execute(
                    "UPDATE mall_product SET search_text = %s WHERE mall_id = %s AND id = %s", [text, mall_id, pk]
                )
        cursor.execute("SELECT set_config('app.mall_id', '', true)")


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0005_shop"),
    ]

    operations = [
        migrations.AddField(
            model_name="product",
            name="lowest_price_fen",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["mall", "status", "sold_count", "id"], name="mall_product_sold"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["mall", "status", "lowest_price_fen", "id"], name="mall_product_price"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index("mall", "status", F("position") * -1, "id", name="mall_product_place"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
