"""Buyers: people a mall knows, with their own log-ins, valid in that mall only."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from mall import clock
from mall.tenancy.models import MallForeignKey, MallModel, PublicIdField


class Buyer(MallModel):
    """Somebody who can order: a registered phone, a WeChat openid, or a guest at checkout.

    Personal data sits here and can be erased; ledger, events and traces hold ids only.
    """

    # The API's request.user is a Buyer, and the framework asks it this.
    is_authenticated = True

    public_id = PublicIdField()
    # NULL, not "": the phones of guests and closed accounts must not collide.
    phone = models.CharField(max_length=20, null=True, blank=True, help_text="E.164")  # noqa: DJ001
    password = models.CharField(max_length=128, blank=True)
    nickname = models.CharField(max_length=40, blank=True)
    is_guest = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_buyer_public_id_once"),
            # NULL phones do not collide: guests and closed accounts have none.
            models.UniqueConstraint(
                fields=["mall", "phone"], condition=Q(is_guest=False), name="mall_buyer_phone_once"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(phone__isnull=True), name="mall_buyer_closed_is_erased"
            ),
        ]
        indexes = [
            models.Index(
                fields=["mall", "phone"],
                condition=Q(is_guest=True, phone__isnull=False),
                name="mall_buyer_guest_phone",
            ),
        ]

    def __str__(self) -> str:
        return f"buyer {self.pk}"


class BuyerToken(MallModel):
    """A log-in of a buyer: an API bearer token or the session cookie of the pages; hashed at rest."""

    class Kind(models.TextChoices):
        API = "api"
        SESSION = "session"

    buyer = MallForeignKey(Buyer)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "digest"], name="mall_buyer_token_once"),
            models.CheckConstraint(condition=Q(kind__in=["api", "session"]), name="mall_buyer_token_kind_known"),
        ]


class PhoneCode(MallModel):
    """A one-time code sent to a phone. Only a keyed hash of it is kept."""

    class Purpose(models.TextChoices):
        REGISTER = "register"
        LOGIN = "login"
        RESET = "reset"

    phone = models.CharField(max_length=20)
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    digest = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["register", "login", "reset"]), name="mall_phone_code_purpose_known"
            )
        ]
        indexes = [models.Index(fields=["mall", "phone", "purpose", "-id"], name="mall_phone_code_newest")]


class ErasedPhone(MallModel):
    """A phone whose account was closed, as a keyed hash: it may join again, but pays nobody again."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall", "digest"], name="mall_erased_phone_once")]
