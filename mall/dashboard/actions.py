"""Actions ask back before anything happens: what will be done, how much money it is, then yes or no.

The question is a page of its own, so that it works everywhere; where scripts run it opens as a sheet
over the page it was asked from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from mall import money
from mall.dashboard.forms import DashboardForm, NoFields
from mall.dashboard.pages import show


@dataclass(frozen=True)
class Question:
    """What is asked before an action. amount_fen: the money it moves; back: where No leads."""

    title: Any
    sentence: Any
    button: Any
    back: str
    amount_fen: int | None = None
    facts: Sequence[tuple[Any, Any]] = ()
    is_grave: bool = False
    suggestions: Sequence[str] = ()


def ask(
    request: HttpRequest,
    question: Question,
    do: Callable[[dict[str, Any]], Any],
    *,
    done: Any,
    form_class: type[DashboardForm] = NoFields,
    then: str | None = None,
    initial: dict[str, Any] | None = None,
) -> HttpResponse:
    """GET asks, POST does. `do` gets the form's cleaned data; a refusal is shown in the question.

    A POST must carry the amount that was shown: when it has changed since, the question is asked again.
    """
    if request.method != "POST":
        return _show(request, question, form_class(initial=initial))
    form = form_class(request.POST, request.FILES or None)
    is_sound = form.is_valid()
    if question.amount_fen is not None and request.POST.get("shown_fen") != str(question.amount_fen):
        form.add_error(
            None, _("金额现在是 ¥%(amount)s，请核对后再确认。") % {"amount": money.yuan(question.amount_fen)}
        )
        is_sound = False
    if not is_sound or not form.carried_out(lambda: do(form.cleaned_data)):
        return _show(request, question, form)
    messages.success(request, str(done))
    return leave_for(request, then or question.back)


def leave_for(request: HttpRequest, address: str) -> HttpResponse:
    """Go to another page, from a whole page as from a sheet."""
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)


def _show(request: HttpRequest, question: Question, form: DashboardForm) -> HttpResponse:
    template = "dashboard/ask_sheet.html" if request.htmx else "dashboard/ask.html"
    return show(request, template, {"question": question, "form": form})
