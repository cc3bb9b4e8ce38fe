"""Who belongs to whom: N levels in one statement, and no loop of any length."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection

from mall.tenancy.context import mall_scope
from members.models import Member
from members.selectors import downline_counts, member_of_buyer, upline, uplines
from tests.factories.mall import make_mall
from tests.factories.members import make_chain, make_member

pytestmark = pytest.mark.django_db


def test_the_upline_is_read_in_one_statement_and_no_deeper_than_allowed(settings, django_assert_num_queries) -> None:
    settings.REFERRAL_MAX_LEVELS = 3
    mall = make_mall()
    chain = [member.pk for member in make_chain(mall, 6)]
    with mall_scope(mall.pk):
        with django_assert_num_queries(1):
            assert upline(chain[5], 3) == [chain[4], chain[3], chain[2]]
        assert upline(chain[5], 1) == [chain[4]]
        assert upline(chain[2], 3) == [chain[1], chain[0]]
        assert upline(chain[0], 3) == []
        assert upline(chain[5], 0) == []
        assert upline(chain[5], 99) == [chain[4], chain[3], chain[2]]
        settings.REFERRAL_MAX_LEVELS = 2
        assert upline(chain[5], 3) == [chain[4], chain[3]]


def test_many_uplines_cost_one_statement_too(django_assert_num_queries) -> None:
    mall = make_mall()
    chain = [member.pk for member in make_chain(mall, 4)]
    with mall_scope(mall.pk):
        with django_assert_num_queries(1):
            found = uplines([chain[3], chain[0], 0], 2)
        assert found == {chain[3]: [chain[2], chain[1]], chain[0]: []}
        assert uplines([], 2) == {}


def test_another_malls_member_has_no_upline_here() -> None:
    chain = make_chain(make_mall(), 3)
    other = make_mall()
    with mall_scope(other.pk):
        assert upline(chain[2].pk, 2) == []
        assert uplines([chain[2].pk], 2) == {}
        assert downline_counts(chain[0].pk) == [0, 0]
        assert member_of_buyer(chain[0].buyer_id) is None


def test_suspended_members_stay_a_level_of_their_own() -> None:
    mall = make_mall()
    chain = make_chain(mall, 3)
    with mall_scope(mall.pk):
        Member.objects.filter(pk=chain[1].pk).update(standing="suspended")
        assert upline(chain[2].pk, 2) == [chain[1].pk, chain[0].pk]


def test_the_downline_is_counted_by_level(settings, django_assert_num_queries) -> None:
    settings.REFERRAL_MAX_LEVELS = 3
    mall = make_mall()
    top = make_member(mall)
    second = [make_member(mall, top) for _ in range(2)]
    third = [make_member(mall, second[0]) for _ in range(3)]
    make_member(mall, third[0])
    with mall_scope(mall.pk):
        with django_assert_num_queries(1):
            assert downline_counts(top.pk) == [2, 3, 1]
        assert downline_counts(second[1].pk) == [0, 0, 0]


def test_a_buyer_who_never_registered_is_no_member() -> None:
    mall = make_mall()
    member = make_member(mall)
    with mall_scope(mall.pk):
        assert member_of_buyer(member.buyer_id) == member
        assert member_of_buyer(None) is None
        assert member_of_buyer(0) is None


def refused(mall_id: int, statement: str, parameters: list) -> str:
    """The name of the constraint that refuses a raw statement."""
    with pytest.raises(IntegrityError) as error, mall_scope(mall_id), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
    return str(error.value)


def test_a_referrer_is_set_once_also_in_raw_sql() -> None:
    mall = make_mall()
    first, second, third = make_chain(mall, 3)
    loner = make_member(mall)
    change = "UPDATE members_member SET referrer_id = %s WHERE mall_id = %s AND id = %s"
    for whom, to in ((first, third), (second, third), (third, first), (loner, first), (first, first)):
        assert "never changes" in refused(mall.pk, change, [to.pk, mall.pk, whom.pk])
    assert "never changes" in refused(mall.pk, change, [None, mall.pk, third.pk])
    with mall_scope(mall.pk):
        assert list(Member.objects.order_by("id").values_list("referrer_id", flat=True)) == [
            None, first.pk, second.pk, None,
        ]  # fmt: skip


def test_no_loop_is_born_either() -> None:
    """A referrer's id is smaller, so neither oneself nor somebody who comes later can be one."""
    mall = make_mall()
    member, later = make_member(mall), make_member(mall)
    insert = (
        "INSERT INTO members_member (id, mall_id, public_id, buyer_id, referrer_id, standing, joined_at)"
        " SELECT %s, mall_id, gen_random_uuid(), %s, %s, 'active', now() FROM members_member WHERE mall_id = %s LIMIT 1"
    )
    with mall_scope(mall.pk):
        from mall.buyers.services import create_guest

        guest = create_guest()
    for new_id, referrer_id in ((-5, -5), (-5, member.pk), (-5, later.pk)):
        text = refused(mall.pk, insert, [new_id, guest.pk, referrer_id, mall.pk])
        assert "members_referrer_joined_earlier" in text


def test_a_referrer_of_another_mall_is_refused_by_the_database() -> None:
    stranger = make_member(make_mall())
    mall = make_mall()
    make_member(mall)
    with mall_scope(mall.pk):
        from mall.buyers.services import create_guest

        guest = create_guest()
    insert = (
        "INSERT INTO members_member (mall_id, public_id, buyer_id, referrer_id, standing, joined_at)"
        " VALUES (%s, gen_random_uuid(), %s, %s, 'active', now())"
    )
    text = refused(mall.pk, insert + "; SET CONSTRAINTS ALL IMMEDIATE", [mall.pk, guest.pk, stranger.pk])
    assert "members_member_referrer_id_same_mall" in text
