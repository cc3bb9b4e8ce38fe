"""微信支付 of the dashboard: the merchant's account, whether it works, and the bills compared with our books."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mall.dashboard.doors import staff_page
from mall.dashboard.exports import export_of, yuan_cell
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import DashboardForm, FilterForm, filters_of
from mall.dashboard.lists import page_of
from mall.dashboard.pages import show
from mall.malls.selectors import base_url, primary_host
from mall.payments.wechat.accounts import PEM_MAX, Seen, account_seen, change_account
from mall.payments.wechat.doctor import examine
from mall.payments.wechat.models import BillDifference
from mall.payments.wechat.selectors import bills_with_counts, differences, unfinished_refunds
from mall.payments.wechat.ways import PAY_PATH, REFUND_PATH
from mall.staff import rights

VIEWS = ("differences", "bills", "refunds")


def _secret(**attributes: Any) -> forms.PasswordInput:
    # Browsers must neither fill their own password in nor keep this one.
    return forms.PasswordInput(attrs={"autocomplete": "new-password", **attributes})


class KeyArea(forms.Textarea):
    """Several lines that are never sent back, not even beside a mistake elsewhere in the form."""

    def __init__(self) -> None:
        super().__init__(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"})

    def format_value(self, value: Any) -> str:
        return ""


class AccountForm(DashboardForm):
    """The papers of 微信商户平台. Secrets go in and never come out."""

    mchid = PlainTextField(max_length=32, label=_("商户号"), help_text=_("商户平台 → 账户中心 → 商户信息。"))
    appid = PlainTextField(max_length=32, label=_("公众号 AppID"), help_text=_("须与商户号绑定。"))
    app_secret = PlainTextField(
        max_length=64,
        required=False,
        widget=_secret(),
        label=_("公众号 AppSecret"),
        help_text=_("在微信里付款需要它来识别付款人。"),
    )
    mini_appid = PlainTextField(max_length=32, required=False, label=_("小程序 AppID"))
    mini_app_secret = PlainTextField(max_length=64, required=False, widget=_secret(), label=_("小程序 AppSecret"))
    verify_word = PlainTextField(
        max_length=64,
        required=False,
        label=_("域名校验码"),
        help_text=_("公众平台给的文件 MP_verify_xxxx.txt 中的 xxxx，填写后本站会提供这个文件。"),
    )
    merchant_serial = PlainTextField(max_length=64, label=_("商户 API 证书序列号"))
    private_key = PlainTextField(
        max_length=PEM_MAX,
        required=False,
        label=_("商户 API 私钥"),
        help_text=_("apiclient_key.pem 的全部内容。"),
        widget=KeyArea(),
    )
    api_v3_key = PlainTextField(
        max_length=32, required=False, widget=_secret(), label=_("APIv3 密钥"), help_text=_("32 个字符。")
    )
    platform_serial = PlainTextField(
        max_length=64,
        required=False,
        label=_("微信支付公钥 ID"),
        help_text=_("PUB_KEY_ID_ 开头；用平台证书时填证书序列号。"),
    )
    platform_keys = PlainTextField(
        max_length=PEM_MAX,
        required=False,
        label=_("微信支付公钥"),
        help_text=_("pub_key.pem 或平台证书的全部内容。"),
        widget=KeyArea(),
    )
    is_active = forms.BooleanField(
        required=False, label=_("启用微信支付"), help_text=_("关闭后买家看不到微信支付；已发起的付款和退款照常处理。")
    )

    def changes(self) -> dict[str, Any]:
        """What the service takes; an empty secret is left out, and so stays as it was."""
        given = dict(self.cleaned_data)
        given.pop("is_active")
        serial, pem = given.pop("platform_serial"), given.pop("platform_keys")
        words = ("mchid", "appid", "mini_appid", "merchant_serial")
        found = {name: value for name, value in given.items() if name in words or value}
        return found | ({"platform_keys": {serial: pem}} if serial or pem else {})

    @classmethod
    def initial_of(cls, seen: Seen | None) -> dict[str, Any]:
        """What may be shown again."""
        if seen is None:
            return {"is_active": True}
        names = ("mchid", "appid", "mini_appid", "merchant_serial", "verify_word", "is_active")
        return {name: getattr(seen, name) for name in names}


@staff_page(rights.CONFIRM_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The account as it was entered, without its secrets, and a form to enter it."""
    seen = account_seen()
    form = AccountForm(request.POST) if request.method == "POST" else AccountForm(initial=AccountForm.initial_of(seen))

    def write() -> None:
        change_account(changes=form.changes(), is_active=form.cleaned_data["is_active"], actor=request.staff_member)

    if request.method == "POST" and form.is_valid() and form.carried_out(write):
        messages.success(request, _t("已保存。密钥已加密，不会再显示。请点“检查”确认可用。"))
        return HttpResponseRedirect(reverse("dashboard:wechat"))
    return _show_account(request, form, seen)


@staff_page(rights.CONFIRM_PAYMENTS)
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """The examination's steps, asked of WeChat now."""
    seen = account_seen()
    return _show_account(request, AccountForm(initial=AccountForm.initial_of(seen)), seen, steps=list(examine()))


def _show_account(
    request: HttpRequest, form: AccountForm, seen: Seen | None, steps: list[Any] | None = None
) -> HttpResponse:
    host = primary_host()
    base = base_url(host)
    context = {
        "section": "wechat",
        "form": form,
        "seen": seen,
        "steps": steps,
        "notify_addresses": [base + PAY_PATH, base + REFUND_PATH],
        "domain": host,
    }
    return show(request, "dashboard/wechat.html", context)


class DifferenceFilter(FilterForm):
    """What the differences can be narrowed to."""

    number = PlainTextField(
        required=False,
        max_length=64,
        label=_("商户单号"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        required=False, label=_("差异"), choices=[("", _("全部差异")), *BillDifference.Kind.choices]
    )
    subject = forms.ChoiceField(
        required=False, label=_("类型"), choices=[("", _("付款与退款")), *BillDifference.Subject.choices]
    )


@staff_page(rights.CONFIRM_PAYMENTS)
@require_safe
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Differences, bills, or refunds on their way; differences also as a file."""
    view = request.GET.get("view", "differences")
    view = view if view in VIEWS else "differences"
    form = filters_of(DifferenceFilter, request)
    asked = form.asked()
    if view == "differences" and (file := _exported(request, differences(**asked))):
        return file
    rows: Any = {
        "differences": lambda: differences(**asked),
        "bills": bills_with_counts,
        "refunds": unfinished_refunds,
    }[view]()
    context = {
        "section": "reconciliation",
        "view": view,
        "form": form,
        "page": page_of(request, rows),
        "is_narrowed": bool(asked) and view == "differences",
    }
    return show(request, "dashboard/reconciliation.html", context)


def _exported(request: HttpRequest, rows: QuerySet[BillDifference]) -> HttpResponse | None:
    columns = [
        (_("日期"), lambda row: row.bill.day.isoformat()),
        (_("类型"), lambda row: str(row.get_subject_display())),
        (_("差异"), lambda row: str(row.get_kind_display())),
        (_("商户单号"), lambda row: row.number),
        (_("微信单号"), lambda row: row.provider_reference),
        (_("商城金额"), lambda row: yuan_cell(row.ours_fen)),
        (_("账单金额"), lambda row: yuan_cell(row.theirs_fen)),
    ]
    return export_of(request, rows, name="reconciliation", columns=columns)


urlpatterns = [
    path("wechat", account, name="wechat"),
    path("wechat/check", check, name="wechat-check"),
    path("reconciliation", reconciliation, name="reconciliation"),
]
