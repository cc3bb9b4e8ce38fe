"""Operators make malls, stop them, and enter one only by an act its owner can read."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from mall import clock
from mall.errors import DomainError, TooMany
from mall.malls.models import Mall
from mall.malls.selectors import all_malls
from mall.operators.admin import site
from mall.operators.errors import BadHours, NotOperator, ReasonRequired, UnknownMall, WrongLogin
from mall.operators.services import enter_mall, leave_mall, log_in, set_status
from mall.staff import rights
from mall.staff.errors import AlreadyStaff
from mall.staff.models import AuditRecord, Role, StaffMember, User
from mall.staff.selectors import active_staff_member
from mall.tenancy.context import mall_scope
from mall.tenancy.registry import mall_models
from tests.factories.http import Api, api_as_staff
from tests.factories.mall import PASSWORD, make_mall, make_operator, make_staff, owner_of, unique

pytestmark = pytest.mark.django_db

HOST = {"HTTP_HOST": "localhost"}


@pytest.fixture
def mall() -> Mall:
    return make_mall()


@pytest.fixture
def operator() -> User:
    return make_operator()


@pytest.fixture
def desk(operator: User) -> Client:
    """The operator's browser."""
    client = Client()
    number = operator.pk % 250
    client.defaults["REMOTE_ADDR"] = f"198.19.0.{number}"
    client.force_login(operator)
    return client


def test_entering_is_written_down_and_ends_by_itself(mall: Mall, operator: User) -> None:
    member = enter_mall(operator=operator, mall_id=mall.pk, reason="核对一笔提现", hours=2)
    with mall_scope(mall.pk):
        assert active_staff_member(operator) == member
        record = AuditRecord.objects.get(action="operator.entered")
        assert (record.actor_id, record.detail["reason"]) == (operator.pk, "核对一笔提现")
        with clock.unmoved():
            clock.advance(hours=2, seconds=1)
            assert active_staff_member(operator) is None


def test_entering_again_changes_reason_and_end_and_is_written_down_again(mall: Mall, operator: User) -> None:
    first = enter_mall(operator=operator, mall_id=mall.pk, reason="第一次", hours=1)
    second = enter_mall(operator=operator, mall_id=mall.pk, reason="第二次", hours=72)
    assert first.pk == second.pk
    assert second.expires_at - clock.now() > timedelta(hours=71)
    with mall_scope(mall.pk):
        assert AuditRecord.objects.filter(action="operator.entered").count() == 2


def test_leaving_ends_it_now(mall: Mall, operator: User) -> None:
    api = api_as_staff(enter_mall(operator=operator, mall_id=mall.pk, reason="看一看", hours=1))
    leave_mall(operator=operator, mall_id=mall.pk)
    assert api.delete("merchant/tokens/current").status_code == 401
    leave_mall(operator=operator, mall_id=mall.pk)
    with mall_scope(mall.pk):
        assert AuditRecord.objects.filter(action="operator.left").count() == 1


def test_an_operator_gets_in_nowhere_without_entering(mall: Mall, operator: User) -> None:
    body = {"email": operator.email, "password": PASSWORD}
    assert Api(mall).post("merchant/tokens", body).status_code == 401
    enter_mall(operator=operator, mall_id=mall.pk, reason="看一看", hours=1)
    assert Api(mall).post("merchant/tokens", body).status_code == 201
    assert Api(make_mall()).post("merchant/tokens", body).status_code == 401


def test_an_operator_moves_no_money() -> None:
    for right in (
        rights.SETTLE_PAYOUTS,
        rights.APPROVE_PAYOUTS,
        rights.EDIT_PLAN,
        rights.CONFIRM_PAYMENTS,
        rights.SHIP,
    ):
        assert not rights.may(Role.OPERATOR, right)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"reason": ""}, ReasonRequired),
        ({"reason": " "}, ReasonRequired),
        ({"reason": "x" * 201}, ReasonRequired),
        ({"reason": "a\nb"}, ReasonRequired),
        ({"reason": None}, ReasonRequired),
        ({"hours": 0}, BadHours),
        ({"hours": 73}, BadHours),
        ({"hours": 1.5}, BadHours),
        ({"hours": "2"}, BadHours),
        ({"hours": True}, BadHours),
        ({"mall_id": 0}, UnknownMall),
        ({"mall_id": 2**62}, UnknownMall),
    ],
)
def test_what_cannot_be_meant_opens_nothing(mall: Mall, operator: User, given: dict, refusal: type) -> None:
    with pytest.raises(refusal):
        enter_mall(**{"operator": operator, "mall_id": mall.pk, "reason": "看一看", "hours": 1} | given)
    with mall_scope(mall.pk):
        assert not StaffMember.objects.filter(role=Role.OPERATOR).exists()


