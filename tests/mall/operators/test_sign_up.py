"""A merchant opens a mall by himself and arrives in it logged in, once."""

from __future__ import annotations

from urllib.parse import urlsplit
from zlib import crc32

import pytest
from django.test import Client

from mall.malls.models import Mall
from mall.malls.selectors import all_malls
from mall.operators.signup import arrive, hand_over
from mall.staff.models import StaffMember, User
from mall.tenancy.context import mall_scope
from tests.factories.mall import PASSWORD, make_mall, owner_of, unique

pytestmark = pytest.mark.django_db


def typed(**changes):
    slug = unique("shop").replace("_", "-").lower()
    email = f"{slug}@new.example"
    return {
        "name": "新开的店", "slug": slug, "email": email, "password": PASSWORD, "accepts_rules": "on"
    } | changes  # fmt: skip


@pytest.fixture
def visitor(request):
    client = Client()
    # A network of its own for each test: tries are counted by it.
    client.defaults["REMOTE_ADDR"] = (
        f"198.51.{crc32(request.node.name.encode()) % 250}.{crc32(request.node.name.encode()) // 250 % 250}"
    )
    return client


def send(visitor, form):
    return visitor.post("/operator/signup", form, headers={"host": "localhost"})


def slugs():
    return {mall.slug for mall in all_malls()}


def test_four_fields_and_a_yes_open_a_mall_and_lead_into_it(visitor):
    form = typed()
    answer = send(visitor, form)
    assert answer.status_code == 302
    place = urlsplit(answer["Location"])
    assert place.hostname == f"{form['slug']}.localhost"
    host = {"host": place.hostname}
    browser = Client()
    arrived = browser.get(f"{place.path}?{place.query}", headers=host)
    assert arrived.status_code == 302
    home = browser.get(arrived["Location"], headers=host)
    assert home.status_code == 200
    assert "新开的店" in home.content.decode()
    (row,) = [mall for mall in all_malls() if mall.slug == form["slug"]]
    with mall_scope(row.id):
        assert Mall.objects.get().rules_accepted_at is not None
        assert [member.role for member in StaffMember.objects.all()] == ["owner"]


def test_the_token_opens_one_session_in_one_mall_for_two_minutes():
    mall, other = make_mall(), make_mall()
    with mall_scope(mall.pk):
        token, late = hand_over(member=owner_of(mall)), hand_over(member=owner_of(mall))
    with mall_scope(other.pk):
        assert arrive(token=token) is None
    with mall_scope(mall.pk):
        assert arrive(token=token) == owner_of(mall)
        assert arrive(token=token) is None, "used"
        assert arrive(token=token[:-1] + ("A" if token[-1] != "A" else "B")) is None, "forged"
        assert arrive(token="") is None
        StaffMember.objects.update(is_active=False)
        assert arrive(token=late) is None, "dismissed meanwhile"
    browser = Client()
    host = {"host": f"{mall.slug}.localhost"}
    answer = browser.get("/dashboard/arrive", {"t": token}, headers=host)
    assert answer["Location"] == "/dashboard/login"
    assert "sessionid" not in browser.cookies


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slug": "admin"}, "保留"),
        ({"slug": "XN--abc"}, "保留"),
        ({"slug": "无效"}, "商城网址须为 2-40 位小写字母"),
        ({"slug": ""}, "请填写商城网址"),
        ({"accepts_rules": ""}, "请阅读开店规则并勾选同意"),
        ({"password": "1234"}, "密码"),
        ({"email": "nobody"}, "请填写正确的邮箱"),
        ({"name": "a\x07b"}, "控制"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_makes_nothing(visitor, changes, words):
    before = slugs()
    answer = send(visitor, typed(**changes))
    assert answer.status_code in {200, 400, 409}
    assert words in answer.content.decode()
    assert slugs() == before


def test_a_slug_that_is_taken_is_refused(visitor):
    mall = make_mall()
    answer = send(visitor, typed(slug=mall.slug))
    assert answer.status_code == 409
    assert "已被使用" in answer.content.decode()


def test_an_email_with_a_log_in_needs_that_log_ins_password(visitor):
    owner = owner_of(make_mall()).user
    before = slugs()
    form = typed(email=owner.email, password="another-Passw0rd!")
    assert send(visitor, form).status_code != 302
    assert slugs() == before
    assert send(visitor, {**form, "password": PASSWORD}).status_code == 302
    assert User.objects.filter(email=owner.email).count() == 1


def test_one_network_cannot_open_malls_without_end(visitor, settings):
    settings.SANDBOX_ALLOWED = False
    answers = [send(visitor, typed(slug="-")).status_code for _ in range(21)]
    assert answers == [400] * 20 + [429]
    assert send(visitor, typed()).status_code == 429


def test_where_the_operator_makes_the_malls_nobody_else_does(visitor, settings):
    settings.SIGNUP_OPEN = False
    before = slugs()
    assert send(visitor, typed()).status_code == 404
    assert visitor.get("/operator/signup", headers={"host": "localhost"}).status_code == 404
    assert slugs() == before


def test_there_is_no_sign_up_on_a_malls_host(visitor):
    mall = make_mall()
    assert visitor.get("/operator/signup", headers={"host": f"{mall.slug}.localhost"}).status_code == 404
