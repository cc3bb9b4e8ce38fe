"""Rows of our own statements as the models they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=Model)


def as_row(model: type[Row], columns: Sequence[str], values: Iterable[Any]) -> Row:
    """What `model.from_db(…)` makes of these columns, without signals and setters, which ask for each column again.

    Columns that are left out are read from the database when somebody asks for them. Not for models that do
    something when they are made.
    """
    row = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    row.__dict__.update(zip(columns, values, strict=True), _state=state)
    return row
