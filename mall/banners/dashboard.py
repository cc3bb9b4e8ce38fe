"""轮播图: the pictures at the head of the home page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall.api.lookup import get_or_404
from mall.banners import services
from mall.banners.models import Banner
from mall.banners.selectors import all_banners
from mall.catalogue.pictures import BYTES_MAX
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import DashboardForm
from mall.dashboard.pages import show
from mall.staff import rights


class BannerForm(DashboardForm):
    """A banner's picture, words and place."""

    picture = forms.FileField(
        label=_("图片"),
        help_text=_("宽 7 比高 3 最合适，例如 1050×450。JPG、PNG 或 WebP，不超过 10 MB。"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    title = PlainTextField(max_length=60, required=False, label=_("说明"), help_text=_("图片打不开时显示，读屏会念。"))
    link = PlainTextField(
        max_length=300,
        required=False,
        label=_("点击后打开"),
        help_text=_("在商城里打开要去的页面，把网址粘贴到这里；只填路径也行，例如 /products。可留空。"),
    )
    position = forms.IntegerField(
        min_value=0, max_value=services.POSITION_MAX, initial=0, label=_("排序"), help_text=_("数字小的排在前面。")
    )


class BannerChangeForm(BannerForm):
    """The same, where the picture may stay."""

    is_active = forms.BooleanField(required=False, label=_("显示在首页"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["picture"].required = False


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def banner_list(request: HttpRequest) -> HttpResponse:
    """All of them, as they follow each other."""
    return show(request, "dashboard/banners.html", {"section": "banners", "banners": all_banners()})


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def banner_new(request: HttpRequest) -> HttpResponse:
    """Hang up one more."""

    def add(typed: dict[str, Any]) -> None:
        typed["link"] = _within(request, typed["link"])
        services.add_banner(data=typed.pop("picture").read(BYTES_MAX + 1), **typed)

    question = Question(
        title=_("添加轮播图"), sentence=_("显示在商城首页顶部。"), button=_("添加"), back=reverse("dashboard:banners")
    )
    return ask(request, question, add, form_class=BannerForm, done=_t("轮播图已添加。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def banner_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change one, or hide it."""
    banner = get_or_404(Banner.objects.all(), public_id)

    def change(typed: dict[str, Any]) -> None:
        picture = typed.pop("picture")
        typed["link"] = _within(request, typed["link"])
        services.change_banner(banner=banner, data=picture.read(BYTES_MAX + 1) if picture else None, **typed)

    question = Question(
        title=_("修改轮播图"), sentence=_("不选新图片，就保留现在的。"), button=_("保存"),
        back=reverse("dashboard:banners"),
    )  # fmt: skip
    initial = {name: getattr(banner, name) for name in ("title", "link", "position", "is_active")}
    return ask(request, question, change, form_class=BannerChangeForm, initial=initial, done=_t("轮播图已保存。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def banner_remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take one down for good."""
    banner = get_or_404(Banner.objects.all(), public_id)
    question = Question(
        title=_("删除轮播图"), sentence=_("图片一并删除，不能恢复；只想暂时不显示，请改为不显示在首页。"),
        button=_("删除"), back=reverse("dashboard:banners"), is_grave=True,
    )  # fmt: skip
    return ask(request, question, lambda _typed: services.remove_banner(banner=banner), done=_t("轮播图已删除。"))


def _within(request: HttpRequest, link: str) -> str:
    """A page of this mall, as it is copied from the address bar, is its path."""
    for scheme in ("https", "http"):
        path = link.removeprefix(f"{scheme}://{request.get_host()}")
        if path != link and path[:1] in {"", "/", "?"}:
            return path.partition("#")[0] or "/"
    return link


urlpatterns = [
    path("banners", banner_list, name="banners"),
    path("banners/new", banner_new, name="banner-new"),
    path("banners/<str:public_id>", banner_edit, name="banner"),
    path("banners/<str:public_id>/remove", banner_remove, name="banner-remove"),
]
