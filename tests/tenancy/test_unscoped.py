"""Outside of any mall no question about a mall's rows reaches the database, whichever way it is asked.

The methods are found by looking at Django's classes, so a release that adds one fails here until
it is tried as well.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import serializers
from django.db import connection, transaction
from django.db.models import Count, Exists, Manager, Model, OuterRef, QuerySet, Subquery
from django.test.utils import CaptureQueriesContext

from mall.catalogue.models import Category
from mall.malls.models import Mall
from mall.orders.models import Order
from mall.staff.models import StaffMember, User
from mall.tenancy.context import MallNotSet, mall_scope
from mall.tenancy.registry import mall_models
from tests.factories.mall import make_mall
from tests.tenancy.unscoped_calls import CALLS, NO_CALLS, any_column, evaluated, unsaved

pytestmark = pytest.mark.django_db

MODELS = [*mall_models(), Mall]


def plain_manager(model: type[Model]) -> QuerySet:
    """What a third-party app would use: a manager without the mall's filter."""
    manager: Manager = Manager()
    manager.model = model
    return manager.get_queryset()


# Ways to a QuerySet. The first two of a mall's models stop at once, the others in the compiler.
WAYS: dict[str, Callable[[type[Model]], QuerySet]] = {
    "default manager": lambda model: model._default_manager.all(),
    "base manager": lambda model: model._base_manager.all(),
    "bare QuerySet": QuerySet,
    "plain Manager": plain_manager,
}


# Statements that show no row: savepoints, and the number a new category tree takes.
TELLS_NOTHING = ("SAVEPOINT", "nextval(")


