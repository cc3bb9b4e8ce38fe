"""The category tree keeps its parents and its numbers, whatever is done to it and by how many at once."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from mall import clock
from mall.catalogue.errors import (
    BadCategory,
    CategoryLoop,
    CategoryNameTaken,
    CategoryNotEmpty,
    CategoryTooDeep,
)
from mall.catalogue.models import Category
from mall.catalogue.selectors import category_tree
from mall.catalogue.services import create_category, create_product, delete_category, move_category, rename_category
from mall.catalogue.tree import LEVELS_MAX, wrong_numbers
from mall.promotions.models import ThresholdDiscount
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import make_mall


def names(nodes) -> list:
    return [node.name if not node.children else (node.name, names(node.children)) for node in nodes]


def descendants(category: Category) -> set[str]:
    fresh = Category.objects.get(pk=category.pk)
    return set(fresh.get_descendants().values_list("name", flat=True))


@pytest.fixture
def scope(mall):
    with mall_scope(mall.pk):
        yield


@pytest.mark.usefixtures("scope")
class TestTree:
    def test_siblings_are_sorted_by_position_and_name_whenever_they_came(self):
        create_category(name="鞋", position=2)
        clothes = create_category(name="衣", position=1)
        create_category(name="裤", parent=clothes)
        create_category(name="上衣", parent=clothes)
        create_category(name="帽", position=2)
        assert names(category_tree()) == [("衣", ["上衣", "裤"]), "帽", "鞋"]
        assert wrong_numbers() == {}

    def test_a_moved_category_takes_everything_below_it_along(self):
        a, b = create_category(name="a"), create_category(name="b")
        child = create_category(name="child", parent=a)
        create_category(name="leaf", parent=child)
        move_category(category=child, parent=b)
        assert (descendants(a), descendants(b)) == (set(), {"child", "leaf"})
        move_category(category=child, parent=None)
        assert (descendants(b), names(category_tree())) == (set(), ["a", "b", ("child", ["leaf"])])
        assert wrong_numbers() == {}

    def test_a_category_cannot_move_below_itself_or_its_own_child(self):
        a = create_category(name="a")
        child = create_category(name="child", parent=a)
        for target in (a, child):
            with pytest.raises(CategoryLoop):
                move_category(category=a, parent=target)
        assert names(category_tree()) == [("a", ["child"])]

    def test_the_tree_has_a_bottom(self):
        bottom = None
        for level in range(LEVELS_MAX):
            bottom = create_category(name=f"l{level}", parent=bottom)
        with pytest.raises(CategoryTooDeep, match="5"):
            create_category(name="below", parent=bottom)
        pair = create_category(name="pair")
        create_category(name="lower", parent=pair)
        with pytest.raises(CategoryTooDeep):
            move_category(category=pair, parent=Category.objects.get(name="l3"))

    def test_names_are_unique_among_siblings_only(self):
        a, b = create_category(name="a"), create_category(name="b")
        create_category(name="same", parent=a)
        moving = create_category(name="same", parent=b)
        with pytest.raises(CategoryNameTaken):
            create_category(name="same", parent=a)
        with pytest.raises(CategoryNameTaken):
            create_category(name=" b ")
        with pytest.raises(CategoryNameTaken):
            move_category(category=moving, parent=a)
        with pytest.raises(CategoryNameTaken):
            rename_category(category=a, name="b")
        assert rename_category(category=a, name="a").name == "a"
        assert rename_category(category=a, name="c", position=7).position == 7

    def test_only_an_empty_category_can_be_deleted(self):
        a = create_category(name="a")
        child = create_category(name="child", parent=a)
        product = create_product(name="p", category=child, status="draft")
        with pytest.raises(CategoryNotEmpty, match="1 个子分类"):
            delete_category(category=a)
        with pytest.raises(CategoryNotEmpty, match="1 个商品"):
            delete_category(category=child)
        product.delete()
        delete_category(category=child)
        delete_category(category=a)
        assert category_tree() == []

    def test_a_category_that_a_discount_names_is_kept(self):
        named = create_category(name="a")
        now = clock.now()
        ThresholdDiscount.objects.create(
            name="满减", threshold_fen=1_000, off_fen=1, starts_at=now, ends_at=now + timedelta(days=1), category=named
        )
        with pytest.raises(CategoryNotEmpty, match="满减"):
            delete_category(category=named)
        assert Category.objects.get() == named

    @pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\nb", "a\x00b", "\ud800", 5, None])
    def test_a_bad_name_is_refused(self, name):
        with pytest.raises(BadCategory):
            create_category(name=name)

    @pytest.mark.parametrize("position", [-1, 2**63, True, 1.0, "1", float("nan")])
    def test_a_bad_position_is_refused(self, position):
        with pytest.raises(BadCategory):
            create_category(name="a", position=position)

    def test_random_changes_leave_the_numbers_as_the_parents_say(self):
        chance = random.Random(5)  # noqa: S311 - the same moves every time
        for number in range(120):
            nodes = list(Category.objects.all())
            move = chance.random()
            try:
                if move < 0.5 or not nodes:
                    create_category(name=f"n{number}", parent=chance.choice([None, *nodes]))
                elif move < 0.85:
                    move_category(category=chance.choice(nodes), parent=chance.choice([None, *nodes]))
                else:
                    delete_category(category=chance.choice(nodes))
            except (CategoryLoop, CategoryTooDeep, CategoryNotEmpty):
                continue
        assert Category.objects.count() > 20
        assert wrong_numbers() == {}


@pytest.mark.django_db(transaction=True)
def test_many_writers_at_once_leave_a_sound_tree():
    mall = make_mall()
    with mall_scope(mall.pk):
        roots = [create_category(name=f"root{n}") for n in range(4)]

    def grow(number: int):
        with mall_scope(mall.pk):
            child = create_category(name=f"c{number}", parent=roots[number % 4])
            move_category(category=child, parent=roots[(number + 1) % 4])

    together([lambda n=n: grow(n) for n in range(16)])
    with mall_scope(mall.pk):
        assert wrong_numbers() == {}
        assert Category.objects.count() == 20
        assert [root.get_descendant_count() for root in Category.objects.filter(parent=None)] == [4, 4, 4, 4]


def test_no_two_malls_share_a_tree_id(mall, elsewhere):
    for one in (mall, elsewhere, mall):
        with mall_scope(one.pk):
            for position in (3, 2, 1):
                top = create_category(name=f"{one.pk}-{position}-{Category.objects.count()}", position=position)
                rename_category(category=top, name=f"renamed{top.pk}")
    with mall_scope(mall.pk):
        ours = set(Category.objects.values_list("tree_id", flat=True))
    with mall_scope(elsewhere.pk):
        theirs = set(Category.objects.values_list("tree_id", flat=True))
    assert ours & theirs == set()


def test_the_command_finds_a_broken_tree_and_repairs_it(mall, capsys):
    with mall_scope(mall.pk):
        a = create_category(name="a")
        b = create_category(name="b", parent=a)
        create_category(name="c", parent=b)
        right = list(Category.objects.order_by("pk").values_list("tree_id", "lft", "rght", "level"))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE mall_category SET lft = 1, rght = 2, level = 4 WHERE id = %s", [b.pk])
    with pytest.raises(CommandError, match="wrong numbers"):
        call_command("check_category_tree")
    call_command("check_category_tree", "--fix")
    call_command("check_category_tree")
    assert f"mall {mall.pk}: 1 categories renumbered" in capsys.readouterr().out
    with mall_scope(mall.pk):
        assert list(Category.objects.order_by("pk").values_list("tree_id", "lft", "rght", "level")) == right


def test_a_category_of_another_mall_is_no_parent(mall, elsewhere):
    with mall_scope(elsewhere.pk):
        theirs = create_category(name="theirs")
    with mall_scope(mall.pk), pytest.raises(Category.DoesNotExist):
        create_category(name="ours", parent=theirs)
