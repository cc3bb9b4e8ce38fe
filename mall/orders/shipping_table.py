"""Shipping by table: order number, carrier and number of many parcels at once, looked through before anything goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mall.errors import DomainError
from mall.imports import services
from mall.imports.errors import BadColumns, ImportHasErrors
from mall.imports.models import ImportJob
from mall.imports.reading import FIRST_ROW
from mall.orders.errors import ShipmentsHaveErrors
from mall.orders.models import Order, OrderStatus
from mall.orders.services import ship_order
from mall.staff.models import StaffMember, User
from mall.text import clean_line

ROWS_MAX = 1_000
TEXT_MOST = 40
# Field → what we call its column.
TITLES: dict[str, Any] = {
    "order": gettext_lazy("订单号"),
    "company": gettext_lazy("快递公司"),
    "number": gettext_lazy("运单号"),
}
# Field → what the column may be called, in the order in which it is looked for; ours in both languages too.
KNOWN_AS: dict[str, tuple[str, ...]] = {
    "order": ("订单号", "订单编号", "order", "order number", "order no", "order no."),
    "company": ("快递公司", "物流公司", "快递", "carrier", "company"),
    "number": ("运单号", "快递单号", "物流单号", "单号", "tracking number", "tracking no", "tracking no.", "number"),
}


@dataclass(slots=True)
class Parcel:
    """One row: what it says, and what is wrong with it, or nothing."""

    row: int
    order_number: str
    company: str
    number: str
    order: Order | None = None
    field: str = ""
    error: str = ""
    is_there: bool = False


def guessed_columns(header: Sequence[str]) -> dict[str, int]:
    """{field: place} by the titles, each column once."""
    plain = [title.strip().lower() for title in header]
    found: dict[str, int] = {}
    for field, titles in KNOWN_AS.items():
        for title in titles:
            if title in plain and plain.index(title) not in found.values():
                found[field] = plain.index(title)
                break
    return found


def take_in_shipments(*, data: bytes, file_name: str, author: User | None) -> ImportJob:
    """Keep an uploaded table of parcels, already looked through. Raises BadTable, BadColumns."""
    job = services.take_in(
        kind=ImportJob.Kind.SHIPMENTS, data=data, file_name=file_name, author=author, guess=guessed_columns,
        rows_max=ROWS_MAX,
    )  # fmt: skip
    if missing := [field for field in TITLES if field not in job.columns]:
        names = _("、").join(str(TITLES[field]) for field in missing)
        raise BadColumns(_("表头里没有这些列：%(names)s。请改好列名再上传。") % {"names": names}, field="file")
    parcels = look_through(rows=job.rows, columns=job.columns)
    services.keep_check(job=job, errors=_errors(parcels), result=_counts(parcels))
    return job


def apply_shipments(*, job: ImportJob, only_good: bool, actor: StaffMember) -> ImportJob:
    """Send the parcels off, each order in a savepoint of its own. Locks the job, then the orders by id.

    Rows that say what an order says already change nothing. Raises ImportHasErrors when there are errors and
    only_good is False, ImportDone the second time.
    """
    job = services.locked(job)
    parcels = look_through(rows=job.rows, columns=job.columns)
    if not only_good and any(parcel.error for parcel in parcels):
        raise ImportHasErrors
    _send_off(parcels, actor)
    services.finish(job=job, errors=_errors(parcels), result=_counts(parcels))
    return job


def ship_parcels(*, rows: Sequence[tuple[str, str, str]], only_good: bool, actor: StaffMember) -> dict[str, Any]:
    """Send off parcels that came as rows (order number, carrier, number), counted from 1; counts and `errors`.

    Locks the orders by id, each in a savepoint of its own. Raises ShipmentsHaveErrors, with the same inside, when
    there are errors and only_good is False; then nothing has gone.
    """
    parcels = look_through(rows=rows, columns={field: place for place, field in enumerate(TITLES)}, first=1)
    if not only_good and any(parcel.error for parcel in parcels):
        raise ShipmentsHaveErrors({**_counts(parcels), "shipped": 0, "errors": by_field(_errors(parcels))})
    _send_off(parcels, actor)
    return {**_counts(parcels), "errors": by_field(_errors(parcels))}


def _send_off(parcels: Sequence[Parcel], actor: StaffMember) -> None:
    good = [parcel for parcel in parcels if parcel.order is not None and not parcel.error and not parcel.is_there]
    for parcel in sorted(good, key=lambda one: one.order.pk):
        try:
            with transaction.atomic():
                ship_order(order=parcel.order, company=parcel.company, number=parcel.number, actor=actor)
        except DomainError as refused:
            parcel.error = str(refused)


def look_through(*, rows: Sequence[Sequence[str]], columns: Mapping[str, int], first: int = FIRST_ROW) -> list[Parcel]:
    """Every row that says anything, with what is wrong with it; `first` is how the first one is counted.

    Two statements at most; changes nothing.
    """
    parcels = [
        Parcel(row, *(cells[columns[field]] for field in TITLES)) for row, cells in enumerate(rows, first) if any(cells)
    ]
    numbers = {parcel.order_number for parcel in parcels}
    orders = {order.number: order for order in Order.objects.filter(number__in=numbers)}
    seen: dict[str, int] = {}
    for parcel in parcels:
        parcel.order = orders.get(parcel.order_number)
        _judge(parcel, seen)
        seen.setdefault(parcel.order_number, parcel.row)
    return parcels


def _judge(parcel: Parcel, seen: Mapping[str, int]) -> None:
    order = parcel.order
    for field in ("company", "number"):
        if clean_line(getattr(parcel, field), least=1, most=TEXT_MOST) is None:
            parcel.field, parcel.error = str(TITLES[field]), _("请填写 1 到 40 个字符。")
            return
    if order is None:
        parcel.field, parcel.error = str(TITLES["order"]), _("没有这个订单号，请核对。")
    elif parcel.order_number in seen:
        row = seen[parcel.order_number]
        parcel.field, parcel.error = str(TITLES["order"]), _("与第 %(row)s 行重复，请删去一行。") % {"row": row}
    elif order.status == OrderStatus.PAID:
        return
    elif (order.carrier, order.tracking_number) == (parcel.company, parcel.number):
        parcel.is_there = True
    else:
        status = str(order.get_status_display())
        parcel.error = _("订单“%(status)s”，不能发货。") % {"status": status}


def _errors(parcels: Sequence[Parcel]) -> list[dict[str, Any]]:
    return [{"row": one.row, "field": one.field, "error": one.error} for one in parcels if one.error]


def by_field(errors: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors with the names of the fields in place of the columns' titles."""
    fields = {str(title): field for field, title in TITLES.items()}
    return [{**error, "field": fields.get(error["field"], error["field"])} for error in errors]


def _counts(parcels: Sequence[Parcel]) -> dict[str, int]:
    return {
        "shipped": sum(not one.error and not one.is_there for one in parcels),
        "unchanged": sum(one.is_there and not one.error for one in parcels),
        "errors": sum(bool(one.error) for one in parcels),
    }
