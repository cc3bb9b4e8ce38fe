"""Malls and staff for tests, made through the services."""

from __future__ import annotations

import itertools
import secrets

from mall.malls.models import Mall
from mall.malls.services import create_mall
from mall.staff.models import Role, StaffMember, User
from mall.staff.services import add_staff
from mall.tenancy.context import mall_scope

PASSWORD = "Long-enough-77"

_numbers = itertools.count(1)


def unique(prefix: str) -> str:
    """A name no other test has, also not one that left its rows behind."""
    return f"{prefix}{next(_numbers)}-{secrets.token_hex(4)}"


def make_mall(slug: str | None = None, name: str = "测试商城", **settings) -> Mall:
    """A mall at <slug>.localhost with its owner; `settings` are columns of the mall."""
    slug = slug or unique("m")
    mall = create_mall(slug=slug, name=name, owner_email=f"owner@{slug}.example", owner_password=PASSWORD)
    if settings:
        with mall_scope(mall.pk):
            Mall.objects.filter(pk=mall.pk).update(**settings)
            mall.refresh_from_db()
    return mall


def host_of(mall: Mall) -> str:
    """The Host header that leads to the mall."""
    return f"{mall.slug}.localhost"


def owner_of(mall: Mall) -> StaffMember:
    """The owner's membership. Needs no scope."""
    with mall_scope(mall.pk):
        return StaffMember.objects.select_related("user").get(role=Role.OWNER)


def make_staff(mall: Mall, role: str = Role.MANAGER) -> StaffMember:
    """Somebody with a role in the mall; his password is PASSWORD."""
    with mall_scope(mall.pk):
        return add_staff(email=f"{unique(role)}@staff.example", password=PASSWORD, role=role)


def make_operator() -> User:
    """An operator of the installation."""
    return User.objects.create_superuser(f"{unique('operator')}@example.com", PASSWORD)
