"""Bring the catalogue in line with the sources: new messages come in, vanished ones go, translations stay.

xgettext is not on every machine, so Python files are read as Python and templates by Django's own reader.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import polib
from django.utils.translation.template import templatize

from config.local import places

CATALOGUE = Path("locale/en/LC_MESSAGES/django.po")
FLOORS = ("mall", "members", "referrals", "commissions", "config", "templates")
# No dates, no names of machines: the file changes when a message does, and only then.
HEADER = {
    "Project-Id-Version": "fenyong",
    "Language": "en",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}

_CALLED = re.compile(r"(n?p?)gettext(?:_lazy)?(?:_noop)?")
_LITERAL = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_IN_TEMPLATE = re.compile(rf"\b(?:(n?p?)gettext|_)\(((?:\s*(?:{_LITERAL})\s*,?){{1,3}})")


class Message(NamedTuple):
    """What the translator sees; without context or plural these are empty."""

    id: str
    context: str
    plural: str


def _message(kind: str, words: list[str]) -> Message | None:
    """The message of a call, by the kind of its function: '', 'p', 'n' or 'np'."""
    context = words.pop(0) if "p" in kind and words else ""
    if not words or not words[0] or ("n" in kind and len(words) < 2):
        return None
    return Message(words[0], context, words[1] if "n" in kind else "")


def _kinds(tree: ast.Module) -> dict[str, str]:
    """What a file calls the functions, and the kind of each."""
    return {
        name.asname or name.name: found[1]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if (found := _CALLED.fullmatch(name.name))
    }


def _kind(function: ast.expr, kinds: dict[str, str]) -> str | None:
    if isinstance(function, ast.Name):
        return kinds.get(function.id)
    if isinstance(function, ast.Attribute) and (found := _CALLED.fullmatch(function.attr)):
        return found[1]
    return None


def in_python(source: str) -> Iterator[Message]:
    """Messages of a Python file, under whatever names it imported the functions."""
    tree = ast.parse(source)
    kinds = _kinds(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or (kind := _kind(node.func, kinds)) is None:
            continue
        words = [word.value for word in node.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        if message := _message(kind, words):
            yield message


def in_template(source: str) -> Iterator[Message]:
    """Messages of a template."""
    for kind, words in _IN_TEMPLATE.findall(templatize(source)):
        if message := _message(kind, [ast.literal_eval(word) for word in re.findall(_LITERAL, words)]):
            yield message


def sources(house: Path = places.CHECKOUT) -> Iterator[Path]:
    """Files whose words a user may see."""
    for floor in FLOORS:
        for path in sorted((house / floor).rglob("*")):
            if path.suffix in {".html", ".txt"} or (path.suffix == ".py" and "migrations" not in path.parts):
                yield path


def extract(house: Path = places.CHECKOUT) -> dict[Message, list[str]]:
    """Every message, and the files it stands in."""
    found: dict[Message, list[str]] = {}
    for path in sources(house):
        text = path.read_text(encoding="utf-8")
        place = path.relative_to(house).as_posix()
        for message in in_python(text) if path.suffix == ".py" else in_template(text):
            files = found.setdefault(message, [])
            if place not in files:
                files.append(place)
    # A catalogue has one entry for an id, and the one with a plural serves both ways of asking.
    for message in [message for message in found if message.plural]:
        found[message] += found.pop(message._replace(plural=""), [])
    return found


def updated(old: polib.POFile, found: dict[Message, list[str]]) -> polib.POFile:
    """The catalogue for what was found, with the translations there are."""
    known = {Message(entry.msgid, entry.msgctxt or "", entry.msgid_plural or ""): entry for entry in old}
    new = polib.POFile(wrapwidth=0)
    new.metadata = dict(HEADER)
    for message, files in sorted(found.items()):
        entry = polib.POEntry(
            msgid=message.id, msgctxt=message.context or None, occurrences=[(file, "") for file in sorted(set(files))]
        )
        before = known.get(message)
        if message.plural:
            entry.msgid_plural = message.plural
            entry.msgstr_plural = dict(before.msgstr_plural) if before else {0: "", 1: ""}
        elif before:
            entry.msgstr = before.msgstr
        # Translations are filled in by name, so a letter a % stands before is a placeholder.
        if re.search(r"%\(\w+\)s", message.id):
            entry.flags = ["python-format"]
        new.append(entry)
    return new


def untranslated(catalogue: polib.POFile) -> list[str]:
    """Ids that have no translation yet."""
    return [entry.msgid for entry in catalogue if not all(entry.msgstr_plural.values() or [entry.msgstr])]


def update(house: Path = places.CHECKOUT) -> list[str]:
    """Write the catalogue anew where it changed; the answer is what waits for a translation."""
    path = house / CATALOGUE
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    new = updated(polib.pofile(before) if before else polib.POFile(), extract(house))
    # An unchanged file keeps its time, or it would be compiled again.
    if str(new) != before.rstrip("\n"):
        path.write_text(f"{new}\n", encoding="utf-8")
    return untranslated(new)


if __name__ == "__main__":
    waiting = update()
    for words in waiting:
        print(f"no translation: {words}")
    sys.exit(0)
