"""售后: the queue of cases with their deadlines, and each step that is the merchant's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall.aftersales import case_services as services
from mall.aftersales.case_models import Case, CasePicture
from mall.aftersales.case_showing import history_of
from mall.aftersales.case_transitions import MERCHANTS_TURN, STEPS
from mall.aftersales.dashboard import EvidenceForm, RejectForm, is_by_hand
from mall.aftersales.evidence import evidence, evidence_id
from mall.aftersales.selectors import cases_of_mall, is_overdue, refunds_beside_cases
from mall.api.lookup import get_or_404
from mall.dashboard.actions import Question, ask
from mall.dashboard.actors import name_actors
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell, yuan_cell
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import DashboardForm, FilterForm, NoFields, filters_of
from mall.dashboard.lists import day_begins, day_ends, page_of
from mall.dashboard.pages import show
from mall.orders.dashboard import CARRIERS, ShipForm
from mall.staff import rights

QUEUES: dict[str, Any] = {
    "waiting": _("待我处理"),
    "overdue": _("已超时"),
    "open": _("进行中"),
    "closed": _("已结束"),
    "all": _("全部"),
}
_WAITING = Q(status__in=MERCHANTS_TURN)
_NARROWS = {
    "waiting": _WAITING,
    "overdue": is_overdue(),
    "open": Q(closed_at__isnull=True),
    "closed": Q(closed_at__isnull=False),
    "all": Q(),
}


class CaseFilter(FilterForm):
    """What the queue can be narrowed to."""

    q = PlainTextField(
        required=False,
        max_length=40,
        label=_("订单号或售后单号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(required=False, label=_("类型"), choices=[("", _("全部类型")), *Case.Kind.choices])
    since = forms.DateField(required=False, label=_("申请自"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("至"), widget=forms.DateInput(attrs={"type": "date"}))


class ReturnToForm(DashboardForm):
    """Where the goods go back to."""

    return_to = PlainTextField(
        required=False,
        max_length=300,
        label=_("退货地址"),
        help_text=_("收件人、电话和地址，买家会看到。留空用设置里的默认退货地址。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


@staff_page(rights.SEE_ORDERS)
@require_safe
def case_list(request: HttpRequest) -> HttpResponse:
    """What buyers complain of, those that wait for the merchant unless asked otherwise; ?export=csv takes it along."""
    form = filters_of(CaseFilter, request)
    asked = form.asked()
    queue = request.GET.get("queue", "waiting")
    queue = queue if queue in QUEUES else "waiting"
    rows = _narrowed(cases_of_mall().filter(_NARROWS[queue]), asked, request.mall.timezone)
    if file := _exported(request, rows):
        return file
    counts = Case.objects.filter(closed_at__isnull=True).aggregate(
        waiting=Count("id", filter=_WAITING), overdue=Count("id", filter=is_overdue())
    )
    queues = [{"key": key, "name": name, "count": counts.get(key)} for key, name in QUEUES.items()]
    return show(
        request,
        "dashboard/cases.html",
        {
            "section": "cases",
            "page": page_of(request, rows),
            "form": form,
            "queue": queue,
            "queues": queues,
            "is_narrowed": bool(asked),
            "beside": refunds_beside_cases().count(),
        },
    )


def _narrowed(cases: QuerySet[Case], asked: dict[str, Any], timezone_name: str) -> QuerySet[Case]:
    if wanted := asked.get("q"):
        cases = cases.filter(Q(number=wanted) | Q(order__number=wanted))
    if kind := asked.get("kind"):
        cases = cases.filter(kind=kind)
    if since := asked.get("since"):
        cases = cases.filter(created_at__gte=day_begins(since, timezone_name))
    if until := asked.get("until"):
        cases = cases.filter(created_at__lt=day_ends(until, timezone_name))
    return cases


def _exported(request: HttpRequest, rows: QuerySet[Case]) -> HttpResponse | None:
    at = time_cell(request)

    def goods(case: Case) -> str:
        return _t("；").join(f"{part.line.name} ×{part.quantity}" for part in case.lines.all())

    columns = [
        (_("售后单号"), lambda case: case.number),
        (_("类型"), lambda case: str(case.get_kind_display())),
        (_("状态"), lambda case: str(case.get_status_display())),
        (_("订单号"), lambda case: case.order.number),
        (_("买家"), lambda case: case.order.buyer.nickname),
        (_("商品"), goods),
        (_("退款金额（元）"), lambda case: yuan_cell(case.refund.amount_fen) if case.refund else ""),
        (_("原因"), lambda case: case.reason),
        (_("商家说明"), lambda case: case.decision_note),
        (_("寄回快递"), lambda case: case.return_carrier),
        (_("寄回单号"), lambda case: case.return_number),
        (_("寄出快递"), lambda case: case.resend_carrier),
        (_("寄出单号"), lambda case: case.resend_number),
        (_("截止时间"), lambda case: at(case.deadline_at)),
        (_("申请时间"), lambda case: at(case.created_at)),
        (_("结束时间"), lambda case: at(case.closed_at)),
    ]
    return export_of(request, rows, name="cases", columns=columns)


@staff_page(rights.SEE_ORDERS)
@require_safe
def case_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One case: what is complained of, what was shown, what has happened, and the next step."""
    case = get_or_404(cases_of_mall(), public_id)
    claimed = {part.line_id: part.amount_fen for part in case.refund.lines.all()} if case.refund else {}
    parts = [
        {"line": part.line, "quantity": part.quantity, "amount_fen": claimed.get(part.line_id)}
        for part in case.lines.all()
    ]
    steps = list(case.steps.order_by("id"))
    name_actors(steps)
    names = [step["name"] for step in history_of(case)][::-1]
    context = {
        "section": "cases",
        "case": case,
        "parts": parts,
        "evidence": [evidence_id(picture) for picture in case.pictures.all()],
        "steps": [{"name": name, "step": step} for name, step in zip(names, steps, strict=True)],
        "may": {name: case.status in STEPS[name].before for name in ("approve", "reject", "receive", "resend")},
    }
    return show(request, "dashboard/case.html", context)


