"""The door in front of pages for members."""

from __future__ import annotations

from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from mall.pages.access import View, buyer_page
from members.models import Member
from members.selectors import member_of_buyer


def member_page(view: View) -> View:
    """Only for a registered member who is logged in; request.member is him. A guest is asked to register."""

    @buyer_page
    @wraps(view)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        member = member_of_buyer(request.buyer.pk)
        if member is None or member.standing == Member.Standing.CLOSED:
            return redirect("pages:register")
        request.member = member
        return view(request, *args, **kwargs)

    return guarded
