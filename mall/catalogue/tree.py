"""The category tree: every write takes the mall's tree lock, because nested sets break silently when two write."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mall.catalogue.errors import BadCategory, CategoryLoop, CategoryNameTaken, CategoryNotEmpty, CategoryTooDeep
from mall.catalogue.models import Category, Product
from mall.inputs import checked_line, checked_number
from mall.tenancy.context import require_mall_id

LEVELS_MAX = 5
POSITION_MAX = 1_000_000
# First half of the advisory lock's key; the mall is the second. Never reuse the number.
TREE_LOCK = 7_301


def create_category(*, name: str, parent: Category | None = None, position: int = 0) -> Category:
    """A new category below `parent`, or at the top. Takes the tree's lock.

    Raises BadCategory, CategoryNameTaken, CategoryTooDeep.
    """
    name = checked_line("name", name, 40, least=1, refuse=BadCategory)
    position = checked_number("position", position, POSITION_MAX, refuse=BadCategory)
    _lock_tree()
    if parent is not None:
        parent = Category.objects.get(pk=parent.pk)
    _require_free_name(name, parent)
    if parent is not None and parent.level + 2 > LEVELS_MAX:
        raise _too_deep()
    # insert_node takes parent and numbers from its arguments, so that no stale node gets in.
    return Category.objects.insert_node(Category(name=name, position=position), parent, "last-child", save=True)


def move_category(*, category: Category, parent: Category | None) -> Category:
    """Hang a category with all below it under another parent, or at the top. Takes the tree's lock.

    Raises CategoryLoop, CategoryNameTaken, CategoryTooDeep.
    """
    _lock_tree()
    node = Category.objects.get(pk=category.pk)
    target = Category.objects.get(pk=parent.pk) if parent is not None else None
    if node.parent_id == (target.pk if target else None):
        return node
    if target is not None:
        if target.tree_id == node.tree_id and node.lft <= target.lft <= node.rght:
            raise CategoryLoop
        height = max(node.get_descendants(include_self=True).values_list("level", flat=True)) - node.level
        if target.level + 2 + height > LEVELS_MAX:
            raise _too_deep()
    _require_free_name(node.name, target, besides=node)
    Category.objects.move_node(node, target, "last-child")
    return Category.objects.get(pk=node.pk)


def rename_category(*, category: Category, name: str | None = None, position: int | None = None) -> Category:
    """Change a category's name or its place among its siblings. Takes the tree's lock.

    Raises BadCategory, CategoryNameTaken.
    """
    changes: dict[str, str | int] = {}
    if position is not None:
        changes["position"] = checked_number("position", position, POSITION_MAX, refuse=BadCategory)
    _lock_tree()
    node = Category.objects.select_related("parent").get(pk=category.pk)
    if name is not None:
        changes["name"] = checked_line("name", name, 40, least=1, refuse=BadCategory)
        _require_free_name(str(changes["name"]), node.parent, besides=node)
    if changes:
        Category.objects.filter(pk=node.pk).update(**changes)
    return Category.objects.get(pk=node.pk)


def delete_category(*, category: Category) -> None:
    """Delete an empty category. Takes the tree's lock. Raises CategoryNotEmpty while anything is in it."""
    _lock_tree()
    node = Category.objects.get(pk=category.pk)
    children = Category.objects.filter(parent=node).count()
    if children:
        raise CategoryNotEmpty(
            ngettext("该分类下还有 %(n)s 个子分类，请先移走。", "该分类下还有 %(n)s 个子分类，请先移走。", children)
            % {"n": children}
        )
    products = Product.objects.filter(category=node).count()
    if products:
        raise CategoryNotEmpty(
            ngettext(
                "该分类下还有 %(n)s 个商品，请先移到别的分类。",
                "该分类下还有 %(n)s 个商品，请先移到别的分类。",
                products,
            )
            % {"n": products}
        )
    try:
        with transaction.atomic():
            node.delete()
    except (ProtectedError, IntegrityError) as error:
        # Coupons, discounts and rates of commission name it too, on other floors and for good.
        raise CategoryNotEmpty(_("该分类已被优惠券、满减或佣金比例使用，不能删除；可以改名后继续使用。")) from error


class Numbers(NamedTuple):
    """mptt's numbers of one node."""

    tree_id: int
    lft: int
    rght: int
    level: int


def wrong_numbers(*, taken_elsewhere: frozenset[int] = frozenset()) -> dict[int, Numbers]:
    """Category id → the numbers it should have, for those of the mall in force whose numbers are not right.

    Computed from the parents alone. taken_elsewhere: tree_ids of other malls, which this one must not use;
    a tree that needs a new number gets one from the sequence.
    """
    nodes = {node.pk: node for node in Category.objects.all()}
    children: dict[int | None, list[Category]] = defaultdict(list)
    for node in sorted(nodes.values(), key=lambda node: (node.lft, node.pk)):
        children[node.parent_id].append(node)
    found: dict[int, Numbers] = {}
    used: set[int] = set()
    for root in children[None]:
        tree_id = root.tree_id
        if tree_id in used or tree_id in taken_elsewhere:
            tree_id = _fresh_tree_id()
        used.add(tree_id)
        _number(root, tree_id, children, found)
    return {
        pk: numbers
        for pk, numbers in found.items()
        if numbers != Numbers(nodes[pk].tree_id, nodes[pk].lft, nodes[pk].rght, nodes[pk].level)
    }


def repair_tree(*, taken_elsewhere: frozenset[int] = frozenset()) -> int:
    """Renumber whatever wrong_numbers finds. Takes the tree's lock. Answers how many rows changed."""
    _lock_tree()
    wrong = wrong_numbers(taken_elsewhere=taken_elsewhere)
    for pk, numbers in wrong.items():
        Category.objects.filter(pk=pk).update(**numbers._asdict())
    return len(wrong)


def _number(
    root: Category, tree_id: int, children: dict[int | None, list[Category]], found: dict[int, Numbers]
) -> None:
    """Number one tree depth first, without recursion: a broken tree may be of any depth."""
    counter = 0
    lefts: dict[int, int] = {}
    stack: list[tuple[Category, int, bool]] = [(root, 0, False)]
    while stack:
        node, level, left_behind = stack.pop()
        counter += 1
        if left_behind:
            found[node.pk] = Numbers(tree_id, lefts[node.pk], counter, level)
            continue
        lefts[node.pk] = counter
        stack.append((node, level, True))
        stack.extend((child, level + 1, False) for child in reversed(children[node.pk]))


def _require_free_name(name: str, parent: Category | None, *, besides: Category | None = None) -> None:
    taken = Category.objects.filter(parent=parent, name=name)
    if besides is not None:
        taken = taken.exclude(pk=besides.pk)
    if taken.exists():
        raise CategoryNameTaken


def _too_deep() -> CategoryTooDeep:
    return CategoryTooDeep(_("分类至多 %(n)s 级，请选择更上一级的分类。") % {"n": LEVELS_MAX})


def _lock_tree() -> None:
    with connection.cursor() as cursor:
        # Two halves of 32 bits: malls 2^31 apart would share a lock, which only makes one wait.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [TREE_LOCK, require_mall_id("A category") % 2_147_483_647]
        )


def _fresh_tree_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('mall_category_tree_id_seq')")
        return cursor.fetchone()[0]
