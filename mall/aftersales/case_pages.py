"""售后: applying, the list, one case, and the buyer's steps of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.aftersales import case_services as services
from mall.aftersales import case_showing as showing
from mall.aftersales.case_forms import CaseForm, ParcelForm, PicturesForm
from mall.aftersales.case_models import Case, CasePicture
from mall.aftersales.case_pieces import free_pieces
from mall.aftersales.claims import Left, left_of
from mall.aftersales.evidence import add_evidence, evidence
from mall.aftersales.selectors import cases_of
from mall.api.lookup import get_or_404
from mall.money import yuan
from mall.orders import showing as orders_showing
from mall.orders.attempts import once
from mall.orders.models import Order, OrderStatus
from mall.orders.pages import mine
from mall.pages.access import buyer_page
from mall.pages.forms import refusals, sent, sentence
from mall.pages.rendering import page

PAGE_SIZE = 10


@buyer_page
@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """申请售后: ?kind= says which."""
    order = mine(request, order_id)
    if order.status not in orders_showing.REFUNDABLE:
        messages.error(request, _("这笔订单现在不能申请售后。"))
        return redirect("pages:order", order.public_id)
    kinds = [Case.Kind.REFUND] if order.status == OrderStatus.PAID else list(Case.Kind)
    asked = request.GET.get("kind", "")
    kind = Case.Kind(asked) if asked in kinds else kinds[0]
    left = _left(order, kind)
    initial = {"attempt": uuid4(), **_everything(left, kind)}
    form = CaseForm(sent(request), request.FILES, kind=kind, left=left, initial=initial)
    if request.method == "POST" and form.is_valid():
        opened = _open(request, order, form)
        if opened is not None:
            messages.success(request, _("申请已提交，请等待商家处理。"))
            return redirect("pages:case", opened.public_id)
    context = {
        "order": order,
        "form": form,
        "rows": _rows(order, form, left),
        "is_anything_left": bool(left),
        "kinds": [{"key": one.value, "name": one.label, "current": one == kind} for one in kinds],
    }
    return page(request, "h5/aftersales/case_new.html", context)


@buyer_page
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """退款/售后: his cases, newest first."""
    found = cases_of(request.buyer)
    before = request.GET.get("before", "")
    if before:
        found = found.filter(pk__lt=get_or_404(Case.objects.filter(order__buyer=request.buyer), before).pk)
    rows = list(found[: PAGE_SIZE + 1])
    shown = rows[:PAGE_SIZE]
    more = f"{reverse('pages:cases')}?before={shown[-1].public_id}" if len(rows) > PAGE_SIZE else ""
    return page(request, "h5/aftersales/cases.html", {"cases": showing.dress(shown), "more": more, "fresh": True})


@buyer_page
@require_safe
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """售后详情."""
    return _page(request, get_or_404(cases_of(request.buyer), case_id))


@buyer_page
@require_POST
def case_withdraw(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """撤销申请."""
    return _step(
        request, case_id, lambda found: services.withdraw_case(case=found, actor=request.buyer), _("申请已撤销。")
    )


@buyer_page
@require_POST
def case_confirm(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """确认收到换新或修好的商品."""
    return _step(
        request, case_id, lambda found: services.confirm_case(case=found, actor=request.buyer), _("售后已完成。")
    )


@buyer_page
@require_POST
def case_send_back(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """填写寄回的快递和运单号."""
    found = get_or_404(cases_of(request.buyer), case_id)
    form = ParcelForm(request.POST)
    if form.is_valid():
        with form.service():
            services.send_back(case=found, actor=request.buyer, **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("已记录寄回信息，请等待商家收货。"))
            return redirect("pages:case", found.public_id)
    return _page(request, found, parcel=form)


@buyer_page
@require_POST
def case_pictures(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """补充凭证图片."""
    found = get_or_404(cases_of(request.buyer), case_id)
    form = PicturesForm(request.POST, request.FILES)
    if form.is_valid():
        with form.service():
            for data in form.sent_pictures():
                add_evidence(case=found, data=data)
        if not form.errors:
            return redirect("pages:case", found.public_id)
    return _page(request, found, pictures=form)


@buyer_page
@require_safe
def case_picture(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    """One piece of his own evidence."""
    return evidence(CasePicture.objects.filter(case__order__buyer=request.buyer), picture_id)


def _open(request: HttpRequest, order: Order, form: CaseForm) -> Case | None:
    def make() -> Case:
        case = services.open_case(
            order=order, kind=form.kind, lines=form.claims(), reason=form.reason(), actor=request.buyer
        )
        for data in form.sent_pictures():
            add_evidence(case=case, data=data)
        return case

    with form.service():
        return once(request, make=make, among=Case.objects.all())
    return None


def _left(order: Order, kind: str) -> list[Left]:
    """The lines that something is left of, with the pieces this kind may still ask for."""
    left = left_of(order)
    pieces = free_pieces(order, left)
    free = {pk: one.free if kind in services.WITH_MONEY else pieces[pk] for pk, one in left.items()}
    found = [Left(one.line, one.free_fen, free[pk]) for pk, one in left.items()]
    if kind in services.WITH_MONEY:
        found = [one for one in found if one.amount_fen > 0]
    return [one for one in found if one.quantity > 0 or kind == Case.Kind.REFUND]


def _everything(left: list[Left], kind: str) -> dict[str, Any]:
    """What the form begins with: an order of one line is mostly given back whole."""
    if len(left) != 1:
        return {}
    money = {f"amount_{left[0].line.pk}": yuan(left[0].amount_fen)} if kind in services.WITH_MONEY else {}
    return {f"quantity_{left[0].line.pk}": left[0].quantity, **money}


def _rows(order: Order, form: CaseForm, left: list[Left]) -> list[dict[str, Any]]:
    orders_showing.dress([order])
    meant = {one.line.pk for one in left}
    return [
        {
            "line": line,
            "quantity": form[f"quantity_{line.pk}"] if line.pk in meant else None,
            "amount": form[f"amount_{line.pk}"] if line.pk in meant and form.has_money else None,
        }
        for line in order.shown_lines
    ]


def _step(request: HttpRequest, case_id: UUID, do: Callable[[Case], Any], done: str) -> HttpResponse:
    found = get_or_404(cases_of(request.buyer), case_id)
    with refusals() as refused:
        do(found)
    if refused:
        messages.error(request, sentence(refused[0]))
    else:
        messages.success(request, done)
    return redirect("pages:case", found.public_id)


def _page(
    request: HttpRequest, found: Case, *, parcel: ParcelForm | None = None, pictures: PicturesForm | None = None
) -> HttpResponse:
    showing.dress([found])
    context = {
        "case": found,
        "path": showing.path_of(found),
        "history": showing.history_of(found),
        "parcel": parcel or ParcelForm(),
        "pictures": pictures or PicturesForm(),
        "fresh": True,
    }
    return page(request, "h5/aftersales/case.html", context)
