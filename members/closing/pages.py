"""注销账号."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mall.buyers.sessions import log_out
from mall.money import FEN_MAX
from mall.pages.forms import PageForm, sent
from mall.pages.rendering import page
from members.closing.ports import left_behind
from members.closing.services import close_account
from members.pages import member_page


class Closing(PageForm):
    """He has read what it means, and the sum he gives up is the one he saw."""

    sure = forms.BooleanField(error_messages={"required": gettext_lazy("请先确认。")})
    forfeit_fen = forms.IntegerField(required=False, min_value=0, max_value=FEN_MAX, widget=forms.HiddenInput)


@member_page
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """注销账号, for good."""
    form = Closing(sent(request))
    if request.method == "POST" and form.is_valid():
        with form.service():
            close_account(member=request.member, forfeit_fen=form.cleaned_data["forfeit_fen"])
        if not form.errors:
            response = redirect("pages:home")
            log_out(request, response)
            messages.success(request, _("账号已注销。"))
            return response
    context: dict[str, Any] = {"form": form, "left_fen": left_behind(request.member.pk)}
    return page(request, "h5/members/close.html", context)
