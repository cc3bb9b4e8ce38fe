"""What bills of one visitor is found at once, and a link's conversions of every kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0003_arrivals_and_promoters"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="conversion",
            name="referrals_conversion_of_link",
        ),
        migrations.AlterField(
            model_name="click",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "计佣"),
                    ("bot", "机器访问"),
                    ("no_ua", "缺少浏览器标识"),
                    ("prefetch", "链接预览"),
                    ("head", "非页面访问"),
                    ("own_click", "本人点击不计佣"),
                    ("staff", "商家员工访问"),
                    ("unconfirmed", "页面未打开"),
                    ("duplicate", "一小时内重复点击"),
                    ("member", "访客已是会员"),
                    ("ip_cap", "同一网络点击过多"),
                    ("capped", "已达每日上限"),
                    ("budget", "本月预算已用完"),
                    ("rate_zero", "该项佣金为零"),
                    ("suspended", "推广者已停权"),
                    ("closed", "推广者已注销"),
                    ("no_activity", "新会员未在期限内收货"),
                    ("self_purchase", "本人购买不计佣"),
                    ("reregistered", "该号码曾注册过"),
                    ("no_referrer", "没有推广者"),
                    ("refunded", "已全额退款"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="conversion",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "计佣"),
                    ("bot", "机器访问"),
                    ("no_ua", "缺少浏览器标识"),
                    ("prefetch", "链接预览"),
                    ("head", "非页面访问"),
                    ("own_click", "本人点击不计佣"),
                    ("staff", "商家员工访问"),
                    ("unconfirmed", "页面未打开"),
                    ("duplicate", "一小时内重复点击"),
                    ("member", "访客已是会员"),
                    ("ip_cap", "同一网络点击过多"),
                    ("capped", "已达每日上限"),
                    ("budget", "本月预算已用完"),
                    ("rate_zero", "该项佣金为零"),
                    ("suspended", "推广者已停权"),
                    ("closed", "推广者已注销"),
                    ("no_activity", "新会员未在期限内收货"),
                    ("self_purchase", "本人购买不计佣"),
                    ("reregistered", "该号码曾注册过"),
                    ("no_referrer", "没有推广者"),
                    ("refunded", "已全额退款"),
                ],
                help_text="why it cannot pay at all",
                max_length=16,
            ),
        ),
        migrations.AddIndex(
            model_name="click",
            index=models.Index(
                condition=models.Q(("is_attributable", True), ("reason", "")),
                fields=["mall", "visitor_key", "at"],
                name="referrals_click_billed_visitor",
            ),
        ),
        migrations.AddIndex(
            model_name="conversion",
            index=models.Index(fields=["mall", "link"], name="referrals_conversion_of_link"),
        ),
    ]
