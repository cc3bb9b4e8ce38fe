"""Rooms stay small and say what they are for."""

from __future__ import annotations

import ast

from tests.architecture.house import FLOORS, ROOT, module_of, sources, told, tree

LINES_MOST = 400
FUNCTION_LINES_MOST = 70

# A name that says nothing gathers everything.
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "tools", "lib", "core", "manager"}


def test_a_file_has_at_most_400_lines():
    sizes = {told(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert {name: lines for name, lines in sizes.items() if lines > LINES_MOST} == {}, "give part of it its own room"


def test_a_function_has_at_most_70_lines():
    found = [
        f"{told(path, node.lineno)} {node.name}: {node.end_lineno - node.lineno + 1} lines"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES_MOST
    ]
    assert found == []


def test_no_module_has_a_name_that_says_nothing():
    named = {
        told(path) for path in sources() if SAYS_NOTHING & set(path.relative_to(path.anchor).with_suffix("").parts[-3:])
    }
    assert named == set()


def test_every_module_with_code_says_what_it_is():
    without = [
        told(path)
        for path in sources(*FLOORS, ROOT)
        # An apps.py is the framework's; its class says what the floor is.
        if tree(path).body and ast.get_docstring(tree(path)) is None and path.name != "apps.py"
    ]
    assert without == []


def test_every_room_is_a_package():
    """Else its tests and its checks pass it by."""
    without = {
        told(path.parent)
        for path in sources(*FLOORS, ROOT)
        if not (path.parent / "__init__.py").exists() and "management" not in path.parts
    }
    assert without == set()


# Read as a sentence, or called by a port in the port's own order; no two numbers in one of them.
BY_POSITION = {
    "mall.buyers.services.check_password",
    "mall.events.services.record",
    "mall.events.services.record_many",
    "mall.staff.services.checked_password",
    "referrals.attribution.services.referrer_behind",
}


def test_services_take_their_arguments_by_name():
    """A call that moves money says which number is which."""
    found = []
    for path in sources(*FLOORS):
        if path.name != "services.py":
            continue
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                positional = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
                # One argument cannot be mistaken for another.
                if len(positional) > 1 and f"{module_of(path)}.{node.name}" not in BY_POSITION:
                    found.append(f"{module_of(path)}.{node.name}{positional}")
                if not ast.get_docstring(node):
                    found.append(f"{module_of(path)}.{node.name} has no docstring")
                if node.returns is None:
                    found.append(f"{module_of(path)}.{node.name} does not say what it returns")
    assert found == []
