"""Pictures at the head of a mall's home page (轮播图)."""

from __future__ import annotations

from django.db import models

from mall import clock
from mall.tenancy.models import MallModel, PublicIdField


class Banner(MallModel):
    """One picture and where a tap on it leads: an address inside the mall, or nowhere."""

    public_id = PublicIdField()
    file = models.CharField(max_length=200, help_text="Path below MEDIA_ROOT, beginning with the mall's id")
    title = models.CharField(max_length=60, blank=True)
    link = models.CharField(max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall", "public_id"], name="mall_banner_public_id_once")]
