"""How a case looks to its buyer: words, colours, how far it has come and what he may do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mall.aftersales.case_models import Case
from mall.aftersales.case_transitions import STEPS
from mall.aftersales.evidence import PICTURES_MAX, evidence_id
from mall.orders.showing import lines_with_pictures

Status, Kind = Case.Status, Case.Kind

TONES = {
    Status.REQUESTED: "tag_warm",
    Status.AWAITING_RETURN: "tag_bad",
    Status.RETURNING: "tag_warm",
    Status.RESENDING: "tag_warm",
    Status.RESENT: "tag_bad",
    Status.DONE: "tag_ok",
}
SIGNS = {
    Status.REQUESTED: "clock",
    Status.AWAITING_RETURN: "box",
    Status.RETURNING: "truck",
    Status.RESENDING: "clock",
    Status.RESENT: "truck",
    Status.DONE: "done",
    Status.REJECTED: "close",
    Status.WITHDRAWN: "close",
}
ADVICE = {
    Status.REQUESTED: _("商家正在处理您的申请。超时未处理时，系统会再次提醒商家。"),
    Status.AWAITING_RETURN: _("商家已同意，请按下面的地址寄回商品，并填写运单号。逾期未寄回，申请会自动关闭。"),
    Status.RETURNING: _("商品寄回途中，商家收到并查看后继续处理。"),
    Status.RESENDING: _("商家已收到商品，正在为您处理。"),
    Status.RESENT: _("商家已寄出，收到后请确认。逾期未确认会自动完成。"),
    Status.DONE: _("售后已完成。"),
    Status.REJECTED: _("商家没有同意这次申请。售后期内可以重新申请，或联系客服。"),
    Status.WITHDRAWN: _("这次申请已关闭。售后期内可以重新申请。"),
}
# What the buyer sees ahead of him, and from which states on each is behind him.
_PATHS: dict[str, tuple[tuple[Any, str], ...]] = {
    Kind.REFUND: ((_("提交申请"), ""), (_("商家处理"), Status.REQUESTED), (_("退款成功"), Status.DONE)),
    Kind.RETURN: (
        (_("提交申请"), ""),
        (_("商家处理"), Status.REQUESTED),
        (_("寄回商品"), Status.AWAITING_RETURN),
        (_("商家收货"), Status.RETURNING),
        (_("退款成功"), Status.DONE),
    ),
}
_GOODS_PATH = (
    (_("提交申请"), ""),
    (_("商家处理"), Status.REQUESTED),
    (_("寄回商品"), Status.AWAITING_RETURN),
    (_("商家收货"), Status.RETURNING),
    (_("商家寄出"), Status.RESENDING),
    (_("确认收货"), Status.RESENT),
)
STEP_NAMES = {
    Status.REQUESTED: _("提交申请"),
    Status.AWAITING_RETURN: _("商家同意，等待寄回"),
    Status.RETURNING: _("买家已寄回"),
    Status.RESENDING: _("商家已收到商品"),
    Status.RESENT: _("商家已寄出"),
    Status.DONE: _("售后完成"),
    Status.REJECTED: _("商家拒绝"),
    Status.WITHDRAWN: _("申请关闭"),
}


def dress(cases: Sequence[Case]) -> Sequence[Case]:
    """Give each case what the templates ask of it. One statement more, however many cases there are."""
    wanted = {part.line_id for case in cases for part in case.lines.all()}
    pictured = {line.pk: line.cover for line in lines_with_pictures().filter(pk__in=wanted)} if wanted else {}
    for case in cases:
        status = Status(case.status)
        claimed = {part.line_id: part.amount_fen for part in case.refund.lines.all()} if case.refund else {}
        case.kind_name, case.status_name = Kind(case.kind).label, status.label
        case.tone, case.sign, case.advice = TONES.get(status, ""), SIGNS[status], ADVICE[status]
        case.shown_lines = list(case.lines.all())
        for part in case.shown_lines:
            part.picture, part.amount_fen = pictured.get(part.line_id), claimed.get(part.line_id)
        case.amount_fen = case.refund.amount_fen if case.refund else None
        case.evidence = [evidence_id(picture) for picture in case.pictures.all()]
        case.may_withdraw = case.status in STEPS["withdraw"].before
        case.may_send_back = case.status in STEPS["send_back"].before
        case.may_confirm = case.status in STEPS["confirm"].before
        case.may_show_more = case.closed_at is None and len(case.evidence) < PICTURES_MAX
    return cases


def path_of(case: Case) -> list[dict[str, Any]]:
    """The steps of this kind of case: behind him, here, ahead. Nothing for one that came to no good end."""
    if case.status in {Status.REJECTED, Status.WITHDRAWN}:
        return []
    path = _PATHS.get(case.kind, _GOODS_PATH)
    states = [state for _name, state in path]
    here = states.index(case.status) if case.status in states and case.status != Status.DONE else len(path)
    return [
        {"name": name, "is_done": number < here, "is_here": number == here}
        for number, (name, _state) in enumerate(path)
    ]


def history_of(case: Case) -> list[dict[str, Any]]:
    """What has happened, newest first."""
    found = case.steps.order_by("-id")
    return [
        {
            "name": _("提醒商家处理") if step.before == step.after else STEP_NAMES.get(step.after, step.after),
            "note": "" if step.before == step.after else step.note,
            "at": step.at,
        }
        for step in found
    ]