def test_only_operators_enter_and_not_where_they_work_anyway(mall: Mall, operator: User) -> None:
    for nobody in (owner_of(make_mall()).user, None):
        with pytest.raises(NotOperator):
            enter_mall(operator=nobody, mall_id=mall.pk, reason="看一看", hours=1)
        with pytest.raises(NotOperator):
            set_status(operator=nobody, mall_id=mall.pk, status="suspended", reason="看一看")
    with mall_scope(mall.pk):
        StaffMember.objects.create(user=operator, role=Role.SERVICE)
    with pytest.raises(AlreadyStaff):
        enter_mall(operator=operator, mall_id=mall.pk, reason="看一看", hours=1)


def test_five_wrong_passwords_lock_an_operator_out(operator: User) -> None:
    for _ in range(5):
        with pytest.raises(WrongLogin):
            log_in(email=operator.email, password="Wrong-one-1", network=unique("net"))
    with pytest.raises(TooMany):
        log_in(email=operator.email, password=PASSWORD, network=unique("net"))


def test_a_merchants_owner_is_no_operator(mall: Mall) -> None:
    with pytest.raises(WrongLogin):
        log_in(email=owner_of(mall).user.email, password=PASSWORD, network=unique("net"))


def test_a_stranger_is_sent_to_the_log_in_and_back(operator: User) -> None:
    client = Client()
    gate = client.get("/operator/malls/new", **HOST)
    assert (gate.status_code, gate["Location"]) == (302, "/operator/login?next=%2Foperator%2Fmalls%2Fnew")
    body = {"email": operator.email, "password": PASSWORD, "next": "/operator/malls/new"}
    entered = client.post("/operator/login", body, REMOTE_ADDR="198.19.1.1", **HOST)
    assert (entered.status_code, entered["Location"]) == (302, "/operator/malls/new")
    assert client.get("/operator/malls/new", **HOST).status_code == 200
    client.post("/operator/logout", **HOST)
    assert client.get("/operator/", **HOST).status_code == 302


