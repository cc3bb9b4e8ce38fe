"""收货地址: the buyer's address book, and the fragment that reads a pasted address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.addresses import services
from mall.addresses.forms import ADDRESS_FIELDS, REGION_FIELDS, AddressForm, EntryForm, RegionForm, read_into
from mall.addresses.models import Address
from mall.addresses.parsing import TEXT_MAX
from mall.addresses.selectors import addresses_of
from mall.api.lookup import get_or_404
from mall.pages.access import buyer_page
from mall.pages.forms import refusals, sentence
from mall.pages.rendering import page


@buyer_page
@require_safe
def addresses(request: HttpRequest) -> HttpResponse:
    """收货地址."""
    found = list(addresses_of(request.buyer))
    context = {"addresses": found, "is_full": len(found) >= services.BOOK_MOST, "fresh": True}
    return page(request, "h5/addresses/book.html", context)


@buyer_page
@require_http_methods(["GET", "HEAD", "POST"])
def new_address(request: HttpRequest) -> HttpResponse:
    """新增收货地址."""
    return _edit(request, None)


@buyer_page
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """编辑收货地址."""
    return _edit(request, get_or_404(addresses_of(request.buyer), address_id))


@buyer_page
@require_POST
def delete_address(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """Take an address out of the book."""
    services.remove_address(address=get_or_404(addresses_of(request.buyer), address_id))
    messages.success(request, _("地址已删除。"))
    return redirect("pages:addresses")


@buyer_page
@require_POST
def make_default(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """设为默认."""
    with refusals() as refused:
        services.change_address(address=get_or_404(addresses_of(request.buyer), address_id), fields={}, is_default=True)
    if refused:
        messages.error(request, sentence(refused[0]))
    else:
        messages.success(request, _("已设为默认地址。"))
    return redirect("pages:addresses")


@require_safe
def region_fields(request: HttpRequest) -> HttpResponse:
    """Province, city and district again, after one of them has changed."""
    form = RegionForm(initial={name: request.GET.get(name, "") for name in REGION_FIELDS})
    return page(request, "h5/addresses/regions.html", {"region_fields": form.region_fields()})


@require_POST
def address_fields(request: HttpRequest) -> HttpResponse:
    """The fields again, with what a pasted text says written into them. Nothing is kept."""
    typed, told = read_into(typed_in(request), request.POST.get("pasted", ""))
    form = AddressForm(initial=typed)
    context = {"form": form, "region_fields": form.region_fields(), "told": told}
    response = page(request, "h5/addresses/typed.html", context)
    # The checkout listens: another address, another freight.
    response["HX-Trigger-After-Settle"] = "address-read"
    return response


def typed_in(request: HttpRequest) -> dict[str, Any]:
    """What stands in the fields of an address already, bounded."""
    return {name: request.POST.get(name, "")[:TEXT_MAX] for name in ADDRESS_FIELDS}


def _edit(request: HttpRequest, entry: Address | None) -> HttpResponse:
    told, pasted = "", ""
    if request.method != "POST":
        form = EntryForm(initial=_initial(entry, request))
    elif "paste" in request.POST:
        # The button for browsers without scripts.
        pasted = request.POST.get("pasted", "")[:TEXT_MAX]
        typed, told = read_into(typed_in(request), pasted)
        form = EntryForm(initial={**typed, "is_default": "is_default" in request.POST})
    else:
        form = EntryForm(request.POST)
        if form.is_valid() and _save(request, form, entry):
            messages.success(request, _("地址已保存。"))
            return redirect("pages:addresses")
    context = {"form": form, "region_fields": form.region_fields(), "entry": entry, "told": told, "pasted": pasted}
    return page(request, "h5/addresses/entry.html", context)


def _save(request: HttpRequest, form: EntryForm, entry: Address | None) -> bool:
    is_default = form.cleaned_data["is_default"]
    with form.service():
        if entry is None:
            services.add_address(buyer=request.buyer, fields=form.address(), is_default=is_default)
        else:
            services.change_address(address=entry, fields=form.address(), is_default=is_default)
    return not form.errors


def _initial(entry: Address | None, request: HttpRequest) -> dict[str, Any]:
    if entry is None:
        return {"phone": (request.buyer.phone or "").removeprefix("+86")}
    return {name: getattr(entry, name) for name in (*ADDRESS_FIELDS, "is_default")}
