"""When a click may be judged, who brought a conversion, and only the indexes that answer a question."""

import django.db.models.deletion
import mall.clock
import mall.tenancy.models
from django.db import migrations, models

from mall.tenancy.operations import RelayFunction


class DropRelayFunction(RelayFunction):
    """The way back of RelayFunction: gone forwards, made again backwards."""

    def describe(self) -> str:
        return f"Drop relay function {self.signature}"

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0002_walls"),
        ("members", "0002_walls"),
        ("referrals", "0002_walls"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="click",
            name="referrals_click_unjudged",
        ),
        migrations.RemoveIndex(
            model_name="conversion",
            name="referrals_conversion_of_owner",
        ),
        migrations.AddField(
            model_name="click",
            name="due_at",
            field=models.DateTimeField(default=mall.clock.now),
        ),
        migrations.AddField(
            model_name="conversion",
            name="promoter",
            field=mall.tenancy.models.MallForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="click",
            field=mall.tenancy.models.MallForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="referrals.click",
            ),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="customer",
            field=mall.tenancy.models.MallForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                help_text="who clicked, joined or bought, if a member",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="level_1",
            field=mall.tenancy.models.MallForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="level_2",
            field=mall.tenancy.models.MallForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="level_3",
            field=mall.tenancy.models.MallForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="link",
            field=mall.tenancy.models.MallForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="referrals.sharelink",
            ),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="member",
            field=mall.tenancy.models.MallForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                help_text="the member who registered",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="members.member",
            ),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="order",
            field=mall.tenancy.models.MallForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="mall.order",
            ),
        ),
        migrations.AddIndex(
            model_name="click",
            index=models.Index(
                condition=models.Q(("judged_at__isnull", True)),
                fields=["mall", "due_at"],
                name="referrals_click_unjudged",
            ),
        ),
        migrations.AddIndex(
            model_name="click",
            index=models.Index(
                condition=models.Q(("is_attributable", True), ("reason", "")),
                fields=["mall", "network", "at"],
                name="referrals_click_billable",
            ),
        ),
        migrations.AddIndex(
            model_name="conversion",
            index=models.Index(fields=["mall", "promoter", "-id"], name="referrals_conversion_of_owner"),
        ),
        migrations.AddIndex(
            model_name="conversion",
            index=models.Index(
                condition=models.Q(("kind", "click"), _negated=True),
                fields=["mall", "link"],
                name="referrals_conversion_of_link",
            ),
        ),
        migrations.RunSQL(
            'ALTER TABLE "referrals_conversion" ADD CONSTRAINT "referrals_conversion_promoter_id_same_mall" '
            'FOREIGN KEY (mall_id, "promoter_id") REFERENCES "members_member" (mall_id, id)',
            'ALTER TABLE "referrals_conversion" DROP CONSTRAINT "referrals_conversion_promoter_id_same_mall"',
        ),
        # One probe of the index per mall: the malls are few, the unjudged clicks may be many.
        RelayFunction(
            "malls_with_clicks_due(moment timestamptz)",
            "SETOF bigint",
            "SELECT m.id FROM mall_mall m WHERE EXISTS (SELECT 1 FROM referrals_click c WHERE c.mall_id = m.id "
            "AND c.judged_at IS NULL AND c.due_at <= moment) ORDER BY m.id",
        ),
        # Replaced by the function above, which knows what is due.
        DropRelayFunction(
            "malls_with_unjudged_clicks()",
            "SETOF bigint",
            "SELECT DISTINCT mall_id FROM referrals_click WHERE judged_at IS NULL",
        ),
    ]
