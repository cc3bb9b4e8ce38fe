"""申请退款: per line and partial, while after-sales last."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mall.aftersales.claims import Left, left_of
from mall.aftersales.models import Refund
from mall.aftersales.services import request_refund
from mall.errors import DomainError
from mall.money import yuan
from mall.orders import showing
from mall.orders.attempts import once
from mall.orders.models import Order
from mall.orders.pages import mine
from mall.orders.placing import QUANTITY_MAX
from mall.pages.access import buyer_page
from mall.pages.forms import Line, PageForm, YuanField, sent
from mall.pages.rendering import page


class RefundForm(PageForm):
    """Per line of the order how much, and how many pieces; one reason for all."""

    reason = Line(label=gettext_lazy("退款原因"), max_length=200, placeholder=gettext_lazy("例如：不想要了、商品破损"))
    attempt = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, left: list[Left], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = [one for one in left if one.amount_fen > 0]
        for one in self.left:
            self.fields[f"amount_{one.line.pk}"] = YuanField(
                label=_("退款金额（元）"),
                required=False,
                help_text=_("最多 ¥%(most)s") % {"most": yuan(one.amount_fen)},
            )
            self.fields[f"quantity_{one.line.pk}"] = forms.IntegerField(
                label=_("退回件数"),
                required=False,
                min_value=0,
                max_value=QUANTITY_MAX,
                help_text=_("最多 %(most)s 件；只退差价填 0") % {"most": one.quantity},
            )

    def clean(self) -> dict[str, Any]:
        """At least one line has an amount."""
        cleaned = super().clean() or {}
        if not self.errors and not self.claims():
            raise forms.ValidationError(_("请至少填写一行商品的退款金额。"), code="nothing")
        return cleaned

    def claims(self) -> list[dict[str, Any]]:
        """The lines with an amount, as the service takes them."""
        found = []
        for one in self.left:
            amount_fen = self.cleaned_data.get(f"amount_{one.line.pk}")
            if amount_fen:
                claim = {"line": one.line, "amount_fen": amount_fen}
                quantity = self.cleaned_data.get(f"quantity_{one.line.pk}")
                found.append(claim if quantity is None else {**claim, "quantity": quantity})
        return found

    def refuse(self, error: DomainError) -> None:
        """lines.<n>.amount_fen is the n-th claim's amount."""
        parts = (error.field or "").split(".")
        if len(parts) == 3 and parts[0] == "lines" and parts[1].isdigit():
            line = self.claims()[int(parts[1])]["line"]
            kind = "quantity" if parts[2] == "quantity" else "amount"
            error.field = f"{kind}_{line.pk}"
        super().refuse(error)


@buyer_page
@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """申请退款."""
    order = mine(request, order_id)
    if order.status not in showing.REFUNDABLE:
        messages.error(request, _("这笔订单现在不能申请退款。"))
        return redirect("pages:order", order.public_id)
    left = left_of(order)
    form = RefundForm(
        sent(request), left=list(left.values()), initial={"attempt": uuid4(), **_everything(left.values())}
    )
    if request.method == "POST" and form.is_valid():
        with form.service():
            once(
                request,
                make=lambda: request_refund(order=order, lines=form.claims(), reason=form.cleaned_data["reason"]),
                among=Refund.objects.all(),
            )
        if not form.errors:
            messages.success(request, _("退款申请已提交，请等待商家处理。"))
            return redirect("pages:order", order.public_id)
    return page(request, "h5/aftersales/refund.html", {"order": order, "form": form, "rows": _rows(order, form, left)})


def _everything(left: Any) -> dict[str, Any]:
    """What the form begins with: an order of one line is mostly given back whole."""
    lines = [one for one in left if one.amount_fen > 0]
    if len(lines) != 1:
        return {}
    return {f"amount_{lines[0].line.pk}": yuan(lines[0].amount_fen), f"quantity_{lines[0].line.pk}": lines[0].quantity}


def _rows(order: Order, form: RefundForm, left: dict[int, Left]) -> list[dict[str, Any]]:
    showing.dress([order])
    return [
        {
            "line": line,
            "left_fen": left[line.pk].amount_fen,
            "amount": form[f"amount_{line.pk}"] if left[line.pk].amount_fen > 0 else None,
            "quantity": form[f"quantity_{line.pk}"] if left[line.pk].amount_fen > 0 else None,
        }
        for line in order.shown_lines
    ]
