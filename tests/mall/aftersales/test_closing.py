"""Closing an account ends no case half-way, and takes the buyer's evidence with it."""

from __future__ import annotations

import pytest
from django.core.files.storage import storages

from mall.aftersales.case_models import Case, CasePicture, CaseStep
from mall.aftersales.evidence import add_evidence
from mall.buyers.closing import close_buyer
from mall.buyers.errors import OpenOrders
from mall.tenancy.context import mall_scope
from tests.factories.cases import complain, step
from tests.factories.mall import make_mall
from tests.factories.members import make_member
from tests.factories.pictures import a_picture
from tests.factories.trade import place_and_pay, receive

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_open_case_holds_the_account_and_its_evidence_goes_with_it():
    mall = make_mall()
    buyer, other = make_member(mall).buyer, make_member(mall).buyer
    case, others = (complain(receive(place_and_pay(mall, who)), "repair") for who in (buyer, other))
    with mall_scope(mall.pk):
        for one in (case, others):
            add_evidence(case=one, data=a_picture())
        with pytest.raises(OpenOrders):
            close_buyer(buyer=buyer)
        assert CasePicture.objects.filter(case=case).count() == 1
    step(case, "withdraw_case")
    with mall_scope(mall.pk):
        file = CasePicture.objects.get(case=case).file
        close_buyer(buyer=buyer)
    with mall_scope(mall.pk):
        assert [picture.case_id for picture in CasePicture.objects.all()] == [others.pk]
        assert Case.objects.count() == 2
        assert CaseStep.objects.filter(case=case).count() == 2
    assert not storages["private"].exists(file)
