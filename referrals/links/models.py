"""Share links: what a member takes and passes on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.catalogue.models import Product
from mall.reviews.models import Review
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField
from members.models import Member


class Channel(MallModel):
    """Where links are shared: a list of the mall's own, begun with wechat, weibo, qq, other."""

    slug = models.SlugField(max_length=30, db_index=False)
    name = models.CharField(max_length=30)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall", "slug"], name="referrals_channel_once")]

    def __str__(self) -> str:
        return self.name


class LinkKind(models.TextChoices):
    MALL = "mall", _("商城链接")
    PRODUCT = "product", _("商品链接")
    REGISTRATION = "registration", _("会员注册链接")


class ShareLink(MallModel):
    """One member's link to the mall, a product or the registration page, in one channel."""

    public_id = PublicIdField()
    code = models.CharField(max_length=20)
    owner = MallForeignKey(Member, db_index=False)
    kind = models.CharField(max_length=12, choices=LinkKind.choices)
    product = MallForeignKey(Product, null=True, blank=True)
    channel = MallForeignKey(Channel)
    campaign = models.CharField(max_length=40, blank=True)
    # Its owner's own review of the product, shown first to who comes through it.
    review = MallForeignKey(Review, null=True, blank=True)
    # The link its owner came through: chains and K-factor, not money.
    came_through = MallForeignKey("self", null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="referrals_link_public_id_once"),
            models.UniqueConstraint(fields=["mall", "code"], name="referrals_link_code_once"),
            models.UniqueConstraint(
                fields=["mall", "owner", "kind", "product", "channel", "campaign"],
                name="referrals_link_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=(Q(kind="product", product__isnull=False))
                | (Q(kind__in=["mall", "registration"], product__isnull=True)),
                name="referrals_link_product_iff_product",
            ),
        ]

    def __str__(self) -> str:
        return self.code