@staff_page(rights.SEE_ORDERS)
@require_safe
def case_picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """One piece of evidence."""
    return evidence(CasePicture.objects.all(), public_id)


@staff_page(rights.DECIDE_REFUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def case_approve(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say yes: money goes back at once, or goods come back first."""
    case = _case(public_id)
    if case.kind == Case.Kind.REFUND:
        return _ask(
            request,
            case,
            _("同意退款"),
            _t("退给订单 %(number)s 的买家。这部分金额对应的佣金会同时逐级收回，退款后不能撤销。"),
            services.approve_case,
            form_class=EvidenceForm if is_by_hand(case.order) else NoFields,
            amount_fen=case.refund.amount_fen,
        )
    return _ask(
        request,
        case,
        _("同意申请"),
        _t("订单 %(number)s。买家会看到退货地址，寄回并由您确认收货后再继续处理。"),
        services.approve_case,
        form_class=ReturnToForm,
        initial={"return_to": request.mall.returns_address},
    )


@staff_page(rights.DECIDE_REFUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def case_reject(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say no, with a reason."""
    return _ask(
        request,
        _case(public_id),
        _("拒绝申请"),
        _t("订单 %(number)s 的售后申请将被拒绝，不退任何金额。"),
        services.reject_case,
        form_class=RejectForm,
        is_grave=True,
    )


@staff_page(rights.DECIDE_REFUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def case_receive(request: HttpRequest, public_id: str) -> HttpResponse:
    """The goods have come: a return pays now."""
    case = _case(public_id)
    if case.kind == Case.Kind.RETURN:
        return _ask(
            request,
            case,
            _("确认收货并退款"),
            _t("已收到订单 %(number)s 寄回的商品并查看无误，现在退款。退款后不能撤销，库存请另行核对后调整。"),
            services.receive_goods,
            form_class=EvidenceForm if is_by_hand(case.order) else NoFields,
            amount_fen=case.refund.amount_fen,
        )
    return _ask(
        request,
        case,
        _("确认收货"),
        _t("已收到订单 %(number)s 寄回的商品。"),
        services.receive_goods,
    )


@staff_page(rights.DECIDE_REFUNDS)
@require_http_methods(["GET", "HEAD", "POST"])
def case_resend(request: HttpRequest, public_id: str) -> HttpResponse:
    """New or mended goods go out."""
    case = _case(public_id)
    sentence = _t("订单 %(number)s。换货会从库存中扣减相同规格的件数。")
    if case.kind == Case.Kind.REPAIR:
        sentence = _t("订单 %(number)s。维修好的商品寄回买家，不动库存。")

    def send(*, case: Case, company: str, number: str, actor: Any) -> Case:
        return services.resend(case=case, carrier=company, number=number, actor=actor)

    return _ask(request, case, _("寄出商品"), sentence, send, form_class=ShipForm, suggestions=CARRIERS)


def _case(public_id: str) -> Case:
    return get_or_404(Case.objects.select_related("order", "refund"), public_id)


def _ask(
    request: HttpRequest,
    case: Case,
    title: Any,
    sentence: str,
    do: Callable[..., Any],
    *,
    form_class: type[DashboardForm] = NoFields,
    initial: dict[str, Any] | None = None,
    **more: Any,
) -> HttpResponse:
    question = Question(
        title=title,
        sentence=sentence % {"number": case.order.number},
        button=title,
        back=reverse("dashboard:case", args=[case.public_id]),
        facts=[(_("售后单号"), case.number), (_("类型"), case.get_kind_display()), (_("买家原因"), case.reason)],
        **more,
    )
    return ask(
        request,
        question,
        lambda typed: do(case=case, actor=request.staff_member, **typed),
        form_class=form_class,
        initial=initial,
        done=_t("售后单 %(number)s 已处理。") % {"number": case.number},
    )


urlpatterns = [
    path("cases", case_list, name="cases"),
    path("cases/<str:public_id>", case_detail, name="case"),
    path("cases/<str:public_id>/approve", case_approve, name="case-approve"),
    path("cases/<str:public_id>/reject", case_reject, name="case-reject"),
    path("cases/<str:public_id>/receive", case_receive, name="case-receive"),
    path("cases/<str:public_id>/resend", case_resend, name="case-resend"),
    path("case-pictures/<str:public_id>", case_picture, name="case-picture"),
]
