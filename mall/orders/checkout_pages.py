"""提交订单: of one SKU or of the cart, for a buyer or for somebody who says at the end who he is."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mall.addresses.forms import read_into
from mall.addresses.pages import typed_in
from mall.addresses.selectors import addresses_of
from mall.addresses.services import remember_address
from mall.api.lookup import get_or_404
from mall.api.network import client_network
from mall.buyers import services as buyers
from mall.buyers.holding import buyer_holding_phone
from mall.buyers.models import Buyer
from mall.buyers.pages import address as page_address
from mall.buyers.ports import buyer_logged_in
from mall.buyers.sessions import buyer_of_request, log_in
from mall.carts.errors import CartChanged
from mall.carts.owners import CartOwner, guest_key_in, owner_of_request
from mall.carts.selectors import cart_of
from mall.carts.services import clear_items, merge_cart
from mall.catalogue.models import Sku
from mall.catalogue.selectors import picture_url, pictures
from mall.limits import policy
from mall.orders import services
from mall.orders.attempts import once
from mall.orders.checkout import (
    BEST,
    NONE,
    Checkout,
    Lines,
    coupon_choice,
    expected_fen,
    figures,
    former_address,
)
from mall.orders.errors import PriceChanged
from mall.orders.models import Order
from mall.orders.placing import checked_address
from mall.orders.ports import visitor_of_request
from mall.pages.forms import sentence
from mall.pages.rendering import page
from mall.staff.selectors import active_staff_member


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is about to be ordered. sku: the one SKU of a direct purchase; None: the cart's selected goods."""

    sku: Sku | None
    lines: Lines
    shown: list[dict[str, Any]]
    owner: CartOwner

    @property
    def is_cart(self) -> bool:
        """Whether it comes out of the cart."""
        return self.sku is None

    @property
    def goods(self) -> str:
        """Other goods, or another number of them, read otherwise: what the page showed is what is ordered."""
        pieces = sorted((sku.pk, quantity) for sku, quantity in self.lines)
        return sha256(repr(pieces).encode()).hexdigest()[:16]


@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    """提交订单: ?sku= &quantity=, or ?cart=1."""
    asked = request.POST if request.method == "POST" else request.GET
    wanted = _wanted(request, asked)
    if request.method != "POST":
        if wanted.is_cart and not wanted.lines:
            return redirect("pages:cart")
        return _show(request, _first_form(request, wanted, asked), wanted, coupon=BEST)
    if "paste" in request.POST or "update" in request.GET:
        return _show_again(request, wanted)
    return _order(request, wanted)


@require_POST
def amounts(request: HttpRequest) -> HttpResponse:
    """What the order costs, after a quantity, an address or a coupon was chosen."""
    wanted = _wanted(request, request.POST)
    form = _bound(request, wanted)
    context = _money(request, form, wanted, request.POST.get("coupon", NONE))
    return page(request, "h5/orders/amounts.html", {**context, "wanted": wanted, "is_fragment": True})


