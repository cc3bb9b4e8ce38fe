"""How the dashboard writes amounts, rates and states."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from mall import money

register = template.Library()

# The colour of a state says what it asks of the reader: amber waits for somebody, red is lost.
TONES = {
    "awaiting_payment": "",
    "paid": "warn",
    "shipped": "info",
    "received": "good",
    "completed": "good",
    "cancelled": "",
    "closed": "",
    "requested": "warn",
    "approved": "info",
    "refunded": "good",
    "rejected": "bad",
    "settled": "good",
    "pending": "info",
    "available": "good",
    "reversed": "",
    "held": "warn",
    "succeeded": "good",
    "failed": "bad",
    "issued": "good",
    "refused": "bad",
    "draft": "",
    "on_sale": "good",
    "off_sale": "",
    "active": "good",
    "suspended": "bad",
    "open": "good",
    "waiting": "warn",
    "accepted": "good",
    "awaiting_return": "info",
    "returning": "warn",
    "resending": "warn",
    "resent": "info",
    "done": "good",
    "applying": "info",
    "stopped": "warn",
    "withdrawn": "",
}


@register.filter
def yuan(fen: Any) -> str:
    """123456 → ¥1,234.56; nothing → a dash."""
    if not isinstance(fen, int):
        return "—"
    return f"−¥{money.yuan(-fen)}" if fen < 0 else f"¥{money.yuan(fen)}"


@register.filter
def percent(bps: Any) -> str:
    """1000 → 10%, 750 → 7.5%; nothing → a dash."""
    if not isinstance(bps, int):
        return "—"
    whole, places = divmod(bps, 100)
    return f"{whole}.{places:02d}".rstrip("0") + "%" if places else f"{whole}%"


@register.simple_tag
def badge(state: str, text: Any) -> SafeString:
    """A state in its colour."""
    return format_html('<span class="badge {}">{}</span>', TONES.get(state, ""), text)


@register.filter
def phone_tail(phone: str | None) -> str:
    """A phone as lists show it: enough to tell people apart, not enough to call them."""
    if not phone:
        return "—"
    plain = phone.removeprefix("+86")
    return f"{plain[:3]}****{plain[-4:]}" if len(plain) > 7 else "****"


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """The value of a mapping under a key the template knows only by name."""
    return mapping.get(key) if hasattr(mapping, "get") else None


PROVIDERS = {
    "sandbox": _("演示支付"),
    "bank_transfer": _("银行转账"),
    "wechat": _("微信支付"),
}


@register.simple_tag
def provider_name(provider: str) -> Any:
    """What people call a way to pay."""
    return PROVIDERS.get(provider, provider)


EVENTS = {
    "member.joined": _("会员注册"),
    "order.placed": _("下单"),
    "order.paid": _("付款"),
    "order.shipped": _("发货"),
    "order.received": _("收货"),
    "order.completed": _("订单完成"),
    "order.cancelled": _("订单取消"),
    "order.refunded": _("退款"),
    "order.case_changed": _("售后变化"),
    "case.opened": _("售后申请"),
    "case.overdue": _("售后超时"),
    "mall.margin_changed": _("手续费或利润率变更"),
    "plan.changed": _("方案变更"),
    "sku.cost_changed": _("成本价变更"),
    "conversion.recorded": _("转化"),
}


@register.simple_tag
def event_name(kind: str) -> Any:
    """What people call a kind of event."""
    return EVENTS.get(kind, kind)


BINDINGS = {
    "ref": _("通过分享码"),
    "visitor": _("通过此前点击的链接"),
    "none": _("没有推荐人"),
    "refused:suspended": _("推荐人已停权，未绑定"),
    "refused:closed": _("推荐人已注销，未绑定"),
    "refused:unknown_code": _("分享码不存在，未绑定"),
}


@register.simple_tag
def binding_name(source: str) -> Any:
    """How somebody came to his referrer, in words."""
    return BINDINGS.get(source, source)


LEVELS = {1: _("一级"), 2: _("二级"), 3: _("三级")}
SCOPES = {"mall": _("商城统一"), "category": _("分类"), "product": _("商品"), "sku": _("规格")}
RULES = {
    "last_click": _("最后点击"),
    "bound": _("绑定的推荐人"),
    "direct": _("链接的主人"),
    "self": _("本人"),
    "none": _("没有推广者"),
}
JOURNALS = {
    "accrue": _("计佣"),
    "reverse": _("收回"),
    "release": _("结算"),
    "payout_hold": _("申请提现"),
    "payout_settle": _("提现到账"),
    "payout_return": _("提现退回"),
    "write_off": _("核销欠款"),
    "forfeit": _("注销放弃"),
}
ACCOUNTS = {
    "pending": _("待结算"),
    "available": _("可提现"),
    "in_transit": _("提现中"),
    "debt": _("欠款"),
    "expense": _("佣金支出"),
    "paid_out": _("已付佣金"),
    "write_off": _("坏账核销"),
}


@register.simple_tag
def level_name(level: int) -> Any:
    """1 → 一级."""
    return LEVELS.get(level, level)


@register.simple_tag
def scope_name(scope: str) -> Any:
    """Whose setting a rate is."""
    return SCOPES.get(scope, scope)


@register.simple_tag
def rule_name(rule: str) -> Any:
    """By which rule a conversion was attributed."""
    return RULES.get(rule, rule)


@register.simple_tag
def journal_name(event_type: str) -> Any:
    """What people call a kind of journal."""
    return JOURNALS.get(event_type, event_type)


@register.simple_tag
def account_name(kind: str) -> Any:
    """What people call a kind of account."""
    return ACCOUNTS.get(kind, kind)


@register.simple_tag
def signed(fen: int) -> SafeString:
    """+¥1.00 or −¥1.00, the second in red."""
    if fen < 0:
        return format_html('<span class="minus">−¥{}</span>', money.yuan(-fen))
    return format_html("+¥{}", money.yuan(fen))


STEPS = {
    "awaiting_payment": _("下单"),
    "paid": _("付款"),
    "shipped": _("发货"),
    "received": _("确认收货"),
    "completed": _("订单完成"),
    "cancelled": _("取消"),
    "closed": _("关闭"),
}


@register.simple_tag
def step_name(status: str) -> Any:
    """What happened when an order came into a state."""
    return STEPS.get(status, status)
