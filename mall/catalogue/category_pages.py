"""分类: the tree of categories, small and written by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from mall.api.lookup import get_or_404
from mall.catalogue import tree
from mall.catalogue.models import Category, Product
from mall.catalogue.pictures import BYTES_MAX
from mall.catalogue.selectors import CategoryNode, category_tree, picture_url
from mall.catalogue.signs import set_category_icon
from mall.dashboard.actions import Question, ask
from mall.dashboard.doors import staff_page
from mall.dashboard.fields import PlainTextField
from mall.dashboard.forms import DashboardForm
from mall.dashboard.pages import show
from mall.staff import rights


class CategoryForm(DashboardForm):
    """A category's name and place."""

    name = PlainTextField(max_length=40, label=_("名称"), widget=forms.TextInput(attrs={"autofocus": True}))
    parent = forms.ModelChoiceField(
        queryset=None, required=False, label=_("上级分类"), empty_label=_("无，作为一级分类"), to_field_name="public_id"
    )
    position = forms.IntegerField(
        min_value=0, max_value=tree.POSITION_MAX, label=_("排序"), help_text=_("数字小的排在前面。"), initial=0
    )

    icon = forms.FileField(
        required=False,
        label=_("图标"),
        help_text=_("显示在首页的分类格子里。JPG、PNG 或 WebP，不超过 10 MB。"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        field.queryset = Category.objects.all()
        field.label_from_instance = lambda category: "　" * category.level + category.name


class CategoryWithIconForm(CategoryForm):
    """The same for a category that has an icon, which may go."""

    remove_icon = forms.BooleanField(
        required=False, label=_("去掉现在的图标"), help_text=_("恢复为用名称生成的图标；选了新图标则以新图标为准。")
    )


@staff_page(rights.EDIT_PRODUCTS)
@require_safe
def category_list(request: HttpRequest) -> HttpResponse:
    """The whole tree, with how many products each category holds."""
    counts = dict(Product.objects.filter(category__isnull=False).values_list("category").annotate(Count("id")))
    rows = [(node, depth, counts.get(node.id, 0), picture_url(node.icon)) for node, depth in _flat(category_tree())]
    return show(request, "dashboard/categories.html", {"section": "products", "rows": rows})


def _set_icon(category: Category, file: UploadedFile | None) -> None:
    if file is not None:
        set_category_icon(category=category, data=file.read(BYTES_MAX + 1))


def _flat(nodes: list[CategoryNode], depth: int = 0) -> list[tuple[CategoryNode, int]]:
    found = []
    for node in nodes:
        found.append((node, depth))
        found += _flat(node.children, depth + 1)
    return found


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def category_new(request: HttpRequest) -> HttpResponse:
    """One more category."""

    def create(typed: dict[str, Any]) -> None:
        icon = typed.pop("icon")
        category = tree.create_category(**typed)
        _set_icon(category, icon)

    question = Question(
        title=_("新建分类"),
        sentence=_("买家按分类找商品，也可以给分类单独设置佣金。"),
        button=_("创建"),
        back=reverse("dashboard:categories"),
    )
    return ask(
        request,
        question,
        create,
        form_class=CategoryForm,
        done=_t("分类已创建。"),
    )


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def category_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another name, another place."""
    category = get_or_404(Category.objects.select_related("parent"), public_id)

    def change(typed: dict[str, Any]) -> None:
        tree.move_category(category=category, parent=typed["parent"])
        tree.rename_category(category=category, name=typed["name"], position=typed["position"])
        _set_icon(category, typed["icon"])
        if typed.get("remove_icon") and typed["icon"] is None:
            set_category_icon(category=category, data=b"")

    question = Question(
        title=_("修改分类"),
        sentence=_t("“%(name)s”连同下级分类一起移动，其中的商品不变。") % {"name": category.name},
        button=_("保存"),
        back=reverse("dashboard:categories"),
    )
    initial = {"name": category.name, "parent": category.parent, "position": category.position}
    form_class = CategoryWithIconForm if category.icon else CategoryForm
    return ask(request, question, change, form_class=form_class, initial=initial, done=_t("分类已保存。"))


@staff_page(rights.EDIT_PRODUCTS)
@require_http_methods(["GET", "HEAD", "POST"])
def category_delete(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an empty category away."""
    category = get_or_404(Category.objects.all(), public_id)
    question = Question(
        title=_("删除分类"),
        sentence=_t("删除“%(name)s”。里面还有商品或下级分类时不能删除。") % {"name": category.name},
        button=_("删除"),
        back=reverse("dashboard:categories"),
        is_grave=True,
    )
    return ask(request, question, lambda _typed: tree.delete_category(category=category), done=_t("分类已删除。"))


urlpatterns = [
    path("categories", category_list, name="categories"),
    path("categories/new", category_new, name="category-new"),
    path("categories/<str:public_id>", category_edit, name="category"),
    path("categories/<str:public_id>/delete", category_delete, name="category-delete"),
]
