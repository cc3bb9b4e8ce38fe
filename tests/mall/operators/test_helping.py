"""An owner who forgot his password is helped by the operator, by an act his mall's record shows."""

from __future__ import annotations

import pytest
from django.test import Client

from mall.malls.models import Mall
from mall.operators.errors import NoOwner, NotOperator, ReasonRequired, UnknownMall
from mall.operators.services import help_owner
from mall.staff.models import AuditRecord, User
from mall.staff.passwords import set_by_link
from mall.staff.services import deactivate
from mall.tenancy.context import mall_scope
from tests.factories.mall import PASSWORD, host_of, make_mall, make_operator, make_staff, owner_of

pytestmark = pytest.mark.django_db

NEW = "Other-words-88"
REASON = "店主来电，忘记密码"


@pytest.fixture
def mall() -> Mall:
    return make_mall()


def links_made(mall: Mall) -> list[AuditRecord]:
    with mall_scope(mall.pk):
        return list(AuditRecord.objects.filter(action="operator.password_link"))


def test_the_page_gives_a_link_once_and_the_mall_reads_why(mall: Mall) -> None:
    operator, owner = make_operator(), owner_of(mall)
    desk = Client(headers={"host": "localhost"})
    desk.force_login(operator)
    place = f"/operator/malls/{mall.public_id}/help"
    assert owner.user.email in desk.get(place).content.decode()
    answer = desk.post(place, {"email": owner.user.email, "reason": REASON})
    address = answer.context["link"]
    assert address in answer.content.decode()
    assert address.startswith(f"http://{host_of(mall)}:8000/dashboard/password/new?t=")
    assert [(one.actor_id, one.detail["reason"]) for one in links_made(mall)] == [(operator.pk, REASON)]
    # The operator's log-in opens nothing of the mall; the link is for whoever holds it, on the mall's host.
    phone = Client(headers={"host": host_of(mall)})
    path = "/dashboard" + address.partition("/dashboard")[2]
    assert phone.post(path, {"password": NEW, "again": NEW}).status_code == 302
    assert User.objects.get(pk=owner.user_id).check_password(NEW)


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"reason": REASON}, "email"), ({"email": "nobody@x.example", "reason": REASON}, "email"), ({}, "reason")],
)
def test_the_page_names_what_is_missing_and_makes_nothing(mall: Mall, sent: dict, field: str) -> None:
    desk = Client(headers={"host": "localhost"})
    desk.force_login(make_operator())
    answer = desk.post(f"/operator/malls/{mall.public_id}/help", sent)
    assert field in answer.context["form"].errors
    assert links_made(mall) == []


def test_the_service_helps_owners_in_office_for_a_reason_and_an_operator_only(mall: Mall) -> None:
    operator, owner, manager = make_operator(), owner_of(mall), make_staff(mall)
    asked = {"operator": operator, "mall_id": mall.pk, "email": owner.user.email, "reason": REASON}
    for changes, refusal in (
        ({"email": manager.user.email}, NoOwner),
        ({"email": owner_of(make_mall()).user.email}, NoOwner),
        ({"reason": " "}, ReasonRequired),
        ({"operator": owner.user}, NotOperator),
        ({"mall_id": 2**62}, UnknownMall),
    ):
        with pytest.raises(refusal):
            help_owner(**asked | changes)
    second = make_staff(mall, "owner")
    with mall_scope(mall.pk):
        deactivate(member=second, actor=owner)
    with pytest.raises(NoOwner):
        help_owner(**asked | {"email": second.user.email})
    assert links_made(mall) == []
    link = help_owner(**asked).address.partition("?t=")[2]
    assert User.objects.get(pk=owner.user_id).check_password(PASSWORD)
    with mall_scope(mall.pk):
        set_by_link(link=link, new=NEW)
    assert User.objects.get(pk=owner.user_id).check_password(NEW)
