"""The buttons of a merchant's first day: samples in and out, steps settled, the list put away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from mall.catalogue.samples import add_samples, remove_samples
from mall.dashboard.doors import staff_page
from mall.malls.checklist import dismiss, plan_seen
from mall.pages.forms import refusals, sentence
from mall.staff import rights


@staff_page(rights.EDIT_PRODUCTS)
@require_POST
def samples_add(request: HttpRequest) -> HttpResponse:
    """Put the sample goods on sale."""
    with refusals() as refused:
        made = add_samples(actor=request.staff_member)
    if refused:
        messages.error(request, sentence(refused[0]))
    else:
        messages.success(request, _t("已上架 %(n)s 件示例商品，打开商城看看效果。") % {"n": len(made)})
    return _home()


@staff_page(rights.EDIT_PRODUCTS)
@require_POST
def samples_remove(request: HttpRequest) -> HttpResponse:
    """Take the sample goods away."""
    deleted, kept = remove_samples(actor=request.staff_member)
    told = _t("已删除 %(n)s 件示例商品。") % {"n": deleted}
    if kept:
        told += _t("%(n)s 件已被下单或引用，改为下架。") % {"n": kept}
    messages.success(request, told)
    return _home()


@staff_page(rights.EDIT_PLAN)
@require_POST
def checklist_plan(request: HttpRequest) -> HttpResponse:
    """The plan is well as it stands."""
    plan_seen(actor=request.staff_member)
    return _home()


@staff_page(rights.EDIT_PRODUCTS)
@require_POST
def checklist_dismiss(request: HttpRequest) -> HttpResponse:
    """Put the list away."""
    dismiss(actor=request.staff_member)
    messages.success(request, _t("开店清单已收起。"))
    return _home()


def _home() -> HttpResponse:
    return HttpResponseRedirect(reverse("dashboard:home"))


urlpatterns = [
    path("samples/add", samples_add, name="samples-add"),
    path("samples/remove", samples_remove, name="samples-remove"),
    path("checklist/plan", checklist_plan, name="checklist-plan"),
    path("checklist/dismiss", checklist_dismiss, name="checklist-dismiss"),
]
