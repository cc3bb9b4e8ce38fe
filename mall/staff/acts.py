"""The audit log in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mall.money import yuan
from mall.staff.models import Role

ACTS: dict[str, Any] = {
    "debt.written_off": _("核销欠款"),
    "event.retried": _("重试事件"),
    "ledger.audited": _("核对账本"),
    "mall.created": _("创建商城"),
    "mall.settings_changed": _("修改设置"),
    "member.suspended": _("会员停权"),
    "member.active": _("恢复会员"),
    "operator.entered": _("平台运营进入商城"),
    "order.shipped": _("发货"),
    "order.cancelled": _("取消订单"),
    "payment.confirmed": _("确认收款"),
    "payout.approved": _("审核通过提现"),
    "payout.rejected": _("退回提现"),
    "payout.settled": _("登记打款"),
    "plan.changed": _("修改推广方案"),
    "refund.approved": _("同意退款"),
    "refund.rejected": _("拒绝退款"),
    "staff.added": _("添加员工"),
    "staff.deactivated": _("停用员工"),
    "staff.reactivated": _("恢复员工"),
    "staff.role_changed": _("修改员工角色"),
}

_DETAILS: dict[str, Any] = {
    "amount_fen": _("金额"),
    "after": _("改为"),
    "before": _("原为"),
    "evidence": _("凭证"),
    "fields": _("改动"),
    "handler": _("处理者"),
    "hosts": _("域名"),
    "hours": _("小时数"),
    "kind": _("事件"),
    "order": _("订单编号"),
    "reason": _("原因"),
    "reference": _("流水号"),
    "role": _("角色"),
    "slug": _("标识"),
    "version": _("版本"),
}


def act_name(action: str) -> str:
    """What people call an act; one without a name shows as it is recorded."""
    return str(ACTS.get(action, action))


def detail_in_words(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and value of everything an act recorded."""
    return [(str(_DETAILS.get(name, name)), _value(name, value)) for name, value in detail.items() if value != ""]


def _value(name: str, value: Any) -> str:
    if name.endswith("_fen") and isinstance(value, int):
        return f"¥{yuan(value)}"
    if isinstance(value, bool):
        return _t("是") if value else _t("否")
    if isinstance(value, list):
        return _t("、").join(str(one) for one in value)
    if isinstance(value, str) and value in Role.values:
        return str(Role(value).label)
    return str(value)
