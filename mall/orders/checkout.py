"""The checkout's form and figures: where to, how many, with which coupon, and what that costs now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from mall.addresses.forms import ADDRESS_FIELDS, REGION_FIELDS, AddressForm
from mall.addresses.models import Address
from mall.api.lookup import public_uuid
from mall.buyers.models import Buyer
from mall.buyers.pages import CodeField
from mall.catalogue.models import Sku
from mall.errors import DomainError
from mall.orders.errors import BadOrder
from mall.orders.models import OrderAddress
from mall.orders.placing import QUANTITY_MAX, checked_destination
from mall.orders.quoting import CouponChoice, Quote, quote
from mall.pages.forms import Line

Lines = Sequence[tuple[Sku, int]]

NEW = "new"
BEST, NONE = "best", "none"
_FEN_DIGITS = 12
_COUPON_MAX = 36


class Checkout(AddressForm):
    """提交订单. Who has an address book chooses from it; who is nobody yet proves his phone with a code."""

    entry = forms.CharField(max_length=36, required=False, widget=forms.HiddenInput)
    code = CodeField()
    quantity = forms.IntegerField(
        label=gettext_lazy("数量"),
        min_value=1,
        max_value=QUANTITY_MAX,
        widget=forms.NumberInput(attrs={"class": "quantity number", "inputmode": "numeric"}),
    )
    note = Line(
        label=gettext_lazy("买家留言（选填）"), max_length=200, required=False, placeholder=gettext_lazy("对商家说的话")
    )
    # One per form shown: sent twice, it is the same order.
    attempt = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        entries: Sequence[Address] = (),
        needs_code: bool = False,
        is_cart: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.entries = list(entries)
        self.chosen = self._chosen_entry()
        if self.chosen is not None:
            for name in ADDRESS_FIELDS:
                self.fields[name].required = False
        if not needs_code:
            del self.fields["code"]
        if is_cart:
            del self.fields["quantity"]

    def _chosen_entry(self) -> Address | None:
        """The address of the book that is ticked; the default while nothing has been said."""
        asked = self._chosen("entry")
        if not self.is_bound and not asked:
            return self.entries[0] if self.entries else None
        return next((one for one in self.entries if str(one.public_id) == asked), None)

    def address(self) -> dict[str, str]:
        """The address as the services take it: out of the book, or as it was typed."""
        if self.chosen is not None:
            return {name: getattr(self.chosen, name) for name in ADDRESS_FIELDS}
        return super().address()

    def destination(self) -> dict[str, str] | None:
        """Province, city and district as far as they make sense by now, for the freight; None before."""
        if self.chosen is not None:
            return {name: getattr(self.chosen, name) for name in REGION_FIELDS}
        typed = {name: self._chosen(name) for name in REGION_FIELDS}
        try:
            checked_destination(typed)
        except BadOrder:
            return None
        return typed


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page shows of the money. quote: None where the goods cannot be ordered, `refusal` says why."""

    quote: Quote | None
    refusal: DomainError | None
    coupon: str

    @property
    def total_fen(self) -> int:
        """What would be paid."""
        return self.quote.total_fen if self.quote else 0


def figures(*, buyer: Buyer | None, lines: Lines, destination: dict[str, str] | None, coupon: str) -> Figures:
    """What the lines cost now. A coupon that no longer fits gives way to the best one, and the page says so."""
    choice = coupon_choice(coupon)
    refusal: DomainError | None = None
    for tried in (choice, BEST):
        try:
            found = quote(buyer=buyer, lines=lines, address=destination, coupon=tried)
        except DomainError as error:
            refusal = refusal or error
            if error.field != "coupon":
                return Figures(None, error, coupon)
        else:
            return Figures(found, refusal, _ticked(found, choice))
    return Figures(None, refusal, NONE)


def coupon_choice(coupon: str) -> CouponChoice:
    """What was ticked, as the quote takes it; whatever is no coupon's id is none."""
    if coupon == BEST:
        best: Literal["best"] = BEST
        return best
    return public_uuid(coupon[:_COUPON_MAX])


def expected_fen(sent: QueryDict) -> int | None:
    """The total that the buyer has seen; None where the form carries none."""
    typed = sent.get("expected", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _FEN_DIGITS else None


def former_address(buyer: Buyer) -> dict[str, str]:
    """Where the buyer's last order went: most people send the next one there too."""
    last = OrderAddress.objects.filter(order__buyer=buyer.pk, erased_at__isnull=True).order_by("-id").first()
    if last is None:
        return {"name": "", "phone": (buyer.phone or "").removeprefix("+86")}
    return {name: getattr(last, name) for name in ADDRESS_FIELDS}


def _ticked(found: Quote, choice: CouponChoice) -> str:
    """The choice that the page shows as made: without any coupon that fits, the best one stays wished for."""
    if found.coupon is not None:
        return str(found.coupon.public_id)
    fits = any(offer.fits for offer in found.coupons)
    return NONE if fits and choice != BEST else BEST
