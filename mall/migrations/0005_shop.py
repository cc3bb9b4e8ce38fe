"""Everything a shop has beside goods and orders: carts, prices, coupons, freight, cases, reviews, proofs."""

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import mall.clock
import mall.tenancy.models
import uuid
from django.conf import settings
from django.db import migrations, models

from mall.tenancy.operations import AtOnce, BindToMall, EnforceMallWalls, RelayFunction, append_only


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0004_wechat_pay"),
    ]

    operations = [
        migrations.CreateModel(
            name="Address",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("phone", models.CharField(max_length=20)),
                ("province", models.CharField(max_length=40)),
                ("city", models.CharField(max_length=40)),
                ("district", models.CharField(blank=True, max_length=40)),
                ("detail", models.CharField(max_length=200)),
                ("is_default", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=mall.clock.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Banner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                (
                    "file",
                    models.CharField(help_text="Path below MEDIA_ROOT, beginning with the mall's id", max_length=200),
                ),
                ("title", models.CharField(blank=True, max_length=60)),
                ("link", models.CharField(blank=True, max_length=300)),
                ("position", models.PositiveIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(default=mall.clock.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CartItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("guest_key", models.CharField(blank=True, max_length=64)),
                ("quantity", models.PositiveIntegerField()),
                ("is_selected", models.BooleanField(default=True)),
                ("price_when_added_fen", models.BigIntegerField()),
                ("added_at", models.DateTimeField(default=mall.clock.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                ("number", models.CharField(max_length=32)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("refund", "仅退款"),
                            ("return", "退货退款"),
                            ("exchange", "换货"),
                            ("repair", "维修"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "待商家处理"),
                            ("awaiting_return", "待买家寄回"),
                            ("returning", "买家已寄回"),
                            ("resending", "商家处理中"),
                            ("resent", "商家已寄出"),
                            ("done", "已完成"),
                            ("rejected", "已拒绝"),
                            ("withdrawn", "已撤销"),
                        ],
                        default="requested",
                        max_length=16,
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("decision_note", models.CharField(blank=True, max_length=200)),
                ("return_to", models.CharField(blank=True, help_text="where the goods go back to", max_length=300)),
                ("return_carrier", models.CharField(blank=True, max_length=40)),
                ("return_number", models.CharField(blank=True, max_length=40)),
                ("resend_carrier", models.CharField(blank=True, max_length=40)),
                ("resend_number", models.CharField(blank=True, max_length=40)),
                ("deadline_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=mall.clock.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CaseLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveIntegerField()),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CasePicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "file",
                    models.CharField(help_text="Path below MEDIA_ROOT, beginning with the mall's id", max_length=200),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CaseStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("before", models.CharField(blank=True, max_length=16)),
                ("after", models.CharField(max_length=16)),
                ("actor", models.CharField(help_text="buyer:<id>, staff:<id> or system", max_length=60)),
                ("note", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(default=mall.clock.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Coupon",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                ("taken_at", models.DateTimeField(default=mall.clock.now)),
                ("starts_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CouponTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("kind", models.CharField(choices=[("fixed", "满减券"), ("percent", "折扣券")], max_length=8)),
                ("off_fen", models.BigIntegerField(blank=True, null=True)),
                ("off_bps", models.PositiveIntegerField(blank=True, help_text="1000 is 10 % off", null=True)),
                ("off_max_fen", models.BigIntegerField(blank=True, help_text="the most a percentage takes", null=True)),
                ("threshold_fen", models.BigIntegerField(default=0)),
                ("valid_from", models.DateTimeField(blank=True, null=True)),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                ("valid_days", models.PositiveIntegerField(blank=True, help_text="after taking", null=True)),
                ("per_person", models.PositiveIntegerField(default=1)),
                ("total_count", models.PositiveIntegerField(blank=True, null=True)),
                ("taken_count", models.PositiveIntegerField(default=0)),
                ("is_public", models.BooleanField(default=True, help_text="buyers take it themselves")),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=mall.clock.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FreightRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "regions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80), default=list, size=None
                    ),
                ),
                ("is_excluded", models.BooleanField(default=False, help_text="no delivery there")),
                ("first_units", models.PositiveIntegerField(default=1, help_text="pieces or grams")),
                ("first_fen", models.BigIntegerField(default=0)),
                ("extra_units", models.PositiveIntegerField(default=1)),
                ("extra_fen", models.BigIntegerField(default=0)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="FreightTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                (
                    "charge_by",
                    models.CharField(
                        choices=[("piece", "按件数"), ("weight", "按重量（克）")], default="piece", max_length=8
                    ),
                ),
                ("free_above_fen", models.BigIntegerField(blank=True, null=True)),
                ("is_default", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=mall.clock.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                ("kind", models.CharField(choices=[("products", "商品"), ("shipments", "发货")], max_length=10)),
                (
                    "status",
                    models.CharField(
                        choices=[("uploaded", "待核对"), ("checked", "已试运行"), ("done", "已导入")],
                        default="uploaded",
                        max_length=10,
                    ),
                ),
                ("file_name", models.CharField(max_length=120)),
                ("header", models.JSONField(default=list, help_text="the table's own column names")),
                ("rows", models.JSONField(default=list, help_text="the cells as text, row by row")),
                ("columns", models.JSONField(default=dict, help_text="field → the table's column")),
                (
                    "errors",
                    models.JSONField(
                        default=list, help_text='[{"row", "field", "error"}], rows as the merchant counts them'
                    ),
                ),
                ("result", models.JSONField(default=dict, help_text="how many were made, changed, left")),
                ("created_at", models.DateTimeField(default=mall.clock.now)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="InvoiceRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                ("title", models.CharField(max_length=100)),
                ("tax_number", models.CharField(blank=True, max_length=30)),
                ("email", models.EmailField(blank=True, max_length=254)),
                (
                    "status",
                    models.CharField(
                        choices=[("requested", "待开票"), ("issued", "已开票"), ("refused", "未开票")],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("number", models.CharField(blank=True, max_length=40)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("requested_at", models.DateTimeField(default=mall.clock.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="LimitedPrice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60)),
                ("price_fen", models.BigIntegerField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("quantity_limit", models.PositiveIntegerField(blank=True, null=True)),
                ("sold_count", models.PositiveIntegerField(default=0)),
                ("floor_fen", models.BigIntegerField()),
                (
                    "floor_basis",
                    models.JSONField(default=dict, help_text="cost, fees, commission, margin: the computation"),
                ),
                ("override_reason", models.CharField(blank=True, max_length=200)),
                ("paused_reason", models.CharField(blank=True, max_length=200)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=mall.clock.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="LineStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(help_text="limited, member, threshold, coupon", max_length=20)),
                ("amount_fen", models.BigIntegerField(help_text="what the step took off the line, 0 and more")),
                ("label", models.CharField(blank=True, max_length=80)),
                (
                    "source_id",
                    models.BigIntegerField(blank=True, help_text="the promotion or coupon that took it", null=True),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                ("stars", models.PositiveSmallIntegerField()),
                ("text", models.CharField(blank=True, max_length=500)),
                ("is_anonymous", models.BooleanField(default=False)),
                ("followup_text", models.CharField(blank=True, max_length=500)),
                ("followup_at", models.DateTimeField(blank=True, null=True)),
                ("reply", models.CharField(blank=True, max_length=500)),
                ("replied_at", models.DateTimeField(blank=True, null=True)),
                ("hidden_at", models.DateTimeField(blank=True, null=True)),
                ("hidden_reason", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=mall.clock.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ReviewPicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.CharField(max_length=200)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="StaffNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=30)),
                ("subject_id", models.BigIntegerField()),
                ("text", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=mall.clock.now)),
                ("seen_at", models.DateTimeField(blank=True, null=True)),
                ("push_due_at", models.DateTimeField(blank=True, null=True)),
                ("times_pushed", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ThresholdDiscount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("threshold_fen", models.BigIntegerField()),
                ("off_fen", models.BigIntegerField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=mall.clock.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="TransferProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    mall.tenancy.models.PublicIdField(
                        db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
                    ),
                ),
                ("file", models.CharField(blank=True, max_length=200)),
                ("serial", models.CharField(blank=True, max_length=64)),
                ("uploaded_by", models.CharField(help_text="buyer:<id> or staff:<id>", max_length=60)),
                (
                    "status",
                    models.CharField(
                        choices=[("waiting", "待核对"), ("accepted", "已到账"), ("refused", "未通过")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("received_fen", models.BigIntegerField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=200)),
                ("uploaded_at", models.DateTimeField(default=mall.clock.now)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="WeChatIdentity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("appid", models.CharField(max_length=32)),
                ("openid", models.CharField(max_length=128)),
                ("linked_at", models.DateTimeField(default=mall.clock.now)),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        AtOnce(
            [
                migrations.AddField(
                    model_name="category",
                    name="icon",
                    field=models.CharField(blank=True, max_length=200),
                ),
                migrations.AddField(
                    model_name="mall",
                    name="licence",
                    field=models.CharField(
                        blank=True, help_text="the business licence as it must be shown", max_length=120
                    ),
                ),
                migrations.AddField(
                    model_name="mall",
                    name="payment_fee_bps",
                    field=models.PositiveIntegerField(default=60),
                ),
                migrations.AddField(
                    model_name="mall",
                    name="promotion_margin_bps",
                    field=models.PositiveIntegerField(default=0),
                ),
                migrations.AddField(
                    model_name="mall",
                    name="returns_address",
                    field=models.CharField(blank=True, max_length=300),
                ),
                migrations.AddField(
                    model_name="mall",
                    name="returns_promise",
                    field=models.CharField(blank=True, max_length=200),
                ),
                migrations.AddField(
                    model_name="mall",
                    name="rules_accepted_at",
                    field=models.DateTimeField(blank=True, null=True),
                ),
                migrations.AddField(
                    model_name="mall",
                    name="service_hours",
                    field=models.CharField(blank=True, max_length=60),
                ),
                migrations.AddField(
                    model_name="mall",
                    name="service_wechat",
                    field=models.CharField(blank=True, max_length=40),
                ),
                migrations.AddField(
                    model_name="mall",
                    name="webhook_sealed",
                    field=models.TextField(blank=True),
                ),
                migrations.AddField(
                    model_name="product",
                    name="is_sample",
                    field=models.BooleanField(default=False),
                ),
                migrations.AddField(
                    model_name="product",
                    name="purchase_limit",
                    field=models.PositiveIntegerField(blank=True, help_text="most pieces in one order", null=True),
                ),
                migrations.AddField(
                    model_name="product",
                    name="search_text",
                    field=models.TextField(blank=True),
                ),
                migrations.AddField(
                    model_name="product",
                    name="video_url",
                    field=models.CharField(blank=True, max_length=300),
                ),
                migrations.AddField(
                    model_name="sku",
                    name="low_stock_at",
                    field=models.PositiveIntegerField(default=0),
                ),
                migrations.AddField(
                    model_name="sku",
                    name="member_price_fen",
                    field=models.BigIntegerField(blank=True, null=True),
                ),
                migrations.AddField(
                    model_name="sku",
                    name="weight_g",
                    field=models.PositiveIntegerField(default=0),
                ),
                migrations.AddConstraint(
                    model_name="mall",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("payment_fee_bps__lt", 10000), ("promotion_margin_bps__lt", 10000)),
                        name="mall_promotion_bps_sane",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="sku",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("member_price_fen__isnull", True),
                            models.Q(("member_price_fen__gte", 0), ("member_price_fen__lte", models.F("price_fen"))),
                            _connector="OR",
                        ),
                        name="mall_sku_member_price_sane",
                    ),
                ),
                migrations.AddField(
                    model_name="address",
                    name="buyer",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.buyer",
                    ),
                ),
                migrations.AddField(
                    model_name="address",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="banner",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="cartitem",
                    name="buyer",
                    field=mall.tenancy.models.MallForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.buyer",
                    ),
                ),
                migrations.AddField(
                    model_name="cartitem",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="cartitem",
                    name="sku",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.sku",
                    ),
                ),
                migrations.AddField(
                    model_name="case",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="case",
                    name="order",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="mall.order",
                    ),
                ),
                migrations.AddField(
                    model_name="case",
                    name="refund",
                    field=mall.tenancy.models.MallForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.refund",
                    ),
                ),
                migrations.AddField(
                    model_name="caseline",
                    name="case",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="mall.case",
                    ),
                ),
                migrations.AddField(
                    model_name="caseline",
                    name="line",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.orderline",
                    ),
                ),
                migrations.AddField(
                    model_name="caseline",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="casepicture",
                    name="case",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pictures",
                        to="mall.case",
                    ),
                ),
                migrations.AddField(
                    model_name="casepicture",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="casestep",
                    name="case",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="mall.case",
                    ),
                ),
                migrations.AddField(
                    model_name="casestep",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="coupon",
                    name="buyer",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.buyer",
                    ),
                ),
                migrations.AddField(
                    model_name="coupon",
                    name="given_by",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="coupon",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="coupon",
                    name="order",
                    field=mall.tenancy.models.MallForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.order",
                    ),
                ),
                migrations.AddField(
                    model_name="coupontemplate",
                    name="category",
                    field=mall.tenancy.models.MallForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.category",
                    ),
                ),
                migrations.AddField(
                    model_name="coupontemplate",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="coupontemplate",
                    name="product",
                    field=mall.tenancy.models.MallForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.product",
                    ),
                ),
                migrations.AddField(
                    model_name="coupon",
                    name="template",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.coupontemplate",
                    ),
                ),
                migrations.AddField(
                    model_name="freightrule",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="freighttemplate",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="freightrule",
                    name="template",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="mall.freighttemplate",
                    ),
                ),
                migrations.AddField(
                    model_name="product",
                    name="freight_template",
                    field=mall.tenancy.models.MallForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.freighttemplate",
                    ),
                ),
                migrations.AddField(
                    model_name="importjob",
                    name="author",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="importjob",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="invoicerequest",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="invoicerequest",
                    name="order",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.order",
                    ),
                ),
                migrations.AddField(
                    model_name="limitedprice",
                    name="author",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="limitedprice",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="limitedprice",
                    name="sku",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.sku",
                    ),
                ),
                migrations.AddField(
                    model_name="linestep",
                    name="line",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="mall.orderline",
                    ),
                ),
                migrations.AddField(
                    model_name="linestep",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="review",
                    name="buyer",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.buyer",
                    ),
                ),
                migrations.AddField(
                    model_name="review",
                    name="hidden_by",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="review",
                    name="line",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.orderline",
                    ),
                ),
                migrations.AddField(
                    model_name="review",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="review",
                    name="product",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.product",
                    ),
                ),
                migrations.AddField(
                    model_name="review",
                    name="sku",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.sku",
                    ),
                ),
                migrations.AddField(
                    model_name="reviewpicture",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="reviewpicture",
                    name="review",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pictures",
                        to="mall.review",
                    ),
                ),
                migrations.AddField(
                    model_name="staffnotice",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="thresholddiscount",
                    name="author",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="thresholddiscount",
                    name="category",
                    field=mall.tenancy.models.MallForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.category",
                    ),
                ),
                migrations.AddField(
                    model_name="thresholddiscount",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="thresholddiscount",
                    name="product",
                    field=mall.tenancy.models.MallForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.product",
                    ),
                ),
                migrations.AddField(
                    model_name="transferproof",
                    name="decided_by",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddField(
                    model_name="transferproof",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddField(
                    model_name="transferproof",
                    name="payment",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proofs",
                        to="mall.payment",
                    ),
                ),
                migrations.AddField(
                    model_name="wechatidentity",
                    name="buyer",
                    field=mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.buyer",
                    ),
                ),
                migrations.AddField(
                    model_name="wechatidentity",
                    name="mall",
                    field=models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="address",
                    constraint=models.UniqueConstraint(
                        fields=("mall", "public_id"), name="mall_address_public_id_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="address",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("mall", "buyer"),
                        name="mall_address_one_default",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="banner",
                    constraint=models.UniqueConstraint(fields=("mall", "public_id"), name="mall_banner_public_id_once"),
                ),
                migrations.AddConstraint(
                    model_name="cartitem",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("buyer__isnull", False)),
                        fields=("mall", "buyer", "sku"),
                        name="mall_cart_item_once",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cartitem",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("buyer__isnull", True)),
                        fields=("mall", "guest_key", "sku"),
                        name="mall_cart_guest_item_once",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cartitem",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("buyer__isnull", False), ("guest_key", "")),
                            models.Q(("buyer__isnull", True), models.Q(("guest_key", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="mall_cart_one_owner",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="cartitem",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("quantity__gt", 0)), name="mall_cart_quantity_positive"
                    ),
                ),
                migrations.AddIndex(
                    model_name="case",
                    index=models.Index(fields=["mall", "status", "-id"], name="mall_case_by_status"),
                ),
                migrations.AddIndex(
                    model_name="case",
                    index=models.Index(
                        condition=models.Q(("closed_at__isnull", True)), fields=["mall", "order"], name="mall_case_open"
                    ),
                ),
                migrations.AddIndex(
                    model_name="case",
                    index=models.Index(
                        condition=models.Q(("deadline_at__isnull", False)), fields=["deadline_at"], name="mall_case_due"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="case",
                    constraint=models.UniqueConstraint(fields=("mall", "public_id"), name="mall_case_public_id_once"),
                ),
                migrations.AddConstraint(
                    model_name="case",
                    constraint=models.UniqueConstraint(fields=("mall", "number"), name="mall_case_number_once"),
                ),
                migrations.AddConstraint(
                    model_name="case",
                    constraint=models.UniqueConstraint(fields=("mall", "refund"), name="mall_case_refund_once"),
                ),
                migrations.AddConstraint(
                    model_name="case",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("kind__in", ["refund", "return", "exchange", "repair"])),
                        name="mall_case_kind_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="case",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("status__in", ["done", "rejected", "withdrawn"])),
                            models.Q(
                                ("closed_at__isnull", True),
                                ("status__in", ["requested", "awaiting_return", "returning", "resending", "resent"]),
                            ),
                            _connector="OR",
                        ),
                        name="mall_case_closed_has_time",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="case",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["refund", "return"]), ("refund__isnull", False)),
                            models.Q(("kind__in", ["exchange", "repair"]), ("refund__isnull", True)),
                            _connector="OR",
                        ),
                        name="mall_case_money_by_kind",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="caseline",
                    constraint=models.UniqueConstraint(fields=("mall", "case", "line"), name="mall_case_line_once"),
                ),
                migrations.AddConstraint(
                    model_name="casepicture",
                    constraint=models.UniqueConstraint(
                        fields=("mall", "case", "position"), name="mall_case_picture_once"
                    ),
                ),
                migrations.AddIndex(
                    model_name="casestep",
                    index=models.Index(fields=["mall", "case", "id"], name="mall_case_steps"),
                ),
                migrations.AddConstraint(
                    model_name="coupontemplate",
                    constraint=models.UniqueConstraint(
                        fields=("mall", "public_id"), name="mall_coupon_template_public_id_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="coupontemplate",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "fixed"), ("off_bps__isnull", True), ("off_fen__gt", 0)),
                            models.Q(
                                ("kind", "percent"),
                                ("off_bps__gt", 0),
                                ("off_bps__lte", 10000),
                                ("off_fen__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="mall_coupon_template_amount",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="coupontemplate",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("valid_days__isnull", False), ("valid_until__isnull", True)),
                            models.Q(("valid_days__isnull", True), ("valid_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="mall_coupon_template_ends",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="coupontemplate",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("total_count__isnull", True),
                            ("taken_count__lte", models.F("total_count")),
                            _connector="OR",
                        ),
                        name="mall_coupon_template_total",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="coupontemplate",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("category__isnull", True), ("product__isnull", True), _connector="OR"),
                        name="mall_coupon_template_one_scope",
                    ),
                ),
                migrations.AddIndex(
                    model_name="coupon",
                    index=models.Index(fields=["mall", "buyer", "expires_at"], name="mall_coupon_wallet"),
                ),
                migrations.AddConstraint(
                    model_name="coupon",
                    constraint=models.UniqueConstraint(fields=("mall", "public_id"), name="mall_coupon_public_id_once"),
                ),
                migrations.AddConstraint(
                    model_name="coupon",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("order__isnull", True), ("used_at__isnull", True)),
                            models.Q(("order__isnull", False), ("used_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="mall_coupon_used_by_order",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="freighttemplate",
                    constraint=models.UniqueConstraint(
                        fields=("mall", "public_id"), name="mall_freight_public_id_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="freighttemplate",
                    constraint=models.UniqueConstraint(fields=("mall", "name"), name="mall_freight_name_once"),
                ),
                migrations.AddConstraint(
                    model_name="freighttemplate",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("is_default", True)), fields=("mall",), name="mall_freight_one_default"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="freighttemplate",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("charge_by__in", ["piece", "weight"])), name="mall_freight_charge_known"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="freightrule",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("extra_fen__gte", 0), ("extra_units__gt", 0), ("first_fen__gte", 0), ("first_units__gt", 0)
                        ),
                        name="mall_freight_rule_sane",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="importjob",
                    constraint=models.UniqueConstraint(fields=("mall", "public_id"), name="mall_import_public_id_once"),
                ),
                migrations.AddConstraint(
                    model_name="importjob",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("kind__in", ["products", "shipments"])), name="mall_import_kind_known"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="importjob",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("status__in", ["uploaded", "checked", "done"])),
                        name="mall_import_status_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="invoicerequest",
                    constraint=models.UniqueConstraint(
                        fields=("mall", "public_id"), name="mall_invoice_public_id_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="invoicerequest",
                    constraint=models.UniqueConstraint(fields=("mall", "order"), name="mall_invoice_order_once"),
                ),
                migrations.AddIndex(
                    model_name="limitedprice",
                    index=models.Index(fields=["mall", "sku", "ends_at"], name="mall_limited_of_sku"),
                ),
                migrations.AddConstraint(
                    model_name="limitedprice",
                    constraint=models.UniqueConstraint(
                        fields=("mall", "public_id"), name="mall_limited_public_id_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="limitedprice",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="mall_limited_ends"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="limitedprice",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("price_fen__gte", 0)), name="mall_limited_price_not_negative"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="limitedprice",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("price_fen__gte", models.F("floor_fen")),
                            models.Q(("override_reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="mall_limited_floor",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="linestep",
                    constraint=models.UniqueConstraint(fields=("mall", "line", "step"), name="mall_line_step_once"),
                ),
                migrations.AddConstraint(
                    model_name="linestep",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount_fen__gte", 0)), name="mall_line_step_not_negative"
                    ),
                ),
                migrations.AddIndex(
                    model_name="review",
                    index=models.Index(fields=["mall", "product", "-id"], name="mall_review_of_product"),
                ),
                migrations.AddConstraint(
                    model_name="review",
                    constraint=models.UniqueConstraint(fields=("mall", "public_id"), name="mall_review_public_id_once"),
                ),
                migrations.AddConstraint(
                    model_name="review",
                    constraint=models.UniqueConstraint(fields=("mall", "line"), name="mall_review_line_once"),
                ),
                migrations.AddConstraint(
                    model_name="review",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("stars__gte", 1), ("stars__lte", 5)), name="mall_review_stars"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="review",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("hidden_at__isnull", True), models.Q(("hidden_reason", ""), _negated=True), _connector="OR"
                        ),
                        name="mall_review_hidden_has_reason",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="reviewpicture",
                    constraint=models.UniqueConstraint(
                        fields=("mall", "review", "position"), name="mall_review_picture_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="reviewpicture",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("position__lt", 9)), name="mall_review_nine_pictures"
                    ),
                ),
                migrations.AddIndex(
                    model_name="staffnotice",
                    index=models.Index(fields=["mall", "-id"], name="mall_notice_newest"),
                ),
                migrations.AddIndex(
                    model_name="staffnotice",
                    index=models.Index(
                        condition=models.Q(("push_due_at__isnull", False)),
                        fields=["push_due_at"],
                        name="mall_notice_due",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="staffnotice",
                    constraint=models.UniqueConstraint(fields=("mall", "kind", "subject_id"), name="mall_notice_once"),
                ),
                migrations.AddConstraint(
                    model_name="thresholddiscount",
                    constraint=models.UniqueConstraint(
                        fields=("mall", "public_id"), name="mall_threshold_public_id_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="thresholddiscount",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="mall_threshold_ends"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="thresholddiscount",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("off_fen__gt", 0), ("threshold_fen__gte", models.F("off_fen"))),
                        name="mall_threshold_amounts_sane",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="thresholddiscount",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("category__isnull", True), ("product__isnull", True), _connector="OR"),
                        name="mall_threshold_one_scope",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="transferproof",
                    constraint=models.UniqueConstraint(fields=("mall", "public_id"), name="mall_proof_public_id_once"),
                ),
                migrations.AddConstraint(
                    model_name="transferproof",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(
                            models.Q(("serial", ""), _negated=True), models.Q(("status", "refused"), _negated=True)
                        ),
                        fields=("mall", "serial"),
                        name="mall_proof_serial_once",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="transferproof",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "accepted", "refused"])),
                        name="mall_proof_status_known",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="transferproof",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("received_fen__isnull", True), ("received_fen__gt", 0), _connector="OR"),
                        name="mall_proof_received_positive",
                    ),
                ),
                migrations.AddIndex(
                    model_name="wechatidentity",
                    index=models.Index(fields=["mall", "buyer"], name="mall_wechat_identity_of_buyer"),
                ),
                migrations.AddConstraint(
                    model_name="wechatidentity",
                    constraint=models.UniqueConstraint(
                        fields=("mall", "appid", "openid"), name="mall_wechat_identity_once"
                    ),
                ),
            ]
        ),
        EnforceMallWalls(
            [
                "Address",
                "Banner",
                "CartItem",
                "Case",
                "CaseLine",
                "CasePicture",
                "CaseStep",
                "Coupon",
                "CouponTemplate",
                "FreightRule",
                "FreightTemplate",
                "ImportJob",
                "InvoiceRequest",
                "LimitedPrice",
                "LineStep",
                "Review",
                "ReviewPicture",
                "StaffNotice",
                "ThresholdDiscount",
                "TransferProof",
                "WeChatIdentity",
            ],
            relay=("Case", "StaffNotice"),
        ),
        BindToMall("Product", ["freight_template"]),
        *append_only("mall_linestep"),
        *append_only("mall_casestep"),
        RelayFunction(
            "malls_with_cases_due(at timestamptz)",
            "SETOF bigint",
            "SELECT DISTINCT mall_id FROM mall_case WHERE deadline_at <= at AND closed_at IS NULL",
        ),
        RelayFunction(
            "malls_with_notices_due(at timestamptz)",
            "SETOF bigint",
            "SELECT DISTINCT mall_id FROM mall_staffnotice WHERE push_due_at <= at",
        ),
    ]
