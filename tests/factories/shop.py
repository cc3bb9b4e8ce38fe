"""Fixtures of a mall with somebody who buys and somebody who runs it; import them in a room's conftest."""

from __future__ import annotations

import pytest

from mall.buyers.models import Buyer
from mall.malls.models import Mall
from mall.staff.models import StaffMember
from members.models import Member
from tests.factories.http import Api, api_as, api_as_staff
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member


@pytest.fixture
def mall(db) -> Mall:
    """A mall of the test's own."""
    return make_mall(bank_instructions=["开户行：工商银行", "账号：6222 0000 1111"])


@pytest.fixture
def member(mall: Mall) -> Member:
    """A member of it."""
    return make_member(mall)


@pytest.fixture
def buyer(member: Member) -> Buyer:
    """The member as a buyer."""
    return member.buyer


@pytest.fixture
def owner(mall: Mall) -> StaffMember:
    """The mall's owner."""
    return owner_of(mall)


@pytest.fixture
def api(member: Member) -> Api:
    """The API as the member calls it."""
    return api_as(member)


@pytest.fixture
def owner_api(owner: StaffMember) -> Api:
    """The API as the owner calls it."""
    return api_as_staff(owner)


@pytest.fixture
def elsewhere(db) -> Mall:
    """Another mall."""
    return make_mall()


@pytest.fixture
def stranger_api(elsewhere: Mall) -> Api:
    """The API of the other mall, as a member of it calls it."""
    return api_as(make_member(elsewhere))
