"""Tables that staff upload: looked through first, carried out when they say so."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from mall import clock
from mall.staff.models import User
from mall.tenancy.models import MallModel, PublicIdField


class ImportJob(MallModel):
    """One uploaded table: which column means what, what is wrong with which row, what came of it."""

    class Kind(models.TextChoices):
        PRODUCTS = "products", _("商品")
        SHIPMENTS = "shipments", _("发货")

    class Status(models.TextChoices):
        UPLOADED = "uploaded", _("待核对")
        CHECKED = "checked", _("已试运行")
        APPLYING = "applying", _("导入中")
        DONE = "done", _("已导入")
        STOPPED = "stopped", _("已停止")

    public_id = PublicIdField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.UPLOADED)
    file_name = models.CharField(max_length=120)
    header = models.JSONField(default=list, help_text="the table's own column names")
    rows = models.JSONField(default=list, help_text="the cells as text, row by row")
    columns = models.JSONField(default=dict, help_text="field → the table's column")
    errors = models.JSONField(default=list, help_text='[{"row", "field", "error"}], rows as the merchant counts them')
    result = models.JSONField(default=dict, help_text="how many were made, changed, left")
    author = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    # While it is carried out. due_at: when a worker is to take it up; None: nobody is to.
    plan = models.JSONField(default=list, help_text="the rows that are written together, group by group")
    groups = models.PositiveIntegerField(default=0, help_text="groups in the plan")
    position = models.PositiveIntegerField(default=0, help_text="groups carried out")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="since a group was last carried out")
    due_at = models.DateTimeField(null=True, blank=True)
    language = models.CharField(max_length=10, blank=True, help_text="of whoever said go; errors are told in it")

    class Meta(MallModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["mall", "public_id"], name="mall_import_public_id_once"),
            models.CheckConstraint(condition=Q(kind__in=["products", "shipments"]), name="mall_import_kind_known"),
            models.CheckConstraint(
                condition=Q(status__in=["uploaded", "checked", "applying", "done", "stopped"]),
                name="mall_import_status_known",
            ),
            # Whatever a worker or a sweep does later: what was stopped or is done is nobody's work.
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(status="applying"), name="mall_import_due_while_applying"
            ),
            models.CheckConstraint(condition=Q(position__lte=F("groups")), name="mall_import_position_in_plan"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="mall_import_due")]
