"""待确认收款: transfers buyers say they made, until somebody has seen the money."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall import money
from mall.api.lookup import get_or_404
from mall.catalogue.pictures import BYTES_MAX
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell, yuan_cell
from mall.dashboard.fields import PlainTextField, YuanField
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.orders.models import OrderStatus
from mall.payments.models import Payment, TransferProof
from mall.payments.proof_api import picture_answer
from mall.payments.proofs import REASON_MAX, SERIAL_MAX, add_proof, proofs_of, refuse_proof
from mall.payments.services import confirm_payment, received_before
from mall.staff import rights

BY_HAND = "bank_transfer"
VIEWS = ("open", "late", "all")


class PaymentFilter(FilterForm):
    """What the list of payments can be narrowed to."""

    q = PlainTextField(
        required=False,
        max_length=40,
        label=_("订单号、付款单号或流水号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class ConfirmForm(DashboardForm):
    """What arrived, and how it is found again on the mall's account."""

    received_fen = YuanField(
        least=1,
        required=False,
        label=_("实际到账"),
        help_text=_("留空为全部到账。少于应付时继续等余款；多于应付时订单付清，多出的部分会记下。"),
    )
    reference = PlainTextField(
        max_length=64,
        required=False,
        label=_("银行流水号"),
        help_text=_("同一流水号不能确认两笔付款。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class RefuseForm(DashboardForm):
    """Why a proof does not count."""

    reason = PlainTextField(
        max_length=REASON_MAX, label=_("原因"), help_text=_("买家会看到。"), widget=forms.TextInput()
    )


class UploadForm(DashboardForm):
    """What a buyer sent in another way."""

    picture = forms.FileField(
        required=False,
        allow_empty_file=True,
        label=_("转账截图或回单照片"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    serial = PlainTextField(required=False, max_length=SERIAL_MAX, label=_("银行流水号"), widget=forms.TextInput())


@staff_page(rights.CONFIRM_PAYMENTS)
@require_safe
def payment_list(request: HttpRequest) -> HttpResponse:
    """Transfers that wait to be confirmed; or came too late, or all."""
    form = filters_of(PaymentFilter, request)
    asked = form.asked()
    view = request.GET.get("view", "open")
    view = view if view in VIEWS else "open"
    rows = Payment.objects.filter(provider=BY_HAND).select_related("order__buyer", "confirmed_by")
    if view != "all":
        rows = rows.filter(status=Payment.Status.PENDING)
    if view == "open":
        rows = rows.filter(order__status=OrderStatus.AWAITING_PAYMENT)
    elif view == "late":
        rows = rows.exclude(order__status=OrderStatus.AWAITING_PAYMENT)
    if wanted := asked.get("q"):
        rows = rows.filter(
            Q(order__number=wanted)
            | Q(number=wanted)
            | Q(provider_reference__iexact=wanted)
            | Q(pk__in=TransferProof.objects.filter(serial__iexact=wanted).values("payment"))
        )
    shown = Prefetch("proofs", TransferProof.objects.select_related("decided_by").order_by("-id"), to_attr="shown")
    rows = rows.prefetch_related(shown)
    if file := _exported(request, rows):
        return file
    page = page_of(request, rows)
    for payment in page.rows:
        payment.received_fen = sum(proof.received_fen or 0 for proof in payment.shown)
        payment.excess_fen = max(payment.received_fen - payment.amount_fen, 0)
        payment.waiting = sum(proof.status == TransferProof.Status.WAITING for proof in payment.shown)
    return show(
        request,
        "dashboard/payments.html",
        {"section": "payments", "page": page, "form": form, "view": view, "is_narrowed": bool(asked)},
    )


def _exported(request: HttpRequest, rows: QuerySet[Payment]) -> HttpResponse | None:
    at = time_cell(request)

    def received(one: Payment) -> Any:
        return yuan_cell(sum(proof.received_fen or 0 for proof in one.shown))

    columns = [
        (_("付款单号"), lambda one: one.number),
        (_("订单号"), lambda one: one.order.number),
        (_("买家"), lambda one: one.order.buyer.nickname),
        (_("应付"), lambda one: yuan_cell(one.amount_fen)),
        (_("实际到账"), received),
        (_("状态"), lambda one: str(one.get_status_display())),
        (_("银行流水号"), lambda one: _t("、").join(proof.serial for proof in one.shown if proof.serial)),
        (_("创建时间"), lambda one: at(one.created_at)),
        (_("确认时间"), lambda one: at(one.succeeded_at)),
        (_("确认人"), lambda one: (one.confirmed_by.name or one.confirmed_by.email) if one.confirmed_by else None),
    ]
    return export_of(request, rows, name="payments", columns=columns)


@staff_page(rights.CONFIRM_PAYMENTS)
@require_safe
def payment_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One transfer with everything shown of it."""
    payment = get_or_404(Payment.objects.select_related("order__buyer", "confirmed_by"), public_id)
    shown = list(proofs_of(payment).select_related("decided_by"))
    received = received_before(payment)
    return show(
        request,
        "dashboard/payment.html",
        {
            "section": "payments",
            "payment": payment,
            "proofs": shown,
            "received_fen": received,
            "open_fen": max(payment.amount_fen - received, 0),
            "excess_fen": max(received - payment.amount_fen, 0),
            "own": f"staff:{request.staff_member.user_id}",
        },
    )


@staff_page(rights.CONFIRM_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def payment_confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody has seen the money on the mall's account."""
    payment = get_or_404(Payment.objects.select_related("order"), public_id)
    return _ask_arrival(request, payment, None)


@staff_page(rights.CONFIRM_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def proof_accept(request: HttpRequest, public_id: str) -> HttpResponse:
    """Somebody has seen the money that a proof tells of."""
    proof = get_or_404(TransferProof.objects.select_related("payment__order"), public_id)
    return _ask_arrival(request, proof.payment, proof)


def _ask_arrival(request: HttpRequest, payment: Payment, proof: TransferProof | None) -> HttpResponse:
    open_fen = max(payment.amount_fen - received_before(payment), 0)
    amount = money.yuan(open_fen)
    facts = [(_("付款单号"), payment.number), (_("订单"), payment.order.number)]
    if proof is not None and proof.serial:
        facts.append((_("凭证上的流水号"), proof.serial))
    question = Question(
        title=_("确认收款"),
        sentence=_sentence(payment),
        button=_t("确认已到账"),
        back=reverse("dashboard:payment", args=[payment.public_id]),
        amount_fen=open_fen,
        facts=facts,
    )
    return ask(
        request,
        question,
        lambda typed: confirm_payment(
            payment=payment,
            actor=request.staff_member,
            reference=typed["reference"],
            received_fen=typed["received_fen"],
            proof=proof,
        ),
        form_class=ConfirmForm,
        initial={"received_fen": open_fen or None, "reference": proof.serial if proof else ""},
        done=_t("已登记订单 %(number)s 的到账（应收 ¥%(amount)s）。")
        % {"amount": amount, "number": payment.order.number},
    )


@staff_page(rights.CONFIRM_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def proof_refuse(request: HttpRequest, public_id: str) -> HttpResponse:
    """Nothing of the kind arrived."""
    proof = get_or_404(TransferProof.objects.select_related("payment__order"), public_id)
    question = Question(
        title=_("凭证不通过"),
        sentence=_t("买家会看到原因，可以重新上传。订单仍在等待付款。"),
        button=_t("不通过"),
        back=reverse("dashboard:payment", args=[proof.payment.public_id]),
        facts=[(_("订单"), proof.payment.order.number)],
        is_grave=True,
    )
    return ask(
        request,
        question,
        lambda typed: refuse_proof(proof=proof, actor=request.staff_member, reason=typed["reason"]),
        form_class=RefuseForm,
        done=_t("已标记为未通过。"),
    )


@staff_page(rights.CONFIRM_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def proof_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """A proof that a buyer sent in another way, by chat say; another member of staff confirms it."""
    payment = get_or_404(Payment.objects.select_related("order"), public_id)
    form = UploadForm(request.POST or None, request.FILES or None)
    back = reverse("dashboard:payment", args=[payment.public_id])

    def add() -> None:
        file = form.cleaned_data["picture"]
        picture = file.read(BYTES_MAX + 1) if file else b""
        add_proof(payment=payment, by=request.staff_member, picture=picture, serial=form.cleaned_data["serial"])

    if request.method == "POST" and form.is_valid() and form.carried_out(add):
        messages.success(request, _t("已上传，请另一位同事核对确认。"))
        return HttpResponseRedirect(back)
    return show(
        request, "dashboard/proof_new.html", {"section": "payments", "payment": payment, "form": form, "back": back}
    )


@staff_page(rights.CONFIRM_PAYMENTS)
@require_safe
def proof_picture(request: HttpRequest, public_id: str) -> HttpResponse:
    """The picture of a proof."""
    return picture_answer(get_or_404(TransferProof.objects.all(), public_id))


def _sentence(payment: Payment) -> str:
    if payment.order.status == OrderStatus.AWAITING_PAYMENT:
        return _t("请先在银行账户中核对这笔款项已到账。确认后订单变为待发货，推广者开始计佣。")
    return _t(
        "这张订单已经%(status)s，但钱到了就不能丢：确认后，库存还够则重新开启订单，否则自动生成一笔全额退款等您处理。"
    ) % {"status": payment.order.get_status_display()}


urlpatterns = [
    path("payments", payment_list, name="payments"),
    path("payments/<str:public_id>", payment_detail, name="payment"),
    path("payments/<str:public_id>/confirm", payment_confirm, name="payment-confirm"),
    path("payments/<str:public_id>/proof", proof_new, name="proof-new"),
    path("proofs/<str:public_id>/picture", proof_picture, name="proof-picture"),
    path("proofs/<str:public_id>/accept", proof_accept, name="proof-accept"),
    path("proofs/<str:public_id>/refuse", proof_refuse, name="proof-refuse"),
]
