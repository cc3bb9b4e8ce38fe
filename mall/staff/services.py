"""Staff of a mall: taking on, changing role, dismissing."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from mall.limits.guesses import guess
from mall.limits.policy import STAFF_GUESSES, STAFF_GUESSES_PER_NETWORK
from mall.staff.audit import log
from mall.staff.errors import AlreadyStaff, BadEmail, BadRole, EmailTaken, LastOwner, WeakPassword
from mall.staff.models import Role, StaffMember, StaffToken, User

# An operator's membership comes by enter_mall only, with a reason and an end.
GIVEN_ROLES = (Role.OWNER, Role.MANAGER, Role.FINANCE, Role.SERVICE)


def add_staff(
    *, email: str, password: str, role: str, name: str = "", actor: User | StaffMember | None = None
) -> StaffMember:
    """Give somebody a role in the mall in force, with a new log-in or with his own.

    A log-in serves several malls, so an existing one is taken on only with its own password:
    otherwise one merchant could make a log-in for an address and wait for another mall to trust it.
    Raises BadEmail, WeakPassword, BadRole, EmailTaken, AlreadyStaff; TooMany after ten wrong passwords.
    """
    if role not in GIVEN_ROLES:
        raise BadRole
    user = _user_for(email=email, password=password, name=name)
    try:
        with transaction.atomic():
            member = StaffMember.objects.create(user=user, role=role)
    except IntegrityError as error:
        raise AlreadyStaff from error
    log(action="staff.added", actor=actor, subject=member, detail={"role": role})
    return member


def set_role(*, member: StaffMember, role: str, actor: User | StaffMember | None) -> StaffMember:
    """Change what somebody may do. Locks the owners' rows. Raises BadRole, LastOwner."""
    if role not in GIVEN_ROLES or member.role == Role.OPERATOR:
        raise BadRole
    if role == member.role:
        return member
    if member.role == Role.OWNER:
        _refuse_last_owner(member)
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    log(action="staff.role_changed", actor=actor, subject=member, detail={"before": before, "after": role})
    return member


def deactivate(*, member: StaffMember, actor: User | StaffMember | None) -> StaffMember:
    """End somebody's rights in this mall at once, tokens included. Locks the owners' rows. Raises LastOwner."""
    from mall import clock

    if not member.is_active:
        return member
    if member.role == Role.OWNER:
        _refuse_last_owner(member)
    member.is_active = False
    member.save(update_fields=["is_active"])
    StaffToken.objects.filter(staff=member.user, revoked_at__isnull=True).update(revoked_at=clock.now())
    log(action="staff.deactivated", actor=actor, subject=member)
    return member


def reactivate(*, member: StaffMember, actor: User | StaffMember | None) -> StaffMember:
    """Take somebody back in the role he had. Raises BadRole for an operator, who enters by reason."""
    if member.role == Role.OPERATOR:
        raise BadRole
    if not member.is_active:
        member.is_active = True
        member.save(update_fields=["is_active"])
        log(action="staff.reactivated", actor=actor, subject=member)
    return member


def checked_password(password: object, user: User | None = None) -> str:
    """The password, if it may be one. Raises WeakPassword."""
    if not isinstance(password, str) or len(password) > 128:
        raise WeakPassword
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword from error
    return password


def _user_for(*, email: str, password: str, name: str) -> User:
    address = email.strip().lower() if isinstance(email, str) else ""
    try:
        validate_email(address)
    except ValidationError as error:
        raise BadEmail from error
    known = User.objects.filter(email=address).first()
    if known is None:
        checked_password(password, User(email=address, name=name))
        try:
            with transaction.atomic():
                return User.objects.create_user(address, password, name=name.strip()[:60])
        except IntegrityError:
            known = User.objects.get(email=address)
    # The same lock-out as at the door: this must not be a second place to guess at.
    with guess(login=STAFF_GUESSES, login_key=address, network=STAFF_GUESSES_PER_NETWORK, network_key=""):
        if not known.is_active or not known.check_password(password):
            raise EmailTaken
    return known


def _refuse_last_owner(member: StaffMember) -> None:
    # Locked together and in order: two owners dismissing each other at once must not both succeed.
    owners = StaffMember.objects.select_for_update(no_key=True).filter(role=Role.OWNER, is_active=True).order_by("id")
    if all(owner.pk == member.pk for owner in owners):
        raise LastOwner
