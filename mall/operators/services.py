"""What the installation's operators do to malls: each act is written into the mall's own audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from mall import clock
from mall.limits import policy
from mall.limits.guesses import guess
from mall.malls.models import Mall
from mall.operators.errors import BadHours, NoOwner, NotOperator, ReasonRequired, UnknownMall, WrongLogin
from mall.staff.audit import log
from mall.staff.errors import AlreadyStaff
from mall.staff.logins import user_behind
from mall.staff.models import Role, StaffMember, StaffToken, User
from mall.staff.passwords import Link, make_link_for_owner
from mall.tenancy.context import mall_scope
from mall.tenancy.middleware import forget_hosts
from mall.text import clean_line

HOURS_MAX = 72
OWNERS_MOST = 50
REASON_LEAST, REASON_MOST = 2, 200


def is_operator(user: Any) -> bool:
    """Whether this log-in runs the installation."""
    return isinstance(user, User) and user.is_active and user.is_staff and user.is_superuser


def log_in(*, email: str, password: str, network: str) -> User:
    """The operator behind email and password. Opens no session by itself.

    Raises WrongLogin, TooMany; wrong guesses are counted per log-in and per network.
    """
    key = email.strip().lower() if isinstance(email, str) else ""
    with guess(
        login=policy.OPERATOR_GUESSES,
        login_key=key,
        network=policy.OPERATOR_GUESSES_PER_NETWORK,
        network_key=network,
    ):
        user = user_behind(email, password)
        if user is None or not is_operator(user):
            raise WrongLogin
    return user


def enter_mall(*, operator: User, mall_id: int, reason: str, hours: int) -> StaffMember:
    """Let an operator into a mall's dashboard for some hours, in the narrow role of an operator.

    Entering again changes reason and end. Raises NotOperator, ReasonRequired, BadHours, UnknownMall;
    AlreadyStaff for one who works in that mall anyway.
    """
    _require_operator(operator)
    sentence = _checked_reason(reason)
    if type(hours) is not int or not 1 <= hours <= HOURS_MAX:
        raise BadHours
    with mall_scope(mall_id):
        _locked_mall(mall_id)
        ends = clock.now() + timedelta(hours=hours)
        member = StaffMember.objects.filter(user=operator).first() or StaffMember(user=operator, role=Role.OPERATOR)
        if member.role != Role.OPERATOR:
            raise AlreadyStaff
        member.reason, member.expires_at, member.is_active = sentence, ends, True
        member.save()
        log(
            action="operator.entered",
            actor=operator,
            subject=member,
            detail={"reason": sentence, "until": ends.isoformat()},
        )
    return member


def leave_mall(*, operator: User, mall_id: int) -> None:
    """End an operator's stay now, tokens included. No effect where he is not."""
    with mall_scope(mall_id):
        member = StaffMember.objects.filter(user=operator, role=Role.OPERATOR, is_active=True).first()
        if member is not None:
            member.is_active = False
            member.save(update_fields=["is_active"])
            StaffToken.objects.filter(staff=operator, revoked_at__isnull=True).update(revoked_at=clock.now())
            log(action="operator.left", actor=operator, subject=member)


def owners_of(mall_id: int) -> list[StaffMember]:
    """A mall's owners who work there, for whoever helps one of them to log in."""
    with mall_scope(mall_id):
        people = StaffMember.objects.select_related("user").filter(role=Role.OWNER, is_active=True)
        return list(people.order_by("id")[:OWNERS_MOST])


def help_owner(*, operator: User, mall_id: int, email: str, reason: str) -> Link:
    """A link by which an owner sets a new password, once, within a day; his malls' records say who asked and why.

    Raises NotOperator, ReasonRequired, UnknownMall, NoOwner, and NoSuchHelp for an owner who runs the installation.
    """
    _require_operator(operator)
    sentence = _checked_reason(reason)
    with mall_scope(mall_id):
        _locked_mall(mall_id)
        member = next((one for one in owners_of(mall_id) if one.user.email == email), None)
        if member is None:
            raise NoOwner
        return make_link_for_owner(member=member, operator=operator, reason=sentence)


def set_status(*, operator: User, mall_id: int, status: str, reason: str) -> Mall:
    """Stop a mall, or open it again: a suspended one answers 404 on every host within seconds.

    Raises NotOperator, ReasonRequired, UnknownMall.
    """
    _require_operator(operator)
    sentence = _checked_reason(reason)
    with mall_scope(mall_id):
        mall = _locked_mall(mall_id)
        before, mall.status = mall.status, Mall.Status(status)
        mall.save(update_fields=["status"])
        log(
            action="mall.status_changed",
            actor=operator,
            subject=mall,
            detail={"before": before, "after": mall.status, "reason": sentence},
        )
        transaction.on_commit(forget_hosts)
    return mall


def _require_operator(user: Any) -> None:
    if not is_operator(user):
        raise NotOperator


def _checked_reason(reason: Any) -> str:
    sentence = clean_line(reason, least=REASON_LEAST, most=REASON_MOST)
    if sentence is None:
        raise ReasonRequired
    return sentence


def _locked_mall(mall_id: int) -> Mall:
    mall = Mall.objects.select_for_update(no_key=True).filter(pk=mall_id).first()
    if mall is None:
        raise UnknownMall
    return mall
