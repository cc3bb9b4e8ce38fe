"""What promoters read about commissions: kinds, states, reasons, rules, movements."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KIND_NAMES: dict[str, Promise] = {"click": _("点击"), "registration": _("注册"), "order": _("订单")}
KIND_SIGNS = {"click": "growth", "registration": "people", "order": "orders"}
STATE_NAMES: dict[str, Promise] = {
    "pending": _("待结算"),
    "available": _("已结算"),
    "held": _("暂缓"),
    "reversed": _("已失效"),
}
STATE_TONES = {"pending": "tag_warm", "available": "tag_ok", "held": "tag_warm", "reversed": ""}
LEVEL_NAMES: dict[int, Promise] = {1: _("一级"), 2: _("二级"), 3: _("三级")}

# Why something pays nothing: the short word of a list, and the sentence that explains it.
REASONS: dict[str, tuple[Promise, Promise]] = {
    "bot": (_("机器访问"), _("来自爬虫或链接预览程序，不是真人。")),
    "no_ua": (_("缺少浏览器标识"), _("访问没有说明浏览器，按机器访问处理。")),
    "prefetch": (_("链接预览"), _("浏览器或应用预先读取了页面，没有人看到。")),
    "head": (_("非页面访问"), _("只查询了地址，没有打开页面。")),
    "own_click": (_("本人点击"), _("链接有效；您本人的点击不计佣。")),
    "staff": (_("商家员工访问"), _("商家员工的访问不计佣。")),
    "unconfirmed": (_("页面未打开"), _("点了链接，但页面没有真正显示出来。")),
    "duplicate": (_("重复点击"), _("同一访客一小时内只计一次。")),
    "member": (_("访客已是会员"), _("点击佣金只奖励新访客。")),
    "ip_cap": (_("同一网络过多"), _("同一网络当天的点击超过了上限。")),
    "capped": (_("已达每日上限"), _("您当天的这类佣金已达上限。")),
    "budget": (_("预算已用完"), _("商家本月的这类佣金预算已用完。")),
    "rate_zero": (_("佣金为零"), _("按当时的方案，这一项的佣金是零。")),
    "suspended": (_("推广资格停用"), _("当时您的推广资格处于停用状态。")),
    "no_activity": (_("未在期限内收货"), _("新会员没有在 30 天内收到首单。")),
    "self_purchase": (_("本人购买"), _("本人购买不计佣。")),
    "no_referrer": (_("没有推广者"), _("这笔不是经推广链接而来。")),
    "reregistered": (_("重复注册"), _("这个手机号曾经注册过。")),
    "refunded": (_("已全额退款"), _("订单已全额退款，佣金随之收回。")),
    "closed": (_("账号已注销"), _("账号已注销，不再计佣。")),
}
OTHER_REASON = (_("未计佣"), _("这一笔不计佣。"))

RULES: dict[str, Promise] = {
    "last_click": _("最后一次有效点击：下单前最后打开的推广链接"),
    "bound": _("绑定关系：买家注册时的推荐人"),
    "direct": _("直接带来：经您的链接点击或注册"),
    "self": _("本人购买，按商家的规则计佣"),
    "none": _("没有归属"),
}
SCOPES: dict[str, Promise] = {
    "mall": _("全店比例"),
    "category": _("分类比例"),
    "product": _("商品比例"),
    "sku": _("规格比例"),
}
MOVEMENTS: dict[str, Promise] = {
    "accrue": _("计入"),
    "reverse": _("退款收回"),
    "release": _("结算"),
    "forfeit": _("注销放弃"),
}
ACCOUNTS: dict[str, Promise] = {
    "pending": _("待结算"),
    "available": _("可提现"),
    "in_transit": _("提现中"),
    "debt": _("待抵扣"),
}


def reason_name(reason: str) -> Promise:
    """The short word for a reason; a reason nobody has written a word for still gets one."""
    return REASONS.get(reason, OTHER_REASON)[0]


def reason_sentence(reason: str) -> Promise:
    """The sentence that explains a reason."""
    return REASONS.get(reason, OTHER_REASON)[1]
