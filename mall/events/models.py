"""The outbox: facts, and who still has to hear of them."""

from __future__ import annotations

from django.db import models

from mall import clock
from mall.tenancy.models import MallForeignKey, MallModel


class Event(MallModel):
    """A fact, written in the transaction that made it true. Ids only, no personal data."""

    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    payload = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        indexes = [models.Index(fields=["mall", "kind", "subject_id"], name="mall_event_subject")]

    def __str__(self) -> str:
        return f"{self.kind}#{self.subject_id}"


class Delivery(MallModel):
    """One event to be handed to one handler: the queue of record."""

    event = MallForeignKey(Event, db_index=False)
    handler = models.CharField(max_length=80)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    parked_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "event", "handler"], name="mall_delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["mall", "handler", "due_at"],
                condition=models.Q(done_at__isnull=True, parked_at__isnull=True),
                name="mall_delivery_due",
            ),
        ]