@pytest.mark.parametrize(
    "after", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_the_way_back_leads_nowhere_else(operator: User, after: str) -> None:
    body = {"email": operator.email, "password": PASSWORD, "next": after}
    entered = Client().post("/operator/login", body, REMOTE_ADDR="198.19.1.2", **HOST)
    assert entered["Location"] == "/operator/"


def test_a_wrong_password_shows_a_sentence_and_keeps_the_email(operator: User) -> None:
    body = {"email": operator.email, "password": "Wrong-one-1"}
    page = Client().post("/operator/login", body, REMOTE_ADDR="198.19.1.3", **HOST)
    assert page.status_code == 401
    assert "邮箱或密码不正确" in page.content.decode()
    assert operator.email in page.content.decode()
    assert "Wrong-one-1" not in page.content.decode()


def test_the_session_of_a_merchant_opens_nothing_here(mall: Mall) -> None:
    client = Client()
    client.force_login(owner_of(mall).user)
    for path in ("/operator/", "/operator/malls/new", "/operator/admin/", "/operator/admin/mall/user/"):
        assert client.get(path, **HOST).status_code == 302, path


def test_forms_are_guarded_against_other_sites(operator: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    assert client.post("/operator/malls/new", {}, **HOST).status_code == 403
    assert client.post("/operator/logout", **HOST).status_code == 403


def test_malls_are_listed_and_made(desk: Client, operator: User) -> None:
    slug = unique("new")
    body = {"slug": slug, "name": "新铺子", "host": "", "owner_email": f"o@{slug}.example", "owner_password": PASSWORD}
    refused = desk.post("/operator/malls/new", body | {"owner_password": "short"}, **HOST)
    assert refused.status_code == 200
    assert "至少 8 位" in refused.content.decode()
    assert slug in refused.content.decode()
    assert slug not in [row.slug for row in all_malls()]
    made = desk.post("/operator/malls/new", body, **HOST)
    assert (made.status_code, made["Location"]) == (302, "/operator/")
    listed = desk.get("/operator/", **HOST).content.decode()
    assert "新铺子" in listed
    assert f"http://{slug}.localhost:8000/" in listed
    [row] = [row for row in all_malls() if row.slug == slug]
    with mall_scope(row.id):
        assert AuditRecord.objects.get(action="mall.created").actor_id == operator.pk


def test_entering_leaving_and_stopping_by_the_pages(desk: Client, operator: User, mall: Mall) -> None:
    at = f"/operator/malls/{mall.public_id}"
    assert desk.get(f"{at}/enter", **HOST).status_code == 200
    refused = desk.post(f"{at}/enter", {"reason": "", "hours": "500"}, **HOST)
    assert refused.status_code == 200
    assert desk.post(f"{at}/enter", {"reason": "核对订单", "hours": "3"}, **HOST).status_code == 302
    with mall_scope(mall.pk):
        assert active_staff_member(operator).reason == "核对订单"
    assert desk.post(f"{at}/leave", **HOST).status_code == 302
    with mall_scope(mall.pk):
        assert active_staff_member(operator) is None
    assert desk.post(f"{at}/status", {"reason": "合同到期"}, **HOST).status_code == 302
    with mall_scope(mall.pk):
        assert Mall.objects.get().status == "suspended"
        assert AuditRecord.objects.get(action="mall.status_changed").detail["reason"] == "合同到期"
    assert "已停用" in desk.get("/operator/", **HOST).content.decode()


@pytest.mark.parametrize("public_id", ["1", "x", "0" * 36, "%00", "00000000-0000-0000-0000-000000000000"])
def test_a_mall_that_is_not_there_is_not_found(desk: Client, public_id: str) -> None:
    for act in ("enter", "status"):
        assert desk.get(f"/operator/malls/{public_id}/{act}", **HOST).status_code == 404


def test_the_admin_holds_log_ins_and_nothing_of_a_mall() -> None:
    assert list(site._registry) == [User]
    assert not set(site._registry) & set(mall_models())
    assert Group not in site._registry


def test_the_admin_makes_operators_and_leaves_merchants_passwords_alone(desk: Client, operator: User) -> None:
    merchant = make_staff(make_mall()).user
    admin = "/operator/admin/mall/user"
    assert merchant.email in desk.get(f"{admin}/?q={merchant.email}", **HOST).content.decode()
    assert desk.get(f"{admin}/{merchant.pk}/change/", **HOST).status_code == 200
    assert desk.get(f"{admin}/{merchant.pk}/password/", **HOST).status_code == 403
    assert desk.get(f"{admin}/{operator.pk}/password/", **HOST).status_code == 200
    assert desk.post(f"{admin}/{merchant.pk}/delete/", {"post": "yes"}, **HOST).status_code == 403
    email = f"{unique('op')}@x.example"
    body = {"email": email, "name": "", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    made = desk.post(f"{admin}/add/", body, **HOST)
    assert made.status_code == 302, made.content.decode()[:2000]
    assert log_in(email=email, password=PASSWORD, network=unique("net")).is_superuser


def test_the_admin_takes_a_merchants_log_in_out_of_use_and_never_its_own(desk: Client, operator: User) -> None:
    mall = make_mall()
    merchant = make_staff(mall).user
    change = f"/operator/admin/mall/user/{merchant.pk}/change/"
    assert desk.post(change, {"name": "甲"}, **HOST).status_code == 302
    merchant.refresh_from_db()
    assert (merchant.is_active, merchant.is_staff, merchant.is_superuser) == (False, False, False)
    assert Api(mall).post("merchant/tokens", {"email": merchant.email, "password": PASSWORD}).status_code == 401
    desk.post(f"/operator/admin/mall/user/{operator.pk}/change/", {"name": "我"}, **HOST)
    operator.refresh_from_db()
    assert operator.is_active is True


def test_refusals_of_operators_are_sentences() -> None:
    for refusal in (NotOperator, ReasonRequired, BadHours, UnknownMall, WrongLogin):
        assert issubclass(refusal, DomainError)
        assert str(refusal()).endswith(("。", "看到。"))