def _order(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    """Place it; whatever is refused is shown on the same page, with everything that was typed."""
    form, coupon = _bound(request, wanted), request.POST.get("coupon", NONE)
    answer = HttpResponse()
    if form.is_valid():
        with form.service():
            # Before a code is used up: an address that cannot be meant, goods that are gone.
            checked_address(form.address())
        if not form.errors and buyer_of_request(request) is None:
            _become_buyer(request, form, answer)
        if not form.errors:
            request.buyer = buyer_of_request(request)
            order = _place(request, form, wanted, coupon)
            if order is not None:
                after = redirect("pages:cashier" if order.total_fen else "pages:paid", order.public_id)
                after.cookies.update(answer.cookies)
                return after
    shown = _show(request, form, wanted, coupon=coupon)
    shown.cookies.update(answer.cookies)
    return shown


def _become_buyer(request: HttpRequest, form: Checkout, answer: HttpResponse) -> None:
    """Log the stranger in: as who holds the phone, or as a guest of this browser where no proof is asked."""
    buyer: Buyer | None = None
    with form.service():
        network = client_network(request)
        if "code" in form.fields:
            buyer = buyer_holding_phone(
                phone=form.cleaned_data["phone"], code=form.cleaned_data["code"], network=network
            )
        else:
            policy.GUESTS_PER_NETWORK.count(network)
            buyer = buyers.create_guest()
    if buyer is not None:
        log_in(request, answer, buyer)
        # Proved: a page that comes back for another reason does not ask again.
        form.fields.pop("code", None)


def _place(request: HttpRequest, form: Checkout, wanted: Wanted, coupon: str) -> Order | None:
    choice = coupon_choice(coupon)
    asked = {
        "buyer": request.buyer,
        "address": form.address(),
        "visitor_key": visitor_of_request(request),
        "note": form.cleaned_data["note"],
        "placed_by_staff": _is_staff(request),
        "coupon": None if choice == BEST else choice,
    }

    def place() -> Order:
        if wanted.is_cart and request.POST.get("goods", wanted.goods) != wanted.goods:
            raise CartChanged
        lines = wanted.lines if wanted.is_cart else [(wanted.sku, form.cleaned_data["quantity"])]
        seen = expected_fen(request.POST)
        try:
            order = services.place_order(**asked, lines=lines, expected_total_fen=seen)
        except PriceChanged as error:
            # Nobody minds paying less than he has seen: a member's price, once it is known who he is.
            if seen is None or error.quote.total_fen > seen:
                raise
            order = services.place_order(**asked, lines=lines, expected_total_fen=error.quote.total_fen)
        if wanted.is_cart:
            # Logging in on the way here may have moved them from the one to the other.
            for owner in (wanted.owner, CartOwner(request.buyer)):
                clear_items(owner=owner, sku_ids=[sku.pk for sku, _quantity in wanted.lines])
        merge_cart(source=CartOwner(guest_key=guest_key_in(request)), buyer=request.buyer)
        if form.chosen is None:
            remember_address(buyer=request.buyer, fields=checked_address(form.address()))
        return order

    placed = None
    with form.service():
        placed = once(request, make=place, among=Order.objects.all())
    if placed is not None and not request.buyer.is_guest:
        buyer_logged_in(request, request.buyer.pk)
    return placed


def _is_staff(request: HttpRequest) -> bool:
    return request.user.is_authenticated and active_staff_member(request.user) is not None


def _wanted(request: HttpRequest, asked: QueryDict) -> Wanted:
    owner = owner_of_request(request)
    if asked.get("cart"):
        chosen = cart_of(owner).chosen
        shown = [_line(row.sku, row.item.quantity, row.picture) for row in chosen]
        return Wanted(None, [(row.sku, row.item.quantity) for row in chosen], shown, owner)
    sku = get_or_404(Sku.objects.select_related("product").filter(is_active=True), asked.get("sku", ""))
    covers = pictures(sku.product)
    quantity = _quantity(asked)
    line = _line(sku, quantity, picture_url(covers[0].file) if covers else None)
    return Wanted(sku, [(sku, quantity)], [line], owner)


def _line(sku: Sku, quantity: int, picture: str | None) -> dict[str, Any]:
    return {
        "sku": sku.pk,
        "name": sku.product.name,
        "specs": sku.specs,
        "price_fen": sku.price_fen,
        "quantity": quantity,
        "picture": picture,
    }


def _quantity(asked: QueryDict) -> int:
    """How many of one SKU, for what is shown; the form says what is wrong with what is no number."""
    try:
        return Checkout.base_fields["quantity"].clean(asked.get("quantity", ""))
    except ValidationError:
        return 1


def _first_form(request: HttpRequest, wanted: Wanted, asked: QueryDict) -> Checkout:
    buyer = buyer_of_request(request)
    entries = list(addresses_of(buyer)) if buyer is not None else []
    initial: dict[str, Any] = {"attempt": uuid4(), **{name: asked[name] for name in asked}}
    if buyer is not None and not entries:
        initial = {**former_address(buyer), **initial}
    return _form(request, wanted, entries, initial=initial)


def _bound(request: HttpRequest, wanted: Wanted) -> Checkout:
    buyer = buyer_of_request(request)
    return _form(request, wanted, list(addresses_of(buyer)) if buyer is not None else [], data=request.POST)


def _form(request: HttpRequest, wanted: Wanted, entries: list[Any], **how: Any) -> Checkout:
    needs_code = buyer_of_request(request) is None and request.mall.phone_proof_required
    return Checkout(entries=entries, needs_code=needs_code, is_cart=wanted.is_cart, **how)


def _show_again(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    """The page after one of its buttons for browsers without scripts: a pasted address read, figures anew."""
    initial, told = {name: request.POST[name] for name in request.POST}, ""
    if "paste" in request.POST:
        typed, told = read_into(typed_in(request), request.POST.get("pasted", ""))
        initial |= typed
    buyer = buyer_of_request(request)
    form = _form(request, wanted, list(addresses_of(buyer)) if buyer is not None else [], initial=initial)
    return _show(request, form, wanted, coupon=request.POST.get("coupon", NONE), told=told)


def _money(request: HttpRequest, form: Checkout, wanted: Wanted, coupon: str) -> dict[str, Any]:
    """The figures, and what each line costs, for the template."""
    found = figures(buyer=buyer_of_request(request), lines=wanted.lines, destination=form.destination(), coupon=coupon)
    quoted = found.quote
    prices: dict[int, Any] = {line.sku.pk: line for line in quoted.lines} if quoted else {}
    for line in wanted.shown:
        if line["sku"] in prices:
            line["price_fen"] = prices[line["sku"]].price_fen
            line["is_undeliverable"] = not prices[line["sku"]].is_deliverable
    return {
        "money": found,
        "quoted": quoted,
        "refusal": sentence(found.refusal) if found.refusal else "",
        "offers": [offer for offer in quoted.coupons if offer.fits] if quoted else [],
        "nearly": [one for one in quoted.coupons if not one.fits and one.missing_fen][:1] if quoted else [],
    }


def _show(request: HttpRequest, form: Checkout, wanted: Wanted, *, coupon: str, told: str = "") -> HttpResponse:
    here = (
        page_address("checkout", cart="1")
        if wanted.is_cart
        else page_address("checkout", sku=str(wanted.sku.public_id), quantity=str(wanted.lines[0][1]))
    )
    context = {
        **_money(request, form, wanted, coupon),
        "form": form,
        "told": told,
        "region_fields": form.region_fields(),
        "wanted": wanted,
        "pasted": request.POST.get("pasted", "")[:300],
        "login_address": page_address("login", next=here),
        "back": reverse("pages:cart") if wanted.is_cart else reverse("pages:product", args=[_product(wanted)]),
    }
    return page(request, "h5/orders/checkout.html", context)


def _product(wanted: Wanted) -> UUID:
    return wanted.sku.product.public_id
