"""Who may come in: a member of this mall's staff, with the right the page asks for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.dashboard.pages import show
from mall.staff import rights
from mall.staff.models import StaffMember
from mall.staff.selectors import active_staff_member

View = Callable[..., HttpResponse]

RIGHT_NAMES = {
    rights.SEE_ORDERS: gettext_lazy("查看订单"),
    rights.SHIP: gettext_lazy("发货"),
    rights.EDIT_PRODUCTS: gettext_lazy("编辑商品"),
    rights.CONFIRM_PAYMENTS: gettext_lazy("确认收款"),
    rights.DECIDE_REFUNDS: gettext_lazy("处理售后"),
    rights.ANSWER_REVIEWS: gettext_lazy("回复评价"),
    rights.SEE_COMMISSIONS: gettext_lazy("查看佣金"),
    rights.EDIT_PLAN: gettext_lazy("修改推广方案"),
    rights.APPROVE_PAYOUTS: gettext_lazy("审核提现"),
    rights.SETTLE_PAYOUTS: gettext_lazy("登记打款"),
    rights.WRITE_OFF: gettext_lazy("核销欠款"),
    rights.MANAGE_MEMBERS: gettext_lazy("管理会员"),
    rights.RETRY_EVENTS: gettext_lazy("重试事件"),
    rights.OVERRIDE_FLOORS: gettext_lazy("低于底价促销"),
    rights.MANAGE_STAFF: gettext_lazy("管理员工与设置"),
}


def staff_of(request: HttpRequest) -> StaffMember | None:
    """The member of this mall's staff whose session this is; a log-in of another mall's staff is nobody here."""
    return active_staff_member(request.user) if request.user.is_authenticated else None


def staff_page(right: str | None) -> Callable[[View], View]:
    """A view for staff of the mall in force, with request.staff_member; None asks for no further right.

    Nobody logged in, or somebody who is staff elsewhere: to the log-in. Without the right: 403 and a sentence.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            member = staff_of(request)
            if member is None:
                return _to_the_gate(request)
            request.staff_member = member
            if right is not None and not rights.may(member.role, right):
                return refused(request, right)
            return view(request, *args, **kwargs)

        guarded.asks_right = right
        return guarded

    return decorate


def may(request: HttpRequest, right: str) -> bool:
    """Whether the member of staff who asks has a right."""
    return rights.may(request.staff_member.role, right)


def refused(request: HttpRequest, right: str) -> HttpResponse:
    """403, with a sentence that says what is missing and who can give it."""
    sentence = _("您的角色“%(role)s”不能%(right)s。需要的话，请店主在“员工”页调整您的角色。") % {
        "role": request.staff_member.get_role_display(),
        "right": RIGHT_NAMES.get(right, right),
    }
    template = "dashboard/refused_sheet.html" if request.htmx else "dashboard/refused.html"
    return show(request, template, {"sentence": sentence}, status=403)


def _to_the_gate(request: HttpRequest) -> HttpResponse:
    gate = reverse("dashboard:login")
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = gate
        return response
    back = request.get_full_path() if request.method == "GET" else reverse("dashboard:home")
    return HttpResponseRedirect(f"{gate}?{urlencode({'next': back})}")
