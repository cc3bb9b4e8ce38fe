"""WeChat Pay: account, trades, refunds, notifications and bills, with their walls."""

import django.db.models.deletion
import mall.clock
import mall.tenancy.models
from django.db import migrations, models

from mall.tenancy.operations import AtOnce, EnforceMallWalls, RelayFunction


class Migration(migrations.Migration):
    dependencies = [
        ("mall", "0003_erasedphone"),
    ]

    operations = [
        migrations.CreateModel(
            name="Bill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("payments", models.PositiveIntegerField(default=0)),
                ("paid_fen", models.BigIntegerField(default=0)),
                ("refunds", models.PositiveIntegerField(default=0)),
                ("refunded_fen", models.BigIntegerField(default=0)),
                ("digest", models.CharField(help_text="SHA-1 of the file, as WeChat gave it", max_length=64)),
                ("compared_at", models.DateTimeField(default=mall.clock.now)),
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
            },
        ),
        migrations.CreateModel(
            name="BillDifference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ours_missing", "账单有，商城没有"),
                            ("theirs_missing", "商城有，账单没有"),
                            ("amount_differs", "金额不一致"),
                        ],
                        max_length=16,
                    ),
                ),
                ("subject", models.CharField(choices=[("payment", "付款"), ("refund", "退款")], max_length=8)),
                ("number", models.CharField(max_length=64)),
                ("provider_reference", models.CharField(blank=True, max_length=64)),
                ("ours_fen", models.BigIntegerField(blank=True, null=True)),
                ("theirs_fen", models.BigIntegerField(blank=True, null=True)),
                (
                    "bill",
                    mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="mall.bill",
                    ),
                ),
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
            },
        ),
        migrations.CreateModel(
            name="ForgedNotifications",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("times", models.PositiveIntegerField(default=0)),
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
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=20)),
                ("kind", models.CharField(max_length=10)),
                ("notify_id", models.CharField(max_length=64)),
                ("body", models.BinaryField()),
                ("headers", models.JSONField()),
                ("verified", models.BooleanField(default=False)),
                ("received_at", models.DateTimeField(default=mall.clock.now)),
                ("processed_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=200)),
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
            },
        ),
        migrations.CreateModel(
            name="WeChatAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("appid", models.CharField(max_length=32)),
                ("mini_appid", models.CharField(blank=True, max_length=32)),
                ("mchid", models.CharField(max_length=32)),
                ("merchant_serial", models.CharField(max_length=64)),
                ("sealed", models.TextField()),
                ("is_active", models.BooleanField(default=False)),
                ("updated_at", models.DateTimeField(default=mall.clock.now)),
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
            },
        ),
        migrations.CreateModel(
            name="WeChatRefund",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=32)),
                ("amount_fen", models.BigIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "待提交"),
                            ("processing", "退款中"),
                            ("succeeded", "已退款"),
                            ("failed", "退款失败"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("provider_reference", models.CharField(blank=True, max_length=64)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("times_asked", models.PositiveIntegerField(default=0)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=mall.clock.now)),
                ("succeeded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "mall",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                (
                    "payment",
                    mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.payment",
                    ),
                ),
                (
                    "refund",
                    mall.tenancy.models.MallForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.refund",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="WeChatTrade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("trade_type", models.CharField(max_length=10)),
                ("appid", models.CharField(max_length=32)),
                ("mchid", models.CharField(max_length=32)),
                ("openid", models.CharField(blank=True, max_length=128)),
                ("state", models.CharField(blank=True, max_length=20)),
                ("times_asked", models.PositiveIntegerField(default=0)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                (
                    "mall",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="mall.mall"
                    ),
                ),
                (
                    "payment",
                    mall.tenancy.models.MallForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="mall.payment",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        AtOnce(
            [
                migrations.AddConstraint(
                    model_name="bill",
                    constraint=models.UniqueConstraint(fields=("mall", "day"), name="mall_bill_once"),
                ),
                migrations.AddConstraint(
                    model_name="billdifference",
                    constraint=models.UniqueConstraint(
                        fields=("mall", "bill", "subject", "number"), name="mall_bill_difference_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="forgednotifications",
                    constraint=models.UniqueConstraint(fields=("mall", "day"), name="mall_forged_notifications_once"),
                ),
                migrations.AddIndex(
                    model_name="notification",
                    index=models.Index(fields=["mall", "-received_at"], name="mall_notification_by_time"),
                ),
                migrations.AddConstraint(
                    model_name="notification",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("verified", True)),
                        fields=("mall", "provider", "notify_id"),
                        name="mall_notification_once",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="wechataccount",
                    constraint=models.UniqueConstraint(fields=("mall",), name="mall_wechat_account_once"),
                ),
                migrations.AddIndex(
                    model_name="wechatrefund",
                    index=models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="mall_wechat_refund_due"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="wechatrefund",
                    constraint=models.UniqueConstraint(
                        fields=("mall", "number"), name="mall_wechat_refund_number_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="wechatrefund",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("amount_fen__gt", 0)), name="mall_wechat_refund_amount_positive"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="wechatrefund",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("status__in", ["waiting", "processing", "succeeded", "failed"])),
                        name="mall_wechat_refund_status_known",
                    ),
                ),
                migrations.AddIndex(
                    model_name="wechattrade",
                    index=models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="mall_wechat_trade_due"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="wechattrade",
                    constraint=models.UniqueConstraint(fields=("mall", "payment"), name="mall_wechat_trade_once"),
                ),
            ]
        ),
        EnforceMallWalls(
            [
                "Bill",
                "BillDifference",
                "ForgedNotifications",
                "Notification",
                "WeChatAccount",
                "WeChatRefund",
                "WeChatTrade",
            ],
            relay=("WeChatAccount", "WeChatRefund", "WeChatTrade"),
        ),
        RelayFunction(
            "malls_with_wechat_due(at timestamptz)",
            "SETOF bigint",
            "SELECT mall_id FROM mall_wechattrade WHERE due_at <= at "
            "UNION SELECT mall_id FROM mall_wechatrefund WHERE due_at <= at",
        ),
        RelayFunction(
            "malls_with_wechat_account()",
            "SETOF bigint",
            "SELECT mall_id FROM mall_wechataccount WHERE is_active ORDER BY mall_id",
        ),
    ]
