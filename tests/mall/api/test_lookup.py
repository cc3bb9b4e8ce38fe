"""Finding by public id: malformed, missing and foreign read alike."""

from __future__ import annotations

import pytest
from django.http import Http404

from mall.api.lookup import get_or_404
from mall.buyers.models import Buyer
from mall.buyers.services import create_guest
from mall.tenancy.context import mall_scope
from tests.factories.mall import make_mall

pytestmark = pytest.mark.django_db


def test_a_row_is_found_by_its_public_id_however_it_is_cased() -> None:
    with mall_scope(make_mall().pk):
        guest = create_guest()
        for written in (guest.public_id, str(guest.public_id), str(guest.public_id).upper()):
            assert get_or_404(Buyer.objects.all(), written) == guest


@pytest.mark.parametrize(
    "written",
    [
        "",
        "1",
        "abc",
        "\x00",
        "x" * 10_000,
        None,
        7,
        True,
        ["x"],
        "g" * 36,
        "\ud800" * 36,
        "0b6f4c1e-5d1a-4b8e-9f1d-3a7c2e9d4f6" + "￿",
    ],
)
def test_what_is_no_id_is_simply_not_there(written: object) -> None:
    with mall_scope(make_mall().pk), pytest.raises(Http404):
        get_or_404(Buyer.objects.all(), written)


def test_other_ways_to_write_a_uuid_are_no_ids() -> None:
    with mall_scope(make_mall().pk):
        guest = create_guest()
        for written in (guest.public_id.hex, f"{{{guest.public_id}}}"[:36], guest.public_id.urn, str(guest.pk)):
            with pytest.raises(Http404):
                get_or_404(Buyer.objects.all(), written)


def test_another_malls_row_is_not_there() -> None:
    with mall_scope(make_mall().pk):
        foreign = create_guest()
    with mall_scope(make_mall().pk), pytest.raises(Http404):
        get_or_404(Buyer.objects.all(), foreign.public_id)
