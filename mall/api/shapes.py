"""Serializers without their price: the framework builds all fields of one anew for every request."""

from __future__ import annotations

from functools import cache
from typing import Any

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
    """What `shape(row).data` would be. Only for shapes that do not look at their context."""
    found: dict[str, Any] = _shape(shape).to_representation(row)
    return found
