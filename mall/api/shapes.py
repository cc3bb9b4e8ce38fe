"""Serializers without their price: the framework builds all fields of one anew for every request."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any

from rest_framework.fields import BooleanField, CharField, Field, IntegerField
from rest_framework.serializers import Serializer


@cache
def _shape(shape: type[Serializer]) -> Serializer:
    """One instance per class and process; fields are built on first use and hold nothing of a request."""
    return shape()


def checked(shape: type[Serializer], data: Any) -> dict[str, Any]:
    """What `shape(data=data).validated_data` would be. Raises ValidationError as is_valid(raise_exception) does.

    Only for shapes that do not look at their context or instance.
    """
    found: dict[str, Any] = _shape(shape).run_validation(data)
    return found


def as_shown(shape: type[Serializer], row: Any) -> dict[str, Any]:
    """What `shape(row).data` would be. Only for shapes that do not look at their context, and rows of a model."""
    shown: dict[str, Any] = {}
    for name, value_of, represent in _columns(shape):
        value = value_of(row)
        shown[name] = None if value is None else represent(value)
    return shown


@cache
def _columns(shape: type[Serializer]) -> list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]:
    """Name, where its value is and how it is written, of each field: found out once instead of for every row."""
    return [
        (field.field_name, attrgetter(field.source) if field.source != "*" else _itself, _writer(field))
        for field in _shape(shape).fields.values()
        if not field.write_only
    ]


def _writer(field: Field) -> Callable[[Any], Any]:
    writes_what_it_gets = isinstance(field, IntegerField | BooleanField | CharField)
    return _itself if writes_what_it_gets else field.to_representation


def _itself(value: Any) -> Any:
    return value
