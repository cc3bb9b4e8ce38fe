"""Staff: taken on, given roles, dismissed."""

from __future__ import annotations

import pytest

from mall.errors import TooMany
from mall.malls.models import Mall
from mall.staff import rights
from mall.staff.audit import log
from mall.staff.errors import AlreadyStaff, BadEmail, BadRole, EmailTaken, LastOwner, WeakPassword
from mall.staff.logins import issue_token
from mall.staff.models import AuditRecord, Role, StaffMember, StaffToken
from mall.staff.selectors import active_staff_member
from mall.staff.services import add_staff, deactivate, reactivate, set_role
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import PASSWORD, make_mall, make_staff, owner_of, unique

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall() -> Mall:
    return make_mall()


def test_somebody_is_taken_on_with_a_role_and_a_record(mall: Mall) -> None:
    owner = owner_of(mall)
    with mall_scope(mall.pk):
        member = add_staff(email=f" {unique('A')}@X.example ", password=PASSWORD, role=Role.FINANCE, actor=owner)
        assert member.user.email == member.user.email.strip().lower()
        assert active_staff_member(member.user) == member
        record = AuditRecord.objects.get(action="staff.added", subject_id=member.pk)
        assert (record.actor_id, record.detail) == (owner.user_id, {"role": "finance"})


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"email": ""}, BadEmail),
        ({"email": "nobody"}, BadEmail),
        ({"email": "a@b"}, BadEmail),
        ({"email": None}, BadEmail),
        ({"email": "a@x.example\x00"}, BadEmail),
        ({"password": "short"}, WeakPassword),
        ({"password": "password123"}, WeakPassword),
        ({"password": "1357924680"}, WeakPassword),
        ({"password": "x" * 129}, WeakPassword),
        ({"password": None}, WeakPassword),
        ({"role": "king"}, BadRole),
        ({"role": Role.OPERATOR}, BadRole),
        ({"role": None}, BadRole),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nobody_is_taken_on(mall: Mall, given: dict, refusal: type) -> None:
    with mall_scope(mall.pk):
        with pytest.raises(refusal):
            add_staff(**{"email": f"{unique('a')}@x.example", "password": PASSWORD, "role": Role.SERVICE} | given)
        assert StaffMember.objects.count() == 1


def test_nobody_is_taken_on_twice(mall: Mall) -> None:
    member = make_staff(mall)
    with mall_scope(mall.pk), pytest.raises(AlreadyStaff):
        add_staff(email=member.user.email, password=PASSWORD, role=Role.SERVICE)


def test_a_log_in_made_by_one_mall_is_trusted_by_another_only_with_its_password(mall: Mall) -> None:
    elsewhere = make_staff(make_mall())
    with mall_scope(mall.pk):
        with pytest.raises(EmailTaken):
            add_staff(email=elsewhere.user.email, password="My-own-pass-1", role=Role.OWNER)
        taken_on = add_staff(email=elsewhere.user.email, password=PASSWORD, role=Role.SERVICE)
        assert taken_on.user == elsewhere.user
        assert taken_on.role == Role.SERVICE
    with mall_scope(elsewhere.mall_id):
        assert active_staff_member(elsewhere.user).role == Role.MANAGER


def test_taking_somebody_on_is_no_second_place_to_guess_his_password(mall: Mall) -> None:
    elsewhere = make_staff(make_mall())
    with mall_scope(mall.pk):
        for number in range(10):
            with pytest.raises(EmailTaken):
                add_staff(email=elsewhere.user.email, password=f"Guess-number-{number}", role=Role.SERVICE)
        with pytest.raises(TooMany):
            add_staff(email=elsewhere.user.email.upper(), password=PASSWORD, role=Role.SERVICE)


def test_roles_change_and_the_change_is_recorded(mall: Mall) -> None:
    owner, member = owner_of(mall), make_staff(mall, Role.SERVICE)
    with mall_scope(mall.pk):
        set_role(member=member, role=Role.MANAGER, actor=owner)
        assert active_staff_member(member.user).role == Role.MANAGER
        record = AuditRecord.objects.get(action="staff.role_changed")
        assert record.detail == {"before": "service", "after": "manager"}
        for role in (Role.OPERATOR, "king"):
            with pytest.raises(BadRole):
                set_role(member=member, role=role, actor=owner)


def test_a_dismissed_member_is_out_at_once_with_his_tokens(mall: Mall) -> None:
    owner, member = owner_of(mall), make_staff(mall)
    with mall_scope(mall.pk):
        issue_token(member=member)
        deactivate(member=member, actor=owner)
        assert active_staff_member(member.user) is None
        assert not StaffToken.objects.filter(revoked_at__isnull=True).exists()
        reactivate(member=member, actor=owner)
        assert active_staff_member(member.user) == member
        assert not StaffToken.objects.filter(revoked_at__isnull=True).exists()


def test_the_last_owner_stays(mall: Mall) -> None:
    owner = owner_of(mall)
    with mall_scope(mall.pk):
        with pytest.raises(LastOwner):
            deactivate(member=owner, actor=owner)
        with pytest.raises(LastOwner):
            set_role(member=owner, role=Role.SERVICE, actor=owner)
    second = make_staff(mall, Role.OWNER)
    with mall_scope(mall.pk):
        deactivate(member=owner, actor=second)
        owner.refresh_from_db()
        assert owner.is_active is False


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_dismiss_each_other_at_once_leave_one() -> None:
    mall = make_mall()
    first, second = owner_of(mall), make_staff(mall, Role.OWNER)

    def dismiss(whom: StaffMember, by: StaffMember):
        def act() -> None:
            with mall_scope(mall.pk):
                deactivate(member=whom, actor=by)

        return act

    answers = together([dismiss(first, second), dismiss(second, first)], keep_errors=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["LastOwner", "NoneType"]
    with mall_scope(mall.pk):
        assert StaffMember.objects.filter(role=Role.OWNER, is_active=True).count() == 1


def test_the_audit_log_only_grows(mall: Mall) -> None:
    with mall_scope(mall.pk):
        record = log(action="plan.changed", actor=owner_of(mall), detail={"version": 2})
        record.action = "nothing"
        for change in (record.save, record.delete):
            with pytest.raises(Exception, match=r"append-only|permission denied"), mall_scope(mall.pk):
                change()
        assert AuditRecord.objects.get(pk=record.pk).action == "plan.changed"


def test_money_rights_stand_apart() -> None:
    money = {rights.CONFIRM_PAYMENTS, rights.APPROVE_PAYOUTS, rights.SETTLE_PAYOUTS, rights.WRITE_OFF}
    for role in (Role.MANAGER, Role.SERVICE, Role.OPERATOR):
        assert not money & rights.RIGHTS[role]
    assert rights.RIGHTS[Role.OWNER] == rights.ALL
    assert rights.EDIT_PLAN not in rights.RIGHTS[Role.FINANCE]
    assert not rights.may("king", rights.SHIP)
