"""Evidence pictures of a case: drawn anew, kept where no address leads, shown to its buyer and to staff only."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from mall.aftersales.case_models import Case, CasePicture
from mall.aftersales.case_transitions import lock_case
from mall.aftersales.errors import TooManyPictures, WrongCaseState
from mall.api.lookup import public_uuid
from mall.buyers.models import Buyer
from mall.catalogue.pictures import drawn_anew
from mall.tenancy.context import require_mall_id

PICTURES_MAX = 9


def add_evidence(*, case: Case, data: bytes) -> CasePicture:
    """Keep a picture as the case's last one, while the case is open. Locks the order and the case.

    data: a JPEG, PNG or WebP file. Raises BadPicture, WrongCaseState, TooManyPictures.
    """
    drawn = drawn_anew(data)
    _order, case = lock_case(case)
    if case.closed_at is not None:
        raise WrongCaseState
    taken = CasePicture.objects.filter(case=case).count()
    if taken >= PICTURES_MAX:
        raise TooManyPictures(_("一个售后单至多 %(most)s 张凭证图片。") % {"most": PICTURES_MAX})
    file = _place(uuid.uuid4())
    storages["private"].save(file, ContentFile(drawn))
    return CasePicture.objects.create(case=case, file=file, position=taken)


def evidence_id(picture: CasePicture) -> str:
    """The id outsiders ask for a picture by."""
    return str(uuid.UUID(picture.file.rsplit("/", 1)[-1].removesuffix(".jpg")))


def evidence(pictures: QuerySet[CasePicture], picture_id: Any) -> HttpResponse:
    """The picture of this id among those somebody may see. Raises Http404 as for one that does not exist."""
    found_id = public_uuid(picture_id)
    picture = pictures.filter(file=_place(found_id)).first() if found_id is not None else None
    if picture is None or not storages["private"].exists(picture.file):
        raise Http404
    with storages["private"].open(picture.file) as file:
        response = HttpResponse(file.read(), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def forget_evidence(*, buyer: Buyer) -> None:
    """Take away every picture a buyer showed; the files go once that is certain. His cases and their steps stay."""
    pictures = CasePicture.objects.filter(case__order__buyer=buyer)
    files = list(pictures.values_list("file", flat=True))
    pictures.delete()
    for file in files:
        transaction.on_commit(partial(storages["private"].delete, file), robust=True)


def _place(picture_id: uuid.UUID) -> str:
    return f"{require_mall_id('A picture')}/cases/{picture_id.hex}.jpg"
