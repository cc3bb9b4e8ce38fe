"""The source files of the house, read once."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]

# From the ground up: a floor imports only what stands before it.
FLOORS = ("mall", "members", "referrals", "commissions")
ROOT = "config"
PLACES = (*FLOORS, ROOT, "tests", "benchmarks")


@cache
def sources(*places: str) -> tuple[Path, ...]:
    """Every Python file below these folders, migrations aside: they are written by a machine and read once."""
    return tuple(
        path
        for place in places or PLACES
        for path in sorted((HOUSE / place).rglob("*.py"))
        if "migrations" not in path.parts
    )


@cache
def tree(path: Path) -> ast.Module:
    """A file, parsed."""
    return ast.parse(path.read_text(encoding="utf-8"))


def told(path: Path, line: int | None = None) -> str:
    """Where something stands, for messages."""
    name = str(path.relative_to(HOUSE))
    return f"{name}:{line}" if line else name


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    parts = path.relative_to(HOUSE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Every string of a file that is no docstring; the parts of an f-string one by one."""
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.lineno, node.value


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """(last name, call) of every call of a file."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield name, node


def arguments(call: ast.Call) -> dict[str, ast.expr]:
    """The named arguments of a call."""
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that is, or is about to be, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (path := HOUSE / name).is_file())
