"""Taking links: one for each kind, product, channel and campaign, however often it is asked for."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from mall.tenancy.context import mall_scope
from members.models import Member
from members.standing.services import suspend
from referrals.clicks.services import judge_clicks
from referrals.links import services
from referrals.links.errors import (
    BadCampaign,
    NoPromoter,
    ProductNeeded,
    ProductNotMeant,
    UnknownChannel,
    UnknownKind,
)
from referrals.links.models import Channel, ShareLink
from referrals.links.services import create_default_channels, take_link
from tests.concurrency import together
from tests.factories.mall import make_mall, owner_of
from tests.factories.members import make_member
from tests.factories.referrals import join_through, make_click, make_link
from tests.factories.trade import make_product


@pytest.mark.django_db
def test_a_new_mall_has_four_channels_in_order() -> None:
    mall = make_mall()
    with mall_scope(mall.pk):
        create_default_channels(mall.pk)
        assert list(Channel.objects.order_by("position").values_list("slug", "name")) == [
            ("wechat", "微信"),
            ("weibo", "微博"),
            ("qq", "QQ"),
            ("other", "其他"),
        ]


@pytest.mark.django_db
def test_three_kinds_in_two_channels_are_six_links_and_asking_again_makes_none() -> None:
    mall = make_mall()
    owner, product = make_member(mall), make_product(mall)
    with mall_scope(mall.pk):
        asked = [
            partial(
                take_link, owner=owner, kind=kind, channel_slug=channel, product=product if kind == "product" else None
            )
            for kind in ("mall", "product", "registration")
            for channel in ("wechat", "qq")
        ]
        first = [ask() for ask in asked]
        again = [ask() for ask in asked]
        assert [created for _link, created in first] == [True] * 6
        assert [created for _link, created in again] == [False] * 6
        assert [link.pk for link, _ in first] == [link.pk for link, _ in again]
        assert len({link.code for link, _ in first}) == ShareLink.objects.count() == 6


@pytest.mark.django_db
def test_a_campaign_and_another_owner_have_links_of_their_own() -> None:
    mall = make_mall()
    owner, other = make_member(mall), make_member(mall)
    links = [make_link(owner), make_link(owner, campaign="双十一"), make_link(other)]
    assert len({link.pk for link in links}) == 3
    assert make_link(owner, campaign=" 双十一 ").pk == links[1].pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"kind": "shop"}, UnknownKind),
        ({"kind": ""}, UnknownKind),
        ({"channel_slug": "nowhere"}, UnknownChannel),
        ({"channel_slug": ""}, UnknownChannel),
        ({"channel_slug": "x" * 10_000}, UnknownChannel),
        ({"channel_slug": "wechat\x00"}, UnknownChannel),
        ({"kind": "product"}, ProductNeeded),
        ({"campaign": "x" * 41}, BadCampaign),
        ({"campaign": "a\nb"}, BadCampaign),
        ({"campaign": "a\x00b"}, BadCampaign),
        ({"campaign": "\ud800"}, BadCampaign),
    ],
)
def test_what_is_no_link_is_refused_and_writes_nothing(asked: dict, error: type[Exception]) -> None:
    mall = make_mall()
    owner = make_member(mall)
    with mall_scope(mall.pk), pytest.raises(error):
        take_link(**{"owner": owner, "kind": "mall", "channel_slug": "wechat", **asked})
    with mall_scope(mall.pk):
        assert not ShareLink.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["mall", "registration"])
def test_only_product_links_take_a_product(kind: str) -> None:
    mall = make_mall()
    owner, product = make_member(mall), make_product(mall)
    with mall_scope(mall.pk), pytest.raises(ProductNotMeant):
        take_link(owner=owner, kind=kind, channel_slug="wechat", product=product)


@pytest.mark.django_db
def test_a_product_of_another_mall_is_stopped_by_the_database_at_the_latest() -> None:
    mall, other = make_mall(), make_mall()
    owner, product = make_member(mall), make_product(other)
    with mall_scope(mall.pk), pytest.raises(IntegrityError), transaction.atomic():
        take_link(owner=owner, kind="product", channel_slug="wechat", product=product)


@pytest.mark.django_db
def test_a_suspended_member_takes_no_links_and_keeps_those_he_has() -> None:
    mall = make_mall()
    owner = make_member(mall)
    link = make_link(owner)
    with mall_scope(mall.pk):
        suspend(member=owner, reason="刷单", actor=owner_of(mall))
        owner = Member.objects.get(pk=owner.pk)
        with pytest.raises(NoPromoter):
            take_link(owner=owner, kind="mall", channel_slug="qq")
        assert ShareLink.objects.get(owner=owner).pk == link.pk


@pytest.mark.django_db
def test_a_taken_code_is_tried_again_and_in_the_end_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    mall = make_mall()
    owner = make_member(mall)
    taken = make_link(owner).code
    codes = iter([taken, taken, "abcdefghjk"])
    monkeypatch.setattr(services, "new_code", lambda: next(codes))
    assert make_link(owner, channel="qq").code == "abcdefghjk"
    monkeypatch.setattr(services, "new_code", lambda: taken)
    with mall_scope(mall.pk), pytest.raises(RuntimeError, match="no free share code"):
        take_link(owner=owner, kind="mall", channel_slug="weibo")


@pytest.mark.django_db
def test_a_link_remembers_the_link_whose_code_bound_its_owner() -> None:
    mall = make_mall()
    above = make_member(mall)
    link = make_link(above, "registration")
    member = join_through(link)
    assert member.referrer_id == above.pk
    assert make_link(member).came_through_id == link.pk
    assert link.came_through_id is None


@pytest.mark.django_db(transaction=True)
def test_else_the_link_its_owners_visitor_clicked_last_before() -> None:
    mall = make_mall()
    first, second, member = make_member(mall), make_member(mall), make_member(mall)
    make_click(make_link(first), "v" * 22, member=member)
    clicked = make_link(second)
    make_click(clicked, "v" * 22, member=member)
    judge_clicks(mall.pk)
    taken = make_link(member)
    assert taken.came_through_id == clicked.pk
    make_click(make_link(first), "v" * 22)
    assert make_link(member).came_through_id == clicked.pk


@pytest.mark.django_db(transaction=True)
def test_twenty_who_ask_at_once_get_one_link() -> None:
    mall = make_mall()
    owner = make_member(mall)

    def ask() -> tuple[int, bool]:
        with mall_scope(mall.pk):
            link, created = take_link(owner=owner, kind="mall", channel_slug="wechat")
            return link.pk, created

    answers = together([ask] * 20)
    assert len({pk for pk, _created in answers}) == 1
    assert sum(created for _pk, created in answers) == 1
    with mall_scope(mall.pk):
        assert ShareLink.objects.count() == 1
