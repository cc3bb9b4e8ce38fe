"""Staff: who logs in to run a mall, what he may do there, and what he did."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.tenancy.models import MallModel, PublicIdField


class UserManager(BaseUserManager):
    """Makes log-ins; called by the staff services and by `createsuperuser`."""

    def create_user(self, email: str, password: str | None = None, **fields) -> User:
        """A log-in without any right; a StaffMember row gives it rights in a mall."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> User:
        """An operator of the installation."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str) -> User:
        return self.get(email=email.lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A staff log-in of the installation; it belongs to no mall and knows nothing of one."""

    email = models.EmailField()
    name = models.CharField(max_length=60, blank=True)
    is_active = models.BooleanField(default=True)
    # Django's admin asks for this; here it means: operator of the installation.
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["email"], name="mall_user_email_once"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="mall_user_email_lower_case"),
        ]

    def __str__(self) -> str:
        return self.email


class Role(models.TextChoices):
    OWNER = "owner", _("店主")
    MANAGER = "manager", _("店长")
    FINANCE = "finance", _("财务")
    SERVICE = "service", _("客服")
    OPERATOR = "operator", _("平台运营")


class StaffMember(MallModel):
    """What one user may do in one mall. An operator's row has a reason and an end."""

    # The API's request.user is a StaffMember, and the framework asks it this.
    is_authenticated = True

    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=10, choices=Role.choices)
    is_active = models.BooleanField(default=True)
    reason = models.CharField(max_length=200, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "user"], name="mall_staff_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="mall_staff_role_known"),
            models.CheckConstraint(
                condition=~Q(role="operator") | (Q(expires_at__isnull=False) & ~Q(reason="")),
                name="mall_staff_operator_has_reason_and_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"


class StaffToken(MallModel):
    """A bearer token of a staff member, valid in one mall; only its SHA-256 is kept."""

    staff = models.ForeignKey(User, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(MallModel.Meta):
        constraints = [models.UniqueConstraint(fields=["mall", "digest"], name="mall_staff_token_once")]


class AuditRecord(MallModel):
    """What a member of staff, or the system in his name, did. Append-only (trigger)."""

    public_id = PublicIdField()
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", null=True)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(default=clock.now)

    class Meta(MallModel.Meta):
        indexes = [models.Index(fields=["mall", "-id"], name="mall_audit_newest")]
