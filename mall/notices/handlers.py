"""What the staff hear of: events that somebody should look at. Called with events of one mall and one kind."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from mall.aftersales.case_models import Case
from mall.events.models import Event
from mall.money import yuan
from mall.notices.services import notify
from mall.orders.models import Order

# Whoever works is not asked which language the staff read: the notice is the mall's, and that is Chinese.
LANGUAGE = "zh-hans"


def tell_of_orders(events: Sequence[Event]) -> None:
    """order.paid: there is something to send."""
    orders = Order.objects.in_bulk({event.subject_id for event in events})
    with translation.override(LANGUAGE):
        for order in sorted(orders.values(), key=lambda one: one.pk):
            text = _("新订单 %(number)s，¥%(total)s，请尽快发货。")
            text %= {"number": order.number, "total": yuan(order.total_fen)}
            notify(kind="order.paid", subject_id=order.pk, text=text)


def tell_of_cases(events: Sequence[Event]) -> None:
    """case.opened, case.overdue: a buyer waits for an answer."""
    cases = Case.objects.select_related("order").in_bulk({event.subject_id for event in events})
    with translation.override(LANGUAGE):
        for event in events:
            case = cases.get(event.subject_id)
            if case is None:
                continue
            if event.kind == "case.overdue":
                text = _("售后已超时：订单 %(number)s，请尽快处理。")
            else:
                text = _("新的售后申请：订单 %(number)s。")
            notify(kind=event.kind, subject_id=case.pk, text=text % {"number": case.order.number})