def asks_nothing(what: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """The call raises MallNotSet, and no statement was sent that could show a row."""
    with CaptureQueriesContext(connection) as sent:
        try:
            # A savepoint: a write that was stopped leaves the transaction unusable.
            with transaction.atomic():
                answer = call(*args, **kwargs)
        except MallNotSet:
            answer = None
        else:
            pytest.fail(f"{what} answered {answer!r}")
    told = [query["sql"] for query in sent.captured_queries if not any(word in query["sql"] for word in TELLS_NOTHING)]
    assert told == [], what


def test_every_public_method_of_a_queryset_is_tried():
    public = {name for name in dir(QuerySet) if not name.startswith("_")}
    assert public == {*CALLS, *NO_CALLS}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("method", CALLS)
def test_a_method_stops_outside_of_any_mall(method, way):
    for model in MODELS:
        asks_nothing(f"{model._meta.label}: {method} by the {way}", lambda rows: CALLS[method](WAYS[way](rows)), model)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_raw_finds_no_rows_outside_of_any_mall(model):
    make_mall()
    table = model._meta.db_table
    assert list(QuerySet(model).raw(f'SELECT * FROM "{table}"')) == []
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        assert cursor.fetchone() == (0,)


def test_the_rows_that_raw_does_not_find_are_there():
    mall = make_mall()
    with mall_scope(mall.pk):
        assert [found.pk for found in QuerySet(Mall).raw("SELECT * FROM mall_mall")] == [mall.pk]
    assert list(QuerySet(Mall).raw("SELECT * FROM mall_mall")) == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_row_at_hand_cannot_be_saved_deleted_or_followed(model):
    row, name = unsaved(model), model._meta.label
    asks_nothing(f"{name}.save", row.save)
    asks_nothing(f"{name}.save(force_insert)", row.save, force_insert=True)
    asks_nothing(f"{name}.save_base", row.save_base, raw=True)
    asks_nothing(f"{name}.delete", row.delete)
    asks_nothing(f"{name}.refresh_from_db", row.refresh_from_db)
    for field in model._meta.local_fields:
        if field.is_relation and field.related_model is not User:
            asks_nothing(str(field), getattr, unsaved(model), field.name)
    for relation in model._meta.related_objects:
        if accessor := relation.get_accessor_name():
            related = getattr(row, accessor)
            asks_nothing(f"{name}.{accessor}", lambda rows: evaluated(rows.all()), related)
            asks_nothing(f"{name}.{accessor}.count", related.count)
            asks_nothing(f"{name}.{accessor}.create", related.create, mall_id=1)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_paths_beside_the_public_methods_stop_as_well(model):
    rows, row, column = QuerySet(model), unsaved(model), any_column(model)
    asks_nothing("raw delete", rows._raw_delete, "default")
    asks_nothing("raw update", rows._update, [(column, None, None)])
    asks_nothing("raw insert", rows._insert, [row], fields=[column])
    asks_nothing("bool", bool, rows)
    asks_nothing("len", len, rows)
    asks_nothing("index", lambda: rows[0])
    asks_nothing("slice", lambda: rows[:5:2])
    asks_nothing("repr", repr, rows)
    asks_nothing("or", lambda: evaluated(rows.all() | rows.all()))
    asks_nothing("ignore conflicts", rows.bulk_create, [row], ignore_conflicts=True)
    upsert = {"update_conflicts": True, "update_fields": [column.name], "unique_fields": ["id"]}
    asks_nothing("upsert", rows.bulk_create, [row], **upsert)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_question_about_something_else_cannot_look_into_a_mall_on_the_way(model):
    rows, users = QuerySet(model), User.objects
    hidden = users.filter(pk__in=rows.values("pk"))
    first = Subquery(rows.values("pk")[:1])
    asks_nothing("in", evaluated, hidden)
    asks_nothing("not in", evaluated, users.exclude(pk__in=rows.values("pk")))
    asks_nothing("exists", evaluated, users.filter(Exists(rows.filter(pk=OuterRef("pk")))))
    asks_nothing("annotation", evaluated, users.annotate(n=first))
    asks_nothing("aggregate", users.aggregate, n=Count("pk", filter=Exists(rows)))
    asks_nothing("order", users.order_by(first).first)
    asks_nothing("update where", hidden.update, name="")
    asks_nothing("delete where", hidden._raw_delete, "default")
    asks_nothing("update to", users.update, name=first)
    asks_nothing("union", evaluated, users.values("pk").union(rows.values("pk")))
    asks_nothing("extra tables", evaluated, users.extra(tables=[model._meta.db_table]))  # noqa: S610 - the very thing


def test_joins_from_a_row_of_a_mall_stop():
    for path in ("buyer", "buyer__mall", "mall"):
        asks_nothing(path, evaluated, QuerySet(Order).select_related(path))
    asks_nothing("filter over a join", evaluated, QuerySet(Order).filter(buyer__phone="1"))
    asks_nothing("filter over many joins", evaluated, QuerySet(Order).filter(lines__sku__product__name="1"))


def test_deleting_a_staff_log_in_cannot_reach_into_the_malls():
    operator = User.objects.create_user("somebody@example.com", "x")
    with pytest.raises(MallNotSet):
        operator.delete()
    assert User.objects.filter(pk=operator.pk).exists()


def test_a_serialised_row_cannot_be_loaded():
    text = serializers.serialize("json", [StaffMember(pk=1, mall_id=1, user_id=1, role="owner")])
    for loaded in serializers.deserialize("json", text):
        asks_nothing("loaddata", loaded.save)


# mptt's own ways to the rows of a category tree.
TREE_CALLS: dict[str, Callable[[Any], Any]] = {
    "add_related_count": lambda manager: evaluated(
        manager.add_related_count(QuerySet(Category), Order, "pk", "n", cumulative=True)
    ),
    "get_cached_trees": lambda manager: manager.get_cached_trees(),
    "get_queryset_ancestors": lambda manager: evaluated(manager.get_queryset_ancestors(QuerySet(Category))),
    "get_queryset_descendants": lambda manager: evaluated(manager.get_queryset_descendants(QuerySet(Category))),
    "insert_node": lambda manager: manager.insert_node(
        Category(name="x"), Category(pk=1, tree_id=1, lft=1, rght=2, level=0), save=True
    ),
    "move_node": lambda manager: manager.move_node(Category(pk=1, tree_id=1, lft=1, rght=2, level=0), None),
    "partial_rebuild": lambda manager: manager.partial_rebuild(1),
    "rebuild": lambda manager: manager.rebuild(),
    "root_node": lambda manager: manager.root_node(1),
    "root_nodes": lambda manager: evaluated(manager.root_nodes()),
}
TREE_NO_CALLS = {
    "build_tree_nodes": "numbers new nodes in memory; only a target that is there is asked about",
    "delay_mptt_updates": "ends in rebuild",
    "disable_mptt_updates": "only switches the numbering off",
    **dict.fromkeys(("left_attr", "level_attr", "parent_attr", "right_attr", "tree_id_attr"), "names a column"),
}


def test_every_public_method_of_the_category_tree_is_tried():
    own = {name for name in dir(type(Category.objects)) if not name.startswith("_") and name not in dir(Manager)}
    assert own == {*TREE_CALLS, *TREE_NO_CALLS}


@pytest.mark.parametrize("method", TREE_CALLS)
def test_a_tree_operation_stops_outside_of_any_mall(method):
    asks_nothing(method, TREE_CALLS[method], Category.objects)
