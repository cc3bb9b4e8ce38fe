"""上传转账凭证: the buyer shows what he has transferred."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall.api.lookup import get_or_404
from mall.catalogue.pictures import BYTES_MAX
from mall.orders.pages import mine
from mall.pages.access import buyer_page
from mall.pages.forms import Line, PageForm, sent
from mall.pages.rendering import page
from mall.payments.models import TransferProof
from mall.payments.proof_api import picture_answer
from mall.payments.proofs import SERIAL_MAX, add_proof
from mall.payments.transfers import transfer_of


class ProofForm(PageForm):
    """A picture, the bank's number, or both."""

    picture = forms.FileField(
        required=False,
        label=_("转账截图或回单照片"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    serial = Line(required=False, max_length=SERIAL_MAX, label=_("银行流水号"), placeholder=_("在银行的转账详情中查看"))

    def picture_bytes(self) -> bytes:
        """The file, never more of it than a picture may have; the service refuses what is longer."""
        file = self.cleaned_data.get("picture")
        return file.read(BYTES_MAX + 1) if file else b""


@buyer_page
@require_http_methods(["GET", "HEAD", "POST"])
def proofs(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """What was shown so far, and a form for more; an order that waits for no transfer has nothing to do here."""
    order = mine(request, order_id)
    transfer = transfer_of(order)
    if transfer is None:
        return redirect("pages:paid" if order.paid_at is not None else "pages:order", order.public_id)
    form = ProofForm(sent(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with form.service():
            add_proof(
                payment=transfer["payment"],
                by=request.buyer,
                picture=form.picture_bytes(),
                serial=form.cleaned_data["serial"],
            )
        if not form.errors:
            messages.success(request, _t("已提交，商家核对后会通知您。"))
            return redirect("pages:paid", order.public_id)
    return page(request, "h5/payments/proofs.html", {"order": order, "transfer": transfer, "form": form})


@buyer_page
@require_safe
def picture(request: HttpRequest, proof_id: UUID) -> HttpResponse:
    """The picture of one of his own proofs."""
    return picture_answer(get_or_404(TransferProof.objects.filter(payment__order__buyer=request.buyer), proof_id))
