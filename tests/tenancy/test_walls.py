"""One mall cannot see, lock, change, take over or guess another's rows, and two of the walls suffice alone.

Each test runs three times: with every wall, with row-level security alone (Python forgets about malls)
and with the manager alone (in a database without row-level security). Composite keys stand in all three:
they are what neither of the others can do.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import psycopg2.errorcodes
import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, F, Max, Model, Q, Value, prefetch_related_objects
from django.db.models.functions import Concat

from mall.malls.models import Mall
from mall.orders.models import Order, OrderLine
from mall.staff.models import StaffMember, User
from mall.tenancy.context import WrongMall, mall_scope
from mall.tenancy.models import MallForeignKey
from mall.tenancy.registry import mall_models
from tests.factories.world import World
from tests.tenancy.conftest import ALL, DATABASE_ALONE
from tests.tenancy.test_catalog import APPEND_ONLY
from tests.tenancy.unscoped_calls import any_column

MODELS = mall_models()

# The referrer is kept by a trigger that speaks before the key does.
KEPT_BY_TRIGGER = {"members.Member.referrer"}


def theirs(model: type[Model], other: World) -> Any:
    """A row of the other mall, read where it may be read."""
    with mall_scope(other.mall.pk):
        return model.objects.latest("pk")


def fingerprint(mall_id: int) -> dict[str, str]:
    """Every row of a mall in every table, so that no change can hide."""
    found = {}
    with mall_scope(mall_id), connection.cursor() as cursor:
        for model in [*MODELS, Mall]:
            table, column = model._meta.db_table, "id" if model is Mall else "mall_id"
            cursor.execute(
                f"SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY id)), '')"
                f' FROM "{table}" t WHERE "{column}" = %s',
                [mall_id],
            )
            found[table] = cursor.fetchone()[0]
    return found


def refused(call: Callable[[], Any]) -> Exception | None:
    """What stopped the call; None when it went through without reaching a row."""
    try:
        with transaction.atomic():
            answer = call()
    except (WrongMall, ObjectDoesNotExist, DatabaseError) as error:
        return error
    reached = answer[0] if isinstance(answer, tuple) else answer
    assert not reached, f"reached {answer!r}"
    return None


@pytest.fixture
def here(two_malls):
    """Act for our mall; afterwards the other one must be as it was."""
    ours, other = two_malls
    # Deleting forgets the key of a row, even where it deleted nothing.
    others_id = other.mall.pk
    before = fingerprint(others_id)
    with mall_scope(ours.mall.pk):
        yield two_malls
    assert fingerprint(others_id) == before


def test_each_table_has_rows_of_both_malls(two_malls):
    """Else the tests below would show nothing."""
    for world in two_malls:
        with mall_scope(world.mall.pk):
            assert [model for model in MODELS if not model.objects.exists()] == []


def test_another_malls_rows_cannot_be_seen(here):
    ours, other = here
    for model in MODELS:
        row, rows = theirs(model, other), model.objects.all()
        assert set(rows.values_list("mall_id", flat=True)) == {ours.mall.pk}, model
        assert not rows.filter(pk=row.pk).exists(), model
        assert rows.filter(pk=row.pk).count() == 0, model
        assert rows.filter(pk=row.pk).first() is None, model
        assert rows.in_bulk([row.pk]) == {}, model
        assert list(rows.filter(mall_id=other.mall.pk).values()) == [], model
        assert rows.aggregate(n=Count("pk", filter=Q(mall_id=other.mall.pk)))["n"] == 0, model
        assert list(rows.filter(pk__in=[row.pk]).union(rows.filter(pk=row.pk))) == [], model
        assert list(model._base_manager.filter(pk=row.pk)) == [], model
        with pytest.raises(ObjectDoesNotExist):
            row.refresh_from_db()


def test_the_other_mall_itself_cannot_be_seen(here):
    ours, other = here
    assert [mall.pk for mall in Mall.objects.all()] == [ours.mall.pk]
    assert not Mall.objects.filter(slug=other.mall.slug).exists()


def test_nothing_can_be_guessed_by_asking_whether_it_exists(here):
    _ours, other = here
    phone = other.members["customer"].buyer.phone
    for start in (phone[:4], phone):
        assert not Order.objects.filter(buyer__phone=start).exists()
        assert not Order.objects.filter(
            buyer__in=type(other.members["customer"].buyer).objects.filter(phone=start)
        ).exists()
    assert not Order.objects.exclude(note__contains=other.marker).filter(pk=other.orders["paid"].pk).exists()
    assert OrderLine.objects.filter(name__contains=other.marker).aggregate(newest=Max("pk"))["newest"] is None


# No manager sees raw SQL: that is what row-level security is for.
@pytest.mark.parametrize("walls", [ALL, DATABASE_ALONE])
def test_raw_sql_finds_nothing_of_another_mall(here):
    ours, other = here
    with connection.cursor() as cursor:
        for model in MODELS:
            table = model._meta.db_table
            cursor.execute(f'SELECT DISTINCT mall_id FROM "{table}"')
            assert cursor.fetchall() == [(ours.mall.pk,)], table
            assert list(model.objects.raw(f'SELECT * FROM "{table}" WHERE mall_id = %s', [other.mall.pk])) == []
            if table not in APPEND_ONLY:
                cursor.execute(f'UPDATE "{table}" SET mall_id = mall_id WHERE mall_id = %s', [other.mall.pk])
                assert cursor.rowcount == 0, table
                cursor.execute(f'DELETE FROM "{table}" WHERE mall_id = %s', [other.mall.pk])
                assert cursor.rowcount == 0, table
        cursor.execute("SELECT id FROM mall_mall")
        assert cursor.fetchall() == [(ours.mall.pk,)]


def test_another_malls_rows_cannot_be_locked(here):
    _ours, other = here
    for model in MODELS:
        row = theirs(model, other)
        if model._meta.db_table not in APPEND_ONLY:
            assert list(model.objects.select_for_update(no_key=True).filter(pk=row.pk)) == [], model


def test_another_malls_rows_cannot_be_changed(here):
    _ours, other = here
    for model in MODELS:
        row, column = theirs(model, other), any_column(model)
        same = {column.attname: getattr(row, column.attname)}
        refused(lambda row=row, same=same: type(row).objects.filter(pk=row.pk).update(**same))
        refused(lambda row=row, column=column: type(row).objects.bulk_update([row], [column.name]))
        refused(lambda row=row, same=same: type(row).objects.update_or_create(pk=row.pk, defaults=same)[1])
        assert refused(row.save) is not None, model
        assert refused(lambda row=row, same=same: row.save(update_fields=list(same))) is not None, model
        refused(lambda row=row: row.save_base(raw=True))
    other.mall.name = "被改"
    assert refused(other.mall.save) is not None
    assert refused(lambda: Mall.objects.filter(pk=other.mall.pk).update(name="被改")) is None


def test_another_malls_rows_cannot_be_deleted(here):
    _ours, other = here
    for model in MODELS:
        row = theirs(model, other)
        refused(lambda row=row: type(row).objects.filter(pk=row.pk).delete())
        refused(lambda row=row: type(row).objects.filter(pk=row.pk)._raw_delete("default"))
        refused(row.delete)
    refused(other.mall.delete)


def test_no_row_can_be_put_into_another_mall(here):
    ours, other = here
    for model in MODELS:
        for pk in (None, theirs(model, other).pk + 1_000_000):
            copied = theirs(model, ours)
            copied.pk, copied.mall_id, copied._state.adding = pk, other.mall.pk, True
            assert refused(lambda row=copied: row.save(force_insert=True)) is not None, model
            assert refused(lambda row=copied: len(type(row).objects.bulk_create([row]))) is not None, model
            upsert = {"update_conflicts": True, "unique_fields": ["id"], "update_fields": [any_column(model).name]}
            assert refused(lambda row=copied, how=upsert: len(type(row).objects.bulk_create([row], **how))) is not None


def test_no_row_can_be_moved_to_another_mall(here):
    ours, other = here
    for model in MODELS:
        row = theirs(model, ours)
        assert refused(lambda row=row: type(row).objects.filter(pk=row.pk).update(mall=other.mall)), model
        assert refused(lambda row=row: type(row).objects.filter(pk=row.pk).update(mall_id=F("mall_id") + 1)), model
        row.mall_id = other.mall.pk
        assert refused(row.save), model
        assert refused(lambda row=row: row.save(update_fields=["mall"])), model
        assert refused(lambda row=row: type(row).objects.bulk_update([row], ["mall"])), model


def test_no_row_can_point_into_another_mall(here):
    """Foreign keys are checked beyond the policies, so only composite ones help."""
    _ours, other = here
    checked = 0
    for model in MODELS:
        for field in model._meta.local_fields:
            if not isinstance(field, MallForeignKey) or str(field) in KEPT_BY_TRIGGER:
                continue
            row = model.objects.exclude(**{field.attname: None}).order_by("pk").last()
            if row is None:
                continue
            setattr(row, field.attname, theirs(field.related_model, other).pk)
            if model._meta.db_table in APPEND_ONLY:
                row.pk, row._state.adding = None, True
                error = refused(lambda row=row: row.save(force_insert=True))
            else:
                error = refused(lambda row=row, field=field: row.save(update_fields=[field.name]))
            cause = getattr(error, "__cause__", None)
            assert getattr(cause, "pgcode", None) == psycopg2.errorcodes.FOREIGN_KEY_VIOLATION, f"{field}: {error!r}"
            assert "same_mall" in cause.diag.constraint_name, field
            checked += 1
    assert checked > 40


def test_a_reference_that_was_forged_in_memory_leads_nowhere(here):
    ours, other = here
    for model in MODELS:
        row = theirs(model, ours)
        for field in model._meta.local_fields:
            if isinstance(field, MallForeignKey):
                setattr(row, field.attname, theirs(field.related_model, other).pk)
                assert refused(lambda row=row, field=field: getattr(row, field.name)) is not None, field
    lines = OrderLine.objects.filter(order__in=[other.orders["paid"].pk]) | OrderLine.objects.filter(
        order__buyer__phone=other.members["customer"].buyer.phone
    )
    assert list(lines.select_related("order__buyer")) == []


def test_from_a_row_of_another_mall_nothing_can_be_reached(here):
    _ours, other = here
    for model in MODELS:
        row = theirs(model, other)
        for relation in model._meta.related_objects:
            if accessor := relation.get_accessor_name():
                assert list(getattr(row, accessor).all()) == [], relation
                assert getattr(row, accessor).count() == 0, relation
                prefetch_related_objects([row], accessor)
                assert list(getattr(row, accessor).all()) == [], relation


def test_staff_log_ins_of_the_installation_lead_to_this_mall_only(here):
    ours, other = here
    of_this_mall = User.objects.filter(pk__in=StaffMember.objects.values("user"))
    assert of_this_mall.filter(pk=ours.staff["owner"].user_id).exists()
    assert not of_this_mall.filter(pk=other.staff["owner"].user_id).exists()


def test_the_same_key_in_both_malls_is_no_conflict(here):
    """A unique key that left the mall out would tell by its violation what the other mall has."""
    ours, other = here
    taken = {
        Order: ("number", other.orders["paid"].number),
        type(other.links["mall"]): ("code", other.links["mall"].code),
        type(other.payments["succeeded"]): ("number", other.payments["succeeded"].number),
        type(other.refunds["other"]): ("number", other.refunds["other"].number),
        type(other.payouts["settled"]): ("number", other.payouts["settled"].number),
        type(other.category): ("name", other.category.name),
        type(other.members["customer"].buyer): ("phone", other.members["customer"].buyer.phone),
    }
    for model, (name, value) in taken.items():
        row = model.objects.order_by("pk").first()
        assert model.objects.filter(pk=row.pk).update(**{name: value}) == 1, model
    for model in MODELS:
        if (
            "public_id" in {field.name for field in model._meta.local_fields}
            and model._meta.db_table not in APPEND_ONLY
        ):
            row = theirs(model, ours)
            foreign = theirs(model, other).public_id
            assert model.objects.filter(pk=row.pk).update(public_id=foreign) == 1, model


def test_a_change_of_everything_changes_one_mall(here):
    for model in MODELS:
        column = any_column(model)
        if model._meta.db_table not in APPEND_ONLY:
            model.objects.update(**{column.attname: F(column.attname)})
    Mall.objects.update(notice=Concat(F("notice"), Value("!")))


def test_deleting_everything_leaves_the_other_mall_alone(here):
    for model in MODELS:
        if model._meta.db_table not in APPEND_ONLY:
            # Most are held by others; what goes is ours.
            with contextlib.suppress(DatabaseError), transaction.atomic():
                model.objects.all()._raw_delete("default")
    assert not type(here[0].payouts["settled"]).objects.exists()
