"""The base of everything that belongs to a mall: scoped manager, mall column, composite foreign keys."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.fields.related_lookups import RelatedExact
from django.db.models.sql.where import AND

from mall.tenancy.context import WrongMall, require_mall_id


class MallManager(models.Manager[Any]):
    """Rows of the mall in force, and no others. Raises MallNotSet outside of any mall."""

    def get_queryset(self) -> models.QuerySet[Any]:
        queryset = super().get_queryset()
        # filter(mall_id=…) says the same, and takes a tenth of a millisecond to find out what that means:
        # every query of the product comes by here, and every saved row twice.
        column = self.model._meta.get_field("mall").get_col(queryset.query.get_initial_alias())
        queryset.query.where.add(RelatedExact(column, require_mall_id(self.model._meta.label)), AND)
        return queryset


def require_own_row(row: models.Model, mall_id: int | None) -> None:
    """Raise WrongMall when a row of mall `mall_id` is about to be written while acting for another."""
    current = require_mall_id(row._meta.label)
    if mall_id != current:
        raise WrongMall(f"{row._meta.label}: a row of mall {mall_id} written in mall {current}.")


class MallForeignKey(models.ForeignKey[Any, Any]):
    """A reference inside one mall: in the database a composite key (mall_id, x_id) → (mall_id, id).

    Django writes no constraint of its own (db_constraint=False); the migration operation
    EnforceMallWalls adds the composite one, so that a row can never point into another mall.
    """

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete, **kwargs)


class MallModel(models.Model):
    """Something that belongs to exactly one mall, for good."""

    mall = models.ForeignKey("mall.Mall", models.PROTECT, related_name="+", db_index=False, db_constraint=False)

    objects = MallManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.mall_id is None:
            self.mall_id = require_mall_id(self._meta.label)
        require_own_row(self, self.mall_id)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        # Deleting a row at hand asks no manager: it goes by the key alone.
        require_own_row(self, self.mall_id)
        return super().delete(*args, **kwargs)


class PublicIdField(models.UUIDField):  # type: ignore[type-arg]  # Django gives this one no __class_getitem__
    """The opaque id that outsiders see; the primary key never leaves the server."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", uuid.uuid4)
        kwargs.setdefault("db_default", RandomUUID())
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)
