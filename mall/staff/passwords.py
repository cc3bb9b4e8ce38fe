"""Passwords of staff: changing one's own, and a link by which somebody sets a new one, once.

A log-in serves several malls, so a new password ends its tokens in each of them and stands in each one's records.
Sessions end by themselves: they are bound to the password they were opened with.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.db import connection

from mall import clock
from mall.limits.guesses import guess
from mall.limits.policy import STAFF_GUESSES, STAFF_GUESSES_PER_NETWORK
from mall.malls.selectors import base_url, primary_host
from mall.staff.audit import log
from mall.staff.errors import LinkSpent, NoSuchHelp, SamePassword, ServesOtherMalls, WrongOldPassword
from mall.staff.models import Role, StaffMember, StaffToken, User
from mall.staff.selectors import active_staff_member
from mall.staff.services import checked_password
from mall.tenancy.context import mall_scope, require_mall_id

# Time enough to read a message; whoever finds it a week later finds nothing.
LINK_SECONDS = 24 * 60 * 60
_SALT = "mall.staff.password-link"


@dataclass(frozen=True)
class Link:
    """Where somebody sets his new password. Shown once; kept nowhere."""

    member: StaffMember
    address: str


def change_password(*, member: StaffMember, old: str, new: str, network: str) -> User:
    """Set one's own password; every token ends, and every session but the caller's, who must keep it himself.

    Locks the log-in. Raises WrongOldPassword, TooMany (wrong ones count as wrong log-ins), WeakPassword,
    SamePassword.
    """
    with guess(
        login=STAFF_GUESSES, login_key=member.user.email, network=STAFF_GUESSES_PER_NETWORK, network_key=network
    ):
        user = _locked(member.user_id)
        if not isinstance(old, str) or not user.check_password(old):
            raise WrongOldPassword
    return _set(user, new, action="staff.password_changed")


def make_link(*, member: StaffMember, actor: StaffMember) -> Link:
    """A link by which another member of staff sets a new password: once, within 24 hours. The old one holds until then.

    Raises NoSuchHelp for oneself, for operators and for who was dismissed; ServesOtherMalls where the log-in works
    in another mall too, whose owner did not ask for this.
    """
    user = _helped(member)
    if member.pk == actor.pk:
        raise NoSuchHelp
    if malls_of(user) != [require_mall_id("A password link")]:
        raise ServesOtherMalls
    log(action="staff.password_link", actor=actor, subject=member)
    return Link(member, _address(member, user))


def make_link_for_owner(*, member: StaffMember, operator: User, reason: str) -> Link:
    """The same for an owner of the mall in force, by an operator; written down in every mall the log-in works in.

    The caller has checked operator and reason. Raises NoSuchHelp for anybody but an owner.
    """
    user = _helped(member)
    if member.role != Role.OWNER:
        raise NoSuchHelp
    for mall_id in malls_of(user):
        with mall_scope(mall_id):
            subject = StaffMember.objects.get(user=user)
            log(action="operator.password_link", actor=operator, subject=subject, detail={"reason": reason})
    return Link(member, _address(member, user))


def member_behind(link: Any) -> StaffMember:
    """Whose link this is, in the mall in force. Raises LinkSpent for one that is forged, late, used or another's."""
    try:
        facts = signing.loads(link, salt=_SALT, max_age=LINK_SECONDS)
        mall_id, user_id, seal = facts["mall"], facts["user"], facts["seal"]
    except (signing.BadSignature, KeyError, TypeError, ValueError, AttributeError):
        raise LinkSpent from None
    user = User.objects.filter(pk=user_id, is_active=True).first() if mall_id == require_mall_id("A link") else None
    member = active_staff_member(user) if user is not None and seal == _seal(user) else None
    if member is None:
        raise LinkSpent
    return member


def set_by_link(*, link: Any, new: str) -> StaffMember:
    """Set the password that the link asks for; the link is good no more, every session and token ends.

    Locks the log-in: of two who follow the same link one comes first. Raises LinkSpent, WeakPassword.
    """
    member = member_behind(link)
    user = _locked(member.user_id)
    if member_behind(link).user_id != user.pk:
        raise LinkSpent
    _set(user, new, action="staff.password_set")
    STAFF_GUESSES.clear(user.email)
    return member


def malls_of(user: User) -> list[int]:
    """Ids of the malls in which somebody is or was staff; looks across malls through the relay."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT malls_of_staff(%s)", [user.pk])
        return [row[0] for row in cursor.fetchall()]


def _set(user: User, new: str, *, action: str) -> User:
    checked_password(new, user)
    if user.has_usable_password() and user.check_password(new):
        raise SamePassword
    user.set_password(new)
    user.save(update_fields=["password"])
    now = clock.now()
    for mall_id in malls_of(user):
        with mall_scope(mall_id):
            StaffToken.objects.filter(staff=user, revoked_at__isnull=True).update(revoked_at=now)
            log(action=action, actor=user, subject=StaffMember.objects.get(user=user))
    return user


def _helped(member: StaffMember) -> User:
    user = User.objects.get(pk=member.user_id)
    # Who runs the installation is helped there: its password opens more than this mall.
    if not member.is_active or not user.is_active or member.role == Role.OPERATOR or user.is_staff:
        raise NoSuchHelp
    return user


def _locked(user_id: int) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user_id)


def _address(member: StaffMember, user: User) -> str:
    facts = {"mall": member.mall_id, "user": user.pk, "seal": _seal(user)}
    return f"{base_url(primary_host())}/dashboard/password/new?t={signing.dumps(facts, salt=_SALT, compress=True)}"


def _seal(user: User) -> str:
    """What changes with the password, and tells nothing about it: a link that was used is sealed by an old one."""
    return hashlib.sha256(f"{_SALT}:{user.password}".encode()).hexdigest()[:32]
