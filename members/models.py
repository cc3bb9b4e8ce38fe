"""Members: buyers who registered. Registration is all it takes to be a promoter."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.buyers.models import Buyer
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class Member(MallModel):
    """A buyer who registered in this mall, under the referrer who brought him, if one did.

    The referrer is set at joining and never changes (trigger). He joined earlier, so his id is
    smaller (CHECK): no loop of any length can exist, whatever runs at the same time.
    """

    class Standing(models.TextChoices):
        ACTIVE = "active", _("正常")
        SUSPENDED = "suspended", _("已停权")
        CLOSED = "closed", _("已注销")

    public_id = PublicIdField()
    buyer = MallForeignKey(Buyer, db_index=False)
    referrer = MallForeignKey("self", null=True, blank=True)
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.ACTIVE)
    joined_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="members_public_id_once"),
            models.UniqueConstraint(fields=["mall", "buyer"], name="members_buyer_once"),
            models.CheckConstraint(
                condition=Q(referrer__isnull=True) | Q(referrer__lt=F("id")), name="members_referrer_joined_earlier"
            ),
            models.CheckConstraint(
                condition=Q(standing__in=["active", "suspended", "closed"]), name="members_standing_known"
            ),
        ]
        indexes = [models.Index(fields=["mall", "joined_at"], name="members_by_joining")]

    def __str__(self) -> str:
        return f"member {self.pk}"


class Binding(MallModel):
    """How a member came to his referrer (or to none): the history that is kept. Append-only."""

    member = MallForeignKey(Member, db_index=False)
    referrer = MallForeignKey(Member, null=True, blank=True)
    source = models.CharField(max_length=20, help_text="ref, visitor, none, or refused:<why>")
    code = models.CharField(max_length=20, blank=True, help_text="the share code that decided")
    at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        indexes = [models.Index(fields=["mall", "member"], name="members_binding_of")]


class StandingChange(MallModel):
    """A promoter suspended, taken back or closed: when, so that the past can be computed again."""

    member = MallForeignKey(Member, db_index=False)
    before = models.CharField(max_length=10)
    after = models.CharField(max_length=10)
    reason = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=60)
    at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        indexes = [models.Index(fields=["mall", "member", "at"], name="members_standing_of")]
