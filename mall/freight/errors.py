"""What is refused about freight templates."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict


class BadFreight(BadInput):
    """400: a template nobody could mean; `field` says where."""


class FreightNameTaken(Conflict):
    """409: two templates of one name cannot be told apart."""

    code = "freight_name_taken"
    field = "name"
    message = _("已有同名的运费模板，请换一个名称。")


class FreightInUse(Conflict):
    """409: goods are sent by it."""

    code = "freight_in_use"
    message = _("还有商品使用这个运费模板，请先为它们换一个。")
