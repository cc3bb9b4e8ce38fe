"""订单: what was bought, how far it has come, and sending it off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall.api.lookup import get_or_404
from mall.buyers.models import Buyer
from mall.dashboard.actions import Question, ask
from mall.dashboard.actors import name_actors
from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, time_cell, yuan_cell
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.lists import day_begins, day_ends, page_of
from mall.dashboard.pages import show
from mall.orders.models import Order, OrderLine, OrderStatus
from mall.staff import rights

CARRIERS = ("顺丰速运", "中通快递", "圆通速递", "申通快递", "韵达快递", "极兔速递", "京东物流", "邮政 EMS", "德邦快递")


class OrderFilter(FilterForm):
    """What the list of orders can be narrowed to."""

    q = PlainTextField(
        required=False,
        max_length=40,
        label=_("订单号或买家手机号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    since = forms.DateField(required=False, label=_("下单自"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, label=_("至"), widget=forms.DateInput(attrs={"type": "date"}))


class ShipForm(DashboardForm):
    """What a parcel is known by."""

    company = PlainTextField(
        max_length=40, label=_("快递公司"), widget=forms.TextInput(attrs={"list": "suggestions", "autofocus": True})
    )
    number = PlainTextField(max_length=40, label=_("运单号"), widget=forms.TextInput(attrs={"autocomplete": "off"}))


@staff_page(rights.SEE_ORDERS)
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """The mall's orders, newest first."""
    form = filters_of(OrderFilter, request)
    asked = form.asked()
    status = request.GET.get("status", "")
    rows = _narrowed(Order.objects.all(), asked, request.mall.timezone)
    if status in OrderStatus.values:
        rows = rows.filter(status=status)
    lines = Prefetch("lines", OrderLine.objects.order_by("position", "id").only("id", "order", "name", "quantity"))
    rows = rows.select_related("buyer").prefetch_related(lines)
    if file := _exported(request, rows):
        return file
    page = page_of(request, rows)
    return show(
        request,
        "dashboard/orders.html",
        {
            "section": "orders",
            "page": page,
            "form": form,
            "status": status,
            "statuses": OrderStatus.choices,
            "is_narrowed": bool(asked) or bool(status),
        },
    )


def _exported(request: HttpRequest, rows: QuerySet[Order]) -> HttpResponse | None:
    at = time_cell(request)

    def receiver(order: Order) -> Any:
        return next(iter(order.addresses.all()), None)

    def place(order: Order) -> str:
        found = receiver(order)
        return f"{found.province}{found.city}{found.district}{found.detail}" if found else ""

    columns = [
        (_("订单号"), lambda order: order.number),
        (_("状态"), lambda order: str(order.get_status_display())),
        (_("下单时间"), lambda order: at(order.placed_at)),
        (_("付款时间"), lambda order: at(order.paid_at)),
        (_("商品"), lambda order: _t("；").join(f"{line.name} ×{line.quantity}" for line in order.lines.all())),
        (_("商品金额"), lambda order: yuan_cell(order.goods_fen)),
        (_("优惠"), lambda order: yuan_cell(order.discount_fen)),
        (_("运费"), lambda order: yuan_cell(order.freight_fen)),
        (_("应付"), lambda order: yuan_cell(order.total_fen)),
        (_("已退"), lambda order: yuan_cell(order.refunded_fen)),
        (_("买家"), lambda order: order.buyer.nickname),
        (_("收货人"), lambda order: getattr(receiver(order), "name", "")),
        (_("收货电话"), lambda order: getattr(receiver(order), "phone", "")),
        (_("收货地址"), place),
        (_("快递公司"), lambda order: order.carrier),
        (_("运单号"), lambda order: order.tracking_number),
        (_("备注"), lambda order: order.note),
    ]
    return export_of(request, rows.prefetch_related("addresses"), name="orders", columns=columns)


def _narrowed(orders: QuerySet[Order], asked: dict[str, Any], timezone_name: str) -> QuerySet[Order]:
    if wanted := asked.get("q"):
        digits = wanted.removeprefix("+86").replace(" ", "")
        if digits.isascii() and digits.isdigit() and len(digits) == 11:
            buyers = Buyer.objects.filter(phone__in=[f"+86{digits}", digits]).values("pk")
            orders = orders.filter(buyer__in=buyers)
        else:
            orders = orders.filter(_begins(wanted))
    if since := asked.get("since"):
        orders = orders.filter(placed_at__gte=day_begins(since, timezone_name))
    if until := asked.get("until"):
        orders = orders.filter(placed_at__lt=day_ends(until, timezone_name))
    return orders


def _begins(wanted: str) -> Q:
    """Orders whose number begins like this; for digits as a range, which the unique key of numbers answers."""
    if not (wanted.isascii() and wanted.isdigit()) or set(wanted) == {"9"}:
        return Q(number__startswith=wanted)
    return Q(number__gte=wanted, number__lt=str(int(wanted) + 1).zfill(len(wanted)))


@staff_page(rights.SEE_ORDERS)
@require_safe
def order_detail(request: HttpRequest, public_id: str) -> HttpResponse:
    """One order with its life, its money and its parcel."""
    order = get_or_404(
        Order.objects.select_related("buyer").prefetch_related(
            Prefetch("lines", OrderLine.objects.select_related("product", "sku").order_by("position", "id")),
            "addresses",
            "payments",
            "refunds",
        ),
        public_id,
    )
    changes = list(order.changes.order_by("id"))
    name_actors(changes)
    return show(
        request,
        "dashboard/order.html",
        {
            "section": "orders",
            "order": order,
            "address": next(iter(order.addresses.all()), None),
            "payments": sorted(order.payments.all(), key=lambda payment: payment.pk),
            "refunds": sorted(order.refunds.all(), key=lambda refund: refund.pk),
            "changes": changes,
        },
    )


@staff_page(rights.SHIP)
@require_http_methods(["GET", "HEAD", "POST"])
def order_ship(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say by whom and under which number the parcel travels."""
    from mall.orders.services import ship_order

    order = get_or_404(Order.objects.all(), public_id)
    question = Question(
        title=_("发货"),
        sentence=_t("订单 %(number)s。填写后买家会看到快递公司和运单号，发货后不能撤回。") % {"number": order.number},
        button=_("确认发货"),
        back=reverse("dashboard:order", args=[order.public_id]),
        suggestions=CARRIERS,
    )
    return ask(
        request,
        question,
        lambda typed: ship_order(
            order=order, company=typed["company"], number=typed["number"], actor=request.staff_member
        ),
        form_class=ShipForm,
        done=_t("订单 %(number)s 已发货。") % {"number": order.number},
    )


urlpatterns = [
    path("orders", order_list, name="orders"),
    path("orders/<str:public_id>", order_detail, name="order"),
    path("orders/<str:public_id>/ship", order_ship, name="order-ship"),
]
