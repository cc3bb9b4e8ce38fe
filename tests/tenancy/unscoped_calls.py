"""How each public method of a QuerySet is called, and driven until it must speak to the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from asgiref.sync import async_to_sync
from django.db import transaction
from django.db.models import Count, Field, Model, Q, QuerySet

from mall.staff.models import User


def any_column(model: type[Model]) -> Field:
    """A column of the model that is neither its key nor its mall."""
    return next(field for field in model._meta.local_concrete_fields if field.attname not in {"id", "mall_id"})


def a_time(model: type[Model]) -> str | None:
    """The name of a column with a date in it, if the model has one."""
    kinds = {"DateTimeField", "DateField"}
    return next((field.name for field in model._meta.local_fields if field.get_internal_type() in kinds), None)


def unsaved(model: type[Model]) -> Any:
    """A row of somebody's mall that was never read: every reference is set, so that all can be followed."""
    references = {field.attname: 1 for field in model._meta.local_fields if field.is_relation}
    return model(pk=1, **references)


def new(rows: QuerySet) -> dict[str, int]:
    """The least that names a new row and its mall."""
    return {"pk": 1, "mall_id": 1} if hasattr(rows.model, "mall_id") else {"pk": 1}


def evaluated(rows: Any) -> list:
    """Ask for what a lazy answer promises."""
    return list(rows)


def in_transaction(call: Callable[[QuerySet], Any]) -> Callable[[QuerySet], Any]:
    """The call in a transaction, which locking needs."""

    def called(rows: QuerySet) -> Any:
        with transaction.atomic():
            return call(rows)

    return called


def awaited(name: str, *args: Any, **kwargs: Any) -> Callable[[QuerySet], Any]:
    """The asynchronous method, waited for."""

    def called(rows: QuerySet) -> Any:
        return async_to_sync(getattr(rows, name))(*args, **kwargs)

    return called


async def all_of(stream: Any) -> list:
    """Every row of an asynchronous stream."""
    return [row async for row in stream]


def by_time(method: str, *args: Any) -> Callable[[QuerySet], Any]:
    """dates() and datetimes(), on models that have a time; the others are asked for their count instead."""

    def called(rows: QuerySet) -> Any:
        name = a_time(rows.model)
        return evaluated(getattr(rows, method)(name, *args)) if name else rows.count()

    return called


def as_manager(rows: QuerySet) -> Any:
    """A manager somebody made of the bare QuerySet, without the mall's filter."""
    manager = type(rows).as_manager()
    manager.model = rows.model
    return evaluated(manager.all())


# Every public method. Each call must end in SQL about the model's table.
CALLS: dict[str, Callable[[QuerySet], Any]] = {
    "aaggregate": awaited("aaggregate", n=Count("pk")),
    "abulk_create": lambda rows: awaited("abulk_create", [unsaved(rows.model)])(rows),
    "abulk_update": lambda rows: awaited("abulk_update", [unsaved(rows.model)], [any_column(rows.model).name])(rows),
    "acontains": lambda rows: awaited("acontains", unsaved(rows.model))(rows),
    "acount": awaited("acount"),
    "acreate": lambda rows: awaited("acreate", **new(rows))(rows),
    "adelete": awaited("adelete"),
    "aearliest": awaited("aearliest", "pk"),
    "aexists": awaited("aexists"),
    "aexplain": awaited("aexplain"),
    "afirst": awaited("afirst"),
    "aget": awaited("aget", pk=1),
    "aget_or_create": lambda rows: awaited("aget_or_create", **new(rows))(rows),
    "aggregate": lambda rows: rows.aggregate(n=Count("pk")),
    "ain_bulk": awaited("ain_bulk", [1]),
    "aiterator": lambda rows: async_to_sync(all_of)(rows.aiterator()),
    "alast": awaited("alast"),
    "alatest": awaited("alatest", "pk"),
    "alias": lambda rows: evaluated(rows.alias(n=Count("pk"))),
    "all": lambda rows: evaluated(rows.all()),
    "annotate": lambda rows: evaluated(rows.annotate(n=Count("pk"))),
    "as_manager": as_manager,
    "aupdate": lambda rows: awaited("aupdate", **{any_column(rows.model).attname: None})(rows),
    "aupdate_or_create": lambda rows: awaited("aupdate_or_create", **new(rows))(rows),
    "bulk_create": lambda rows: rows.bulk_create([unsaved(rows.model)]),
    "bulk_update": lambda rows: rows.bulk_update([unsaved(rows.model)], [any_column(rows.model).name]),
    "complex_filter": lambda rows: evaluated(rows.complex_filter(Q(pk=1))),
    "contains": lambda rows: rows.contains(unsaved(rows.model)),
    "count": lambda rows: rows.count(),
    "create": lambda rows: rows.create(**new(rows)),
    "dates": by_time("dates", "year"),
    "datetimes": lambda rows: (
        by_time("datetimes", "year")(rows) if kind_of_time(rows) == "DateTimeField" else rows.count()
    ),
    "defer": lambda rows: evaluated(rows.defer(any_column(rows.model).name)),
    "delete": lambda rows: rows.delete(),
    "difference": lambda rows: evaluated(rows.difference(rows.all())),
    "distinct": lambda rows: evaluated(rows.distinct()),
    "earliest": lambda rows: rows.earliest("pk"),
    "exclude": lambda rows: evaluated(rows.exclude(pk=1)),
    "exists": lambda rows: rows.exists(),
    "explain": lambda rows: rows.explain(),
    "extra": lambda rows: evaluated(rows.extra(where=["true"])),
    "filter": lambda rows: evaluated(rows.filter(pk=1)),
    "first": lambda rows: rows.first(),
    "get": lambda rows: rows.get(pk=1),
    "get_or_create": lambda rows: rows.get_or_create(**new(rows)),
    "in_bulk": lambda rows: rows.in_bulk([1]),
    "intersection": lambda rows: evaluated(rows.intersection(rows.all())),
    "iterator": lambda rows: evaluated(rows.iterator()),
    "last": lambda rows: rows.last(),
    "latest": lambda rows: rows.latest("pk"),
    "only": lambda rows: evaluated(rows.only("pk")),
    "order_by": lambda rows: evaluated(rows.order_by("pk")),
    "prefetch_related": lambda rows: evaluated(rows.prefetch_related("mall")),
    "resolve_expression": lambda rows: evaluated(User.objects.filter(pk__in=rows.values("pk"))),
    "reverse": lambda rows: evaluated(rows.reverse()),
    "select_for_update": in_transaction(lambda rows: evaluated(rows.select_for_update(no_key=True))),
    "select_related": lambda rows: evaluated(rows.select_related()),
    "union": lambda rows: evaluated(rows.values("pk").union(User.objects.values("pk"))),
    "update": lambda rows: rows.update(**{any_column(rows.model).attname: None}),
    "update_or_create": lambda rows: rows.update_or_create(**new(rows)),
    "using": lambda rows: evaluated(rows.using("default")),
    "values": lambda rows: evaluated(rows.values("pk")),
    "values_list": lambda rows: evaluated(rows.values_list("pk")),
}

# Public, but no question to the database.
NO_CALLS = {
    "db": "names the connection",
    "none": "is empty without asking",
    "ordered": "says how rows would be sorted",
    "query": "is the query that has not been asked",
    "raw": "is text that no compiler sees: row-level security answers it with no rows, tested on its own",
}


def kind_of_time(rows: QuerySet) -> str:
    """DateField, DateTimeField or nothing."""
    name = a_time(rows.model)
    return rows.model._meta.get_field(name).get_internal_type() if name else ""
