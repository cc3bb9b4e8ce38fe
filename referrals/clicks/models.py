"""Clicks: every arrival through a share link, stored raw before it is answered, judged later."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField
from members.models import Member
from referrals.links.models import ShareLink


class Reason(models.TextChoices):
    """Why a click, a registration or an order pays nothing, or not at once. Shown as it is."""

    NONE = "", _("计佣")
    BOT = "bot", _("机器访问")
    NO_USER_AGENT = "no_ua", _("缺少浏览器标识")
    PREFETCH = "prefetch", _("链接预览")
    HEAD = "head", _("非页面访问")
    OWN_CLICK = "own_click", _("本人点击不计佣")
    STAFF = "staff", _("商家员工访问")
    UNCONFIRMED = "unconfirmed", _("页面未打开")
    DUPLICATE = "duplicate", _("一小时内重复点击")
    MEMBER = "member", _("访客已是会员")
    NETWORK_CAP = "ip_cap", _("同一网络点击过多")
    CAPPED = "capped", _("已达每日上限")
    BUDGET = "budget", _("本月预算已用完")
    RATE_ZERO = "rate_zero", _("该项佣金为零")
    SUSPENDED = "suspended", _("推广者已停权")
    CLOSED = "closed", _("推广者已注销")
    NO_ACTIVITY = "no_activity", _("新会员未在期限内收货")
    SELF_PURCHASE = "self_purchase", _("本人购买不计佣")
    REREGISTERED = "reregistered", _("该号码曾注册过")
    NO_REFERRER = "no_referrer", _("没有推广者")
    REFUNDED = "refunded", _("已全额退款")


class Click(MallModel):
    """One arrival. What was observed never changes; the judgement is written once, in a batch.

    due_at: when it may be judged: at once where nothing can still change the verdict (a machine, a
    confirmed page), after the time a page has to confirm itself otherwise.
    """

    public_id = PublicIdField()
    link = MallForeignKey(ShareLink, db_index=False)
    visitor_key = models.CharField(max_length=64)
    at = models.DateTimeField()
    source = models.CharField(max_length=8, default="browser", help_text="browser or app")
    method = models.CharField(max_length=8, default="GET")
    is_prefetch = models.BooleanField(default=False)
    user_agent = models.CharField(max_length=400, blank=True)
    network = models.CharField(max_length=32, blank=True, help_text="keyed hash of the client's address")
    member = MallForeignKey(Member, null=True, blank=True, db_index=False, help_text="logged in at the click")
    by_staff = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=clock.now)
    judged_at = models.DateTimeField(null=True, blank=True)
    is_attributable = models.BooleanField(null=True)
    reason = models.CharField(max_length=16, choices=Reason.choices, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            # Only apps name clicks by it. A random key in an index of every click would cost more than the click.
            models.UniqueConstraint(
                fields=["mall", "public_id"], condition=models.Q(source="app"), name="referrals_click_public_id_once"
            )
        ]
        indexes = [
            models.Index(fields=["mall", "visitor_key", "-at"], name="referrals_click_visitor"),
            models.Index(fields=["mall", "link", "-at"], name="referrals_click_link"),
            models.Index(
                fields=["mall", "due_at"], condition=models.Q(judged_at__isnull=True), name="referrals_click_unjudged"
            ),
            # What a network has brought a promoter today, and when a visitor last billed: only clicks that
            # bill stand in these two.
            models.Index(
                fields=["mall", "network", "at"],
                condition=models.Q(is_attributable=True, reason=""),
                name="referrals_click_billable",
            ),
            models.Index(
                fields=["mall", "visitor_key", "at"],
                condition=models.Q(is_attributable=True, reason=""),
                name="referrals_click_billed_visitor",
            ),
        ]


class VisitorMember(MallModel):
    """A visitor key that was once logged in as this member: the facts behind "himself"."""

    visitor_key = models.CharField(max_length=64)
    member = MallForeignKey(Member)
    since = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "visitor_key", "member"], name="referrals_visitor_member_once")
        ]


class Visit(MallModel):
    """A stay of one visitor: a random id that ends after 30 minutes of silence."""

    public_id = PublicIdField()
    visitor_key = models.CharField(max_length=64)
    link = MallForeignKey(ShareLink, null=True, blank=True)
    started_at = models.DateTimeField()
    last_at = models.DateTimeField()
    view_count = models.PositiveIntegerField(default=1)

    class Meta(MallModel.Meta):
        indexes = [models.Index(fields=["mall", "visitor_key", "-last_at"], name="referrals_visit_newest")]
