"""设置: the mall's name, its timers and its switches."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mall.dashboard.doors import staff_page
from mall.dashboard.fields import PercentField, PlainTextField, YuanField
from mall.dashboard.forms import DashboardForm
from mall.dashboard.pages import show
from mall.malls.models import Mall, MallHost
from mall.malls.services import update_settings
from mall.staff import rights

LINES_MAX, LINE_MAX = 10, 200


class NumberField(forms.IntegerField):
    """A whole number with its unit behind it."""

    def __init__(self, *, unit: Any, least: int, most: int, **kwargs: Any) -> None:
        self.unit = unit
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(min_value=least, max_value=most, widget=widget, **kwargs)


class SettingsForm(DashboardForm):
    """What a merchant decides about his own mall."""

    name = PlainTextField(max_length=60, label=_("商城名称"))
    notice = PlainTextField(max_length=200, required=False, label=_("公告"), help_text=_("显示在商城首页。"))
    service_phone = PlainTextField(max_length=20, required=False, label=_("客服电话"))
    service_wechat = PlainTextField(
        max_length=40, required=False, label=_("客服微信号"), help_text=_("买家可一键复制。")
    )
    service_hours = PlainTextField(
        max_length=60, required=False, label=_("服务时间"), help_text=_("例如：每天 9:00-21:00")
    )
    licence = PlainTextField(
        max_length=120,
        required=False,
        label=_("营业执照信息"),
        help_text=_("显示在每页页脚：企业名称和统一社会信用代码。"),
    )
    returns_promise = PlainTextField(
        max_length=200, required=False, label=_("退换承诺"), help_text=_("显示在商品页和页脚。")
    )
    returns_address = PlainTextField(
        max_length=300,
        required=False,
        label=_("退货地址"),
        help_text=_("收件人、电话、地址；同意退货后告诉买家。"),
    )
    payment_fee_bps = PercentField(most=2_000, label=_("支付手续费"), help_text=_("限时价的底价会算上它。"))
    promotion_margin_bps = PercentField(
        most=9_000, label=_("促销最低毛利"), help_text=_("限时价不得低于成本、手续费、最高佣金加上这个毛利。")
    )
    brand_color = forms.CharField(max_length=7, label=_("主题色"), widget=forms.TextInput(attrs={"type": "color"}))
    phone_proof_required = forms.BooleanField(
        required=False, label=_("注册须验证手机号"), help_text=_("关闭后可只用手机号和密码注册，容易被批量注册。")
    )
    unpaid_close_minutes = NumberField(
        unit=_("分钟"), least=1, most=7 * 24 * 60, label=_("未付款自动关闭"), help_text=_("到时库存退回。")
    )
    auto_receive_days = NumberField(unit=_("天"), least=1, most=90, label=_("发货后自动确认收货"))
    after_sales_days = NumberField(
        unit=_("天"), least=0, most=90, label=_("收货后售后期"), help_text=_("期满订单完成，买家不能再申请退款。")
    )
    payout_min_fen = YuanField(least=1, label=_("最低提现"))
    four_eyes_payouts = forms.BooleanField(
        required=False,
        label=_("提现须两人经手"),
        help_text=_("审核通过的人不能登记打款。至少要有两位有提现权限的员工。"),
    )
    bank_instructions = PlainTextField(
        max_length=LINES_MAX * (LINE_MAX + 1),
        required=False,
        label=_("银行转账说明"),
        help_text=_("买家选择转账付款时看到：开户名、银行、账号，每行一项，至多 10 行。留空则不提供转账。"),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_bank_instructions(self) -> list[str]:
        """Lines without the empty ones between them."""
        lines = [line.strip() for line in self.cleaned_data["bank_instructions"].splitlines() if line.strip()]
        if len(lines) > LINES_MAX or any(len(line) > LINE_MAX for line in lines):
            raise forms.ValidationError(
                _t("至多 %(n)s 行，每行至多 %(most)s 个字。") % {"n": LINES_MAX, "most": LINE_MAX}
            )
        return lines

    @classmethod
    def initial_of(cls, mall: Mall) -> dict[str, Any]:
        """What the form shows of a mall."""
        initial = {name: getattr(mall, name) for name in cls.base_fields}
        return initial | {"bank_instructions": "\n".join(mall.bank_instructions)}


@staff_page(rights.MANAGE_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def mall_settings(request: HttpRequest) -> HttpResponse:
    """The settings of the mall."""
    mall = Mall.objects.get(pk=request.mall_id)
    if request.method == "POST":
        form = SettingsForm(request.POST)
        if form.is_valid() and form.carried_out(
            lambda: update_settings(actor=request.staff_member.user, changes=form.cleaned_data)
        ):
            messages.success(request, _t("设置已保存。"))
            return HttpResponseRedirect(reverse("dashboard:settings"))
    else:
        form = SettingsForm(initial=SettingsForm.initial_of(mall))
    hosts = MallHost.objects.order_by("-is_primary", "id")
    return show(
        request, "dashboard/settings.html", {"section": "settings", "form": form, "hosts": hosts, "settled": mall}
    )


urlpatterns = [path("settings", mall_settings, name="settings")]
