"""Forms of the dashboard: a refusal of the house stands beside the field it names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.db import transaction
from django.http import HttpRequest

from mall.errors import DomainError

Found = TypeVar("Found")


class DashboardForm(forms.Form):
    """A form that takes a service's refusal as one of its own errors, so that nothing typed is lost."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def refuse(self, refusal: DomainError) -> None:
        """Put the refusal's sentence beside its field, or above the form where it names none."""
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, str(refusal.message))

    def carried_out(self, do: Callable[[], Any]) -> bool:
        """Run a service; False where the house refuses, and then nothing of it has happened."""
        # Not atomic(): some refusals keep what was written, a wrong guess that was counted.
        before = transaction.savepoint()
        try:
            do()
        except DomainError as refusal:
            (transaction.savepoint_commit if refusal.keeps_changes else transaction.savepoint_rollback)(before)
            self.refuse(refusal)
            return False
        except BaseException:
            transaction.savepoint_rollback(before)
            raise
        transaction.savepoint_commit(before)
        return True


class NoFields(DashboardForm):
    """An action that asks nothing but yes."""


class FilterForm(DashboardForm):
    """What a list is narrowed to. A value that cannot be meant is left out, never an error page."""

    def asked(self) -> dict[str, Any]:
        """The fields that were filled in and make sense."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


def filters_of(form_class: type[FilterForm], request: HttpRequest) -> FilterForm:
    """The filter form of a list page, bound to its address."""
    return form_class(request.GET)
