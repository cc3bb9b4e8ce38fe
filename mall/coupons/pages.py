"""我的优惠券 and 领券中心."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from mall import clock
from mall.api.lookup import get_or_404
from mall.buyers.sessions import buyer_of_request
from mall.coupons import services, showing
from mall.coupons.models import Coupon, CouponTemplate
from mall.coupons.selectors import open_templates
from mall.coupons.selectors import wallet as wallet_of
from mall.pages.access import buyer_page
from mall.pages.forms import refusals, sentence
from mall.pages.rendering import page

TABS = {"usable": gettext_lazy("可使用"), "used": gettext_lazy("已使用"), "expired": gettext_lazy("已过期")}
SHOWN = 100


@buyer_page
@require_safe
def coupons(request: HttpRequest) -> HttpResponse:
    """我的优惠券, by what became of them."""
    asked = request.GET.get("tab", "")
    tab = asked if asked in TABS else "usable"
    now = clock.now()
    found = showing.dress(wallet_of(request.buyer, now)[tab][:SHOWN])
    context = {
        "tabs": [{"key": key, "label": label, "current": key == tab} for key, label in TABS.items()],
        "state": tab,
        "coupons": found,
        "now": now,
        "fresh": True,
    }
    return page(request, "h5/coupons/wallet.html", context)


@require_safe
def centre(request: HttpRequest) -> HttpResponse:
    """领券中心: what anybody may take."""
    buyer = buyer_of_request(request)
    templates = list(open_templates(clock.now()).order_by("-id")[:SHOWN])
    held: dict[int, int] = {}
    if buyer is not None:
        mine = Coupon.objects.filter(buyer=buyer, template__in=templates).values_list("template_id")
        held = dict(mine.annotate(Count("id")).order_by())
    for template in templates:
        showing.dress_template(template)
        template.may_take = held.get(template.pk, 0) < template.per_person
    return page(request, "h5/coupons/centre.html", {"templates": templates, "buyer": buyer, "fresh": True})


@buyer_page
@require_POST
def take(request: HttpRequest, template_id: UUID) -> HttpResponse:
    """领取."""
    template = get_or_404(CouponTemplate.objects.filter(is_public=True), template_id)
    with refusals() as refused:
        services.take_coupon(template=template, buyer=request.buyer)
    if refused:
        messages.error(request, sentence(refused[0]))
    else:
        messages.success(request, _("领取成功，下单时可直接使用。"))
    return redirect("pages:coupon-centre")
