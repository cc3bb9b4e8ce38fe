"""The checkout's form: where to, how many, and a word to the merchant."""

from __future__ import annotations

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy

from mall.addresses.forms import ADDRESS_FIELDS, AddressForm
from mall.buyers.models import Buyer
from mall.orders.models import OrderAddress
from mall.orders.placing import QUANTITY_MAX
from mall.pages.forms import Line


class Checkout(AddressForm):
    """提交订单."""

    quantity = forms.IntegerField(
        label=gettext_lazy("数量"),
        min_value=1,
        max_value=QUANTITY_MAX,
        widget=forms.NumberInput(
            attrs={
                "class": "quantity number",
                "inputmode": "numeric",
                # Another quantity, other amounts; the rest of the page stays as it was typed.
                "hx-post": reverse_lazy("pages:amounts"),
                "hx-trigger": "change delay:300ms",
                "hx-include": "closest form",
                "hx-target": "#amounts",
                "hx-swap": "outerHTML",
            }
        ),
    )
    note = Line(
        label=gettext_lazy("买家留言（选填）"), max_length=200, required=False, placeholder=gettext_lazy("对商家说的话")
    )
    # One per form shown: sent twice, it is the same order.
    attempt = forms.UUIDField(widget=forms.HiddenInput)


def former_address(buyer: Buyer) -> dict[str, str]:
    """Where the buyer's last order went: most people send the next one there too."""
    last = OrderAddress.objects.filter(order__buyer=buyer.pk, erased_at__isnull=True).order_by("-id").first()
    if last is None:
        return {"name": "", "phone": (buyer.phone or "").removeprefix("+86")}
    return {name: getattr(last, name) for name in ADDRESS_FIELDS}
