"""What is refused about addresses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mall.errors import BadInput, Conflict


class BadAddress(BadInput):
    """400: a text that cannot be read as one."""

    code = "bad_address"
    field = "text"
    message = _("没有识别出收货信息，请粘贴包含姓名、电话和地址的文字，或直接填写下面各项。")


class BookFull(Conflict):
    """409: as many addresses as a book holds."""

    code = "address_book_full"
    message = _("最多保存 20 个收货地址，请先删除不用的地址。")
