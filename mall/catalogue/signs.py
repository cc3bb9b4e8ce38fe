"""A category's own picture, shown in the grid of the home page."""

from __future__ import annotations

import uuid
from functools import partial

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from mall.catalogue.models import Category
from mall.catalogue.pictures import drawn_anew
from mall.tenancy.context import require_mall_id


def set_category_icon(*, category: Category, data: bytes) -> Category:
    """Give a category a picture (JPEG, PNG or WebP up to 10 MB, drawn anew); empty data takes it away.

    Locks the category's row. Raises BadPicture.
    """
    drawn = drawn_anew(data) if data else b""
    # Row and icon only: the tree's numbers of a stale node must not be written.
    before = Category.objects.select_for_update(no_key=True).values_list("icon", flat=True).get(pk=category.pk)
    file = ""
    if drawn:
        file = f"{require_mall_id('An icon')}/categories/{uuid.uuid4().hex}.jpg"
        default_storage.save(file, ContentFile(drawn))
    Category.objects.filter(pk=category.pk).update(icon=file)
    if before:
        transaction.on_commit(partial(default_storage.delete, before), robust=True)
    category.icon = file
    return category
