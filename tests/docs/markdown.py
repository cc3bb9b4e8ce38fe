"""Just enough Markdown to hold the documents against what they tell of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[2]
DOCS = HOUSE / "docs"

_FENCE = re.compile(r"^```(\S*)[ ]?(.*)$")
_HEADING = re.compile(r"^(#{1,6}) (.+?)\s*$")
_LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)|<img[^>]+src=\"([^\"]+)\"|<source[^>]+srcset=\"([^\"]+)\"")
_SEPARATOR = re.compile(r"^\|[\s:|-]+\|$")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: its language, the words behind it, its lines and the number of the first."""

    language: str
    words: str
    text: str
    line: int


def documents() -> list[Path]:
    """Every Markdown file of the house."""
    return sorted([*HOUSE.glob("*.md"), *DOCS.rglob("*.md")])


def fences(text: str) -> list[Fence]:
    """The fenced blocks in their order."""
    found, opened = [], None
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        mark = _FENCE.match(line)
        if opened is None and mark:
            opened, lines = (mark.group(1), mark.group(2), number + 1), []
        elif opened is not None and line == "```":
            found.append(Fence(opened[0], opened[1], "\n".join(lines), opened[2]))
            opened = None
        elif opened is not None:
            lines.append(line)
    assert opened is None, f"a block opened in line {opened} is not closed"
    return found


def outside_fences(text: str) -> Iterator[str]:
    """The lines that are prose, tables and headings."""
    inside = False
    for line in text.splitlines():
        if line.startswith("```"):
            inside = not inside
        elif not inside:
            yield line


def headings(text: str) -> list[tuple[int, str]]:
    """(depth, words) of every heading."""
    found = (_HEADING.match(line) for line in outside_fences(text))
    return [(len(mark.group(1)), mark.group(2)) for mark in found if mark]


def anchors(text: str) -> set[str]:
    """What a link may name behind #, as forges make it of headings."""
    made: dict[str, int] = {}
    found = set()
    for _depth, words in headings(text):
        plain = re.sub(r"[^\w\- ]", "", words.replace("`", "").lower()).replace(" ", "-")
        times = made[plain] = made.get(plain, -1) + 1
        found.add(f"{plain}-{times}" if times else plain)
    return found


def links(text: str) -> list[str]:
    """Targets of links and pictures."""
    return [next(filter(None, groups)) for line in outside_fences(text) for groups in _LINK.findall(line)]


def tables(text: str) -> list[list[list[str]]]:
    """Every table as rows of cells, the header first, without the line of dashes."""
    found: list[list[list[str]]] = []
    inside = False
    for line in outside_fences(text):
        if not line.startswith("|"):
            inside = False
            continue
        if not inside:
            found.append([])
            inside = True
        if not _SEPARATOR.match(line):
            found[-1].append([cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return found


def section(text: str, mark: str) -> str:
    """What stands between the comment `<!-- mark -->` and the next heading."""
    _before, found, rest = text.partition(f"<!-- {mark} -->\n")
    assert found, f"there is no <!-- {mark} -->"
    return re.split(r"^#{1,6} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def written(table: list[list[str]]) -> str:
    """A table as Markdown; figures to the right."""
    right = [
        len(table) > 1 and all(re.fullmatch(r"-?[\d,]*", row[column]) for row in table[1:])
        for column in range(len(table[0]))
    ]
    dashes = ["--:" if is_right else "---" for is_right in right]
    return "\n".join("| " + " | ".join(row) + " |" for row in [table[0], dashes, *table[1:]])
