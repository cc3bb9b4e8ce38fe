"""What is refused about categories and products."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict


class BadCategory(BadInput):
    """400: a category's name or position cannot be meant."""

    code = "invalid"
    field = "name"


class CategoryNameTaken(Conflict):
    """409: a sibling has this name."""

    code = "name_taken"
    field = "name"
    message = _("同一级下已有同名分类，请换一个名称。")


class CategoryLoop(Conflict):
    """409: a category cannot hang below itself."""

    code = "category_loop"
    field = "parent"
    message = _("不能把分类移到它自己或它的下级之下，请选择别的上级分类。")


class CategoryTooDeep(Conflict):
    """409: the tree would get more levels than a page can show."""

    code = "category_too_deep"
    field = "parent"


class CategoryNotEmpty(Conflict):
    """409: categories or products are still in it."""

    code = "category_not_empty"


class BadProduct(BadInput):
    """400: a field of a product or of its SKUs cannot be meant; `field` says which."""


class NoSkus(Conflict):
    """409: nothing to sell."""

    code = "no_skus"
    field = "skus"
    message = _("商品还没有可售规格，请先添加至少一个规格再上架。")


class BadPicture(BadInput):
    """400: not a picture we can show."""

    code = "bad_picture"
    field = "file"


class SamplesThere(Conflict):
    """409: the sample goods are in the shop already."""

    code = "samples_there"
    message = _("示例商品已经在店里了。")


class TooManyToExport(Conflict):
    """409: more than one file may hold."""

    code = "too_many_to_export"
