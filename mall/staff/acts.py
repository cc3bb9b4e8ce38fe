"""The audit log in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from mall.money import yuan
from mall.staff.models import Role

ACTS: dict[str, Any] = {
    "case.approved": _("同意售后"),
    "case.received": _("确认收到退货"),
    "case.rejected": _("拒绝售后"),
    "case.resent": _("寄出换修商品"),
    "checklist.dismissed": _("收起开店清单"),
    "checklist.plan_seen": _("确认推广方案"),
    "debt.written_off": _("核销欠款"),
    "event.retried": _("重试事件"),
    "invoice.issued": _("登记已开票"),
    "invoice.refused": _("不予开票"),
    "ledger.audited": _("核对账本"),
    "list.exported": _("导出列表"),
    "mall.created": _("创建商城"),
    "mall.settings_changed": _("修改设置"),
    "mall.status_changed": _("平台运营停用或开放商城"),
    "member.suspended": _("会员停权"),
    "member.active": _("恢复会员"),
    "operator.entered": _("平台运营进入商城"),
    "operator.left": _("平台运营离开商城"),
    "operator.password_link": _("平台运营为店主生成重设密码链接"),
    "order.shipped": _("发货"),
    "order.cancelled": _("取消订单"),
    "payment.confirmed": _("确认收款"),
    "payment.proof_added": _("登记转账凭证"),
    "payment.proof_refused": _("退回转账凭证"),
    "payout.approved": _("审核通过提现"),
    "payout.rejected": _("退回提现"),
    "payout.settled": _("登记打款"),
    "plan.changed": _("修改推广方案"),
    "coupon.created": _("新建优惠券"),
    "coupon.changed": _("修改优惠券"),
    "coupon.closed": _("停止发放优惠券"),
    "coupon.given": _("发放优惠券"),
    "limited_price.created": _("新建限时价"),
    "limited_price.closed": _("结束限时价"),
    "limited_price.extended": _("限时价延期"),
    "limited_price.resumed": _("恢复限时价"),
    "limited_price.paused": _("暂停限时价"),
    "threshold_discount.created": _("新建满减"),
    "threshold_discount.closed": _("结束满减"),
    "freight.saved": _("保存运费模板"),
    "freight.deleted": _("删除运费模板"),
    "refund.approved": _("同意退款"),
    "refund.rejected": _("拒绝退款"),
    "review.hidden": _("隐藏评价"),
    "review.replied": _("回复评价"),
    "review.shown": _("恢复展示评价"),
    "samples.added": _("添加示例商品"),
    "samples.removed": _("删除示例商品"),
    "staff.added": _("添加员工"),
    "staff.deactivated": _("停用员工"),
    "staff.password_changed": _("修改自己的密码"),
    "staff.password_link": _("生成重设密码链接"),
    "staff.password_set": _("用链接设置了新密码"),
    "staff.reactivated": _("恢复员工"),
    "staff.role_changed": _("修改员工角色"),
    "webhook.failed": _("群通知发送失败，已关闭"),
    "webhook.removed": _("关闭群通知"),
    "webhook.set": _("设置群通知"),
    "wechat_account.saved": _("保存微信支付"),
}

_DETAILS: dict[str, Any] = {
    "amount_fen": _("金额"),
    "price_fen": _("限时价"),
    "floor_fen": _("底价"),
    "least_fen": _("最低可卖"),
    "break_even_fen": _("保本价"),
    "floor": _("底价计算"),
    "cost_fen": _("成本"),
    "fee_fen": _("手续费"),
    "commission_fen": _("最高佣金"),
    "margin_bps": _("利润"),
    "threshold_fen": _("满"),
    "off_fen": _("减"),
    "buyers": _("人数"),
    "products": _("商品数"),
    "deleted": _("已删除"),
    "kept": _("已下架"),
    "rules": _("地区条数"),
    "proof": _("凭证编号"),
    "mchid": _("商户号"),
    "is_active": _("启用"),
    "ends_at": _("结束时间"),
    "until": _("到"),
    "before": _("原为"),
    "after": _("改为"),
    "evidence": _("凭证"),
    "fields": _("改动"),
    "handler": _("处理者"),
    "hosts": _("域名"),
    "hours": _("小时数"),
    "kind": _("类型"),
    "list": _("列表"),
    "rows": _("条数"),
    "order": _("订单编号"),
    "reason": _("原因"),
    "reference": _("流水号"),
    "role": _("角色"),
    "slug": _("标识"),
    "stars": _("星级"),
    "version": _("版本"),
}

# Names of settings and of a plan's fields, as the records keep them.
_FIELDS: dict[str, Any] = {
    "after_sales_days": _("售后期"),
    "attribution": _("归属规则"),
    "attribution_window_days": _("点击有效期"),
    "auto_receive_days": _("自动确认收货"),
    "bank_instructions": _("银行转账说明"),
    "brand_color": _("主题色"),
    "budget_month_fen": _("月预算"),
    "ceiling_bps": _("分佣总上限"),
    "click_cap_day_fen": _("点击每日上限"),
    "click_fen": _("每次点击"),
    "click_pays": _("哪些点击计佣"),
    "count_staff_visits": _("员工访问计佣"),
    "four_eyes_payouts": _("提现两人经手"),
    "hold_days": _("结算等待"),
    "include_freight": _("运费计佣"),
    "name": _("名称"),
    "notice": _("公告"),
    "order_levels_bps": _("订单分佣"),
    "overrides": _("单独设置"),
    "payout_min_fen": _("最低提现"),
    "phone_proof_required": _("验证手机号"),
    "registration_cap_day_fen": _("注册每日上限"),
    "registration_fen": _("每位新会员"),
    "licence": _("营业执照信息"),
    "payment_fee_bps": _("支付手续费"),
    "promotion_margin_bps": _("促销最低毛利"),
    "returns_address": _("退货地址"),
    "returns_promise": _("退换承诺"),
    "service_hours": _("服务时间"),
    "service_wechat": _("客服微信号"),
    "self_purchase_earns": _("自购返佣"),
    "service_phone": _("客服电话"),
    "timezone": _("时区"),
    "unpaid_close_minutes": _("未付款自动关闭"),
}

_SUBJECTS: dict[str, Any] = {
    "commissions.payout": _("提现单"),
    "commissions.planversion": _("方案"),
    "mall.case": _("售后单"),
    "mall.coupontemplate": _("优惠券"),
    "mall.delivery": _("事件"),
    "mall.freighttemplate": _("运费模板"),
    "mall.invoicerequest": _("发票"),
    "mall.limitedprice": _("限时价"),
    "mall.mall": _("商城"),
    "mall.order": _("订单"),
    "mall.payment": _("付款"),
    "mall.refund": _("退款单"),
    "mall.review": _("评价"),
    "mall.staffmember": _("员工"),
    "mall.thresholddiscount": _("满减"),
    "mall.user": _("登录帐号"),
    "mall.wechataccount": _("微信支付"),
    "members.member": _("会员"),
}


# Kinds of coupons and of cases.
_KINDS: dict[str, Any] = {
    "fixed": _("满减券"),
    "percent": _("折扣券"),
    "refund": _("仅退款"),
    "return": _("退货退款"),
    "exchange": _("换货"),
    "repair": _("维修"),
}

_MOMENTS = ("ends_at", "until")


def subject_name(kind: str) -> str:
    """What people call a kind of thing that was acted on."""
    return str(_SUBJECTS.get(kind, kind))


def act_name(action: str) -> str:
    """What people call an act; one without a name shows as it is recorded."""
    return str(ACTS.get(action, action))


def detail_in_words(detail: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and value of everything an act recorded."""
    names = _DETAILS | _FIELDS
    # The database keeps no order of them: as the table above has them, the rest behind.
    places = {name: place for place, name in enumerate(names)}
    told = sorted(detail.items(), key=lambda pair: places.get(pair[0], len(places)))
    return [(str(names.get(name, name)), _value(name, value)) for name, value in told if value != ""]


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _t("是") if value else _t("否")
    if isinstance(value, int):
        return _number(name, value)
    if isinstance(value, list):
        return _t("、").join(str(_FIELDS.get(one, one)) for one in value)
    if isinstance(value, dict):
        return _t("，").join(f"{one} {said}" for one, said in detail_in_words(value))
    return _word(name, str(value))


def _number(name: str, value: int) -> str:
    if name.endswith("_fen"):
        return f"¥{yuan(value)}"
    return f"{value / 100:g}%" if name.endswith("_bps") else str(value)


def _word(name: str, value: str) -> str:
    if name in _MOMENTS:
        return datetime.fromisoformat(value).astimezone(timezone.get_current_timezone()).strftime("%Y-%m-%d %H:%M")
    if name == "kind":
        return str(_KINDS.get(value, value))
    return str(Role(value).label) if value in Role.values else value
