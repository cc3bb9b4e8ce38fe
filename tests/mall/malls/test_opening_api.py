"""A merchant's first day by the merchant API."""

from __future__ import annotations

import pytest

from mall.catalogue.models import Product
from mall.tenancy.context import mall_scope
from tests.factories.http import api_as_staff, errors_of
from tests.factories.mall import make_mall, make_staff, owner_of
from tests.factories.members import make_member
from tests.factories.trade import place_and_pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall():
    return make_mall()


@pytest.fixture
def desk(mall):
    return api_as_staff(owner_of(mall))


def done(desk):
    return {step["key"]: step["is_done"] for step in desk.get("merchant/checklist").json()["steps"]}


def test_steps_are_ticked_by_their_facts(mall, desk):
    assert done(desk) == {"goods": False, "payment": False, "freight": False, "plan": False, "order": False}
    desk.patch("merchant/settings", {"bank_instructions": ["户名：某某"]})
    assert desk.post("merchant/checklist/plan-seen").status_code == 204
    assert done(desk) == {"goods": False, "payment": True, "freight": False, "plan": True, "order": False}
    # Goods that travel free, and somebody who bought them: that was the last of it.
    place_and_pay(mall, make_member(mall).buyer)
    assert done(desk) == {}


def test_the_list_is_put_away_for_good(desk):
    assert desk.delete("merchant/checklist").status_code == 204
    assert desk.get("merchant/checklist").json() == {"steps": [], "has_samples": False}
    assert desk.delete("merchant/checklist").status_code == 204


def test_samples_come_and_go(mall, desk):
    answer = desk.post("merchant/samples")
    assert (answer.status_code, answer.json()) == (201, {"added": 12})
    assert desk.get("merchant/checklist").json()["has_samples"] is True
    assert errors_of(desk.post("merchant/samples"))[0][0] == "samples_there"
    with mall_scope(mall.pk):
        assert Product.objects.filter(is_sample=True).count() == 12
    assert desk.delete("merchant/samples").json() == {"deleted": 12, "kept": 0}
    with mall_scope(mall.pk):
        assert not Product.objects.exists()
    assert desk.delete("merchant/samples").json() == {"deleted": 0, "kept": 0}


def test_service_sees_no_list_and_makes_no_samples(mall):
    api = api_as_staff(make_staff(mall, "service"))
    assert [api.get("merchant/checklist").status_code, api.post("merchant/samples").status_code] == [403, 403]
