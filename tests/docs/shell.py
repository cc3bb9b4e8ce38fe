"""The shell of docs/front-end.md: curl against the test client, and the few words around it.

It knows assignments, `curl … | tee answer`, `NAME=$(take path.to.field)` and the definition of take. Anything
else in a block that is marked to be run is an error, so that no command on the page goes untried.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

# The page defines it for people; here it is Shell._field.
_DEFINITION = "take() {"
_ASSIGNMENT = re.compile(r"([A-Z_]+)=(.*)", re.DOTALL)
_TAKE = re.compile(r"\$\(take ([\w.]+)\)")
_VARIABLE = re.compile(r"\$([A-Z_]+)")
# Stands for a dollar sign that the shell leaves alone.
_HIDDEN = "\N{SYMBOL FOR NULL}"
_CURL = "curl/8.5.0"


class Shell:
    """One reader who types the page's commands one after the other."""

    def __init__(self, given: dict[str, str]) -> None:
        self.given = given
        self.variables: dict[str, str] = {}
        self.answer = ""
        self.status = 0

    def run(self, block: str) -> str:
        """Run every command of a block; what the last curl printed."""
        for command in commands(block):
            if command.startswith(_DEFINITION):
                continue
            if mark := _ASSIGNMENT.fullmatch(command):
                self._assign(*mark.groups())
            elif command.startswith("curl "):
                self._curl(command.removesuffix("| tee answer").strip())
            else:
                raise AssertionError(f"nobody can run this: {command}")
        return self.answer

    def _assign(self, name: str, value: str) -> None:
        if taken := _TAKE.fullmatch(value):
            self.variables[name] = str(self._field(taken.group(1)))
        else:
            self.variables[name] = self.given.get(name, self._filled(shlex.split(value)[0] if value else ""))

    def _field(self, path: str) -> Any:
        found = json.loads(self.answer)
        for step in path.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
        return found

    def _filled(self, word: str) -> str:
        return _VARIABLE.sub(lambda mark: self.variables[mark.group(1)], word)

    def _curl(self, command: str) -> None:
        method, address, body, shown = "", "", None, ""
        headers = {"User-Agent": _CURL}
        # As the shell does it: '…'$NAME'…' is one word, and nothing is filled in between single quotes.
        words = [self._filled(word).replace(_HIDDEN, "$") for word in shlex.split(_outside_single_quotes(command))]
        rest = iter(words[1:])
        for word in rest:
            if word == "-s":
                continue
            if word == "-X":
                method = next(rest)
            elif word == "-H":
                name, _colon, value = next(rest).partition(":")
                headers[name] = value.strip()
            elif word == "-A":
                headers["User-Agent"] = next(rest)
            elif word == "-d":
                body = next(rest)
            elif word == "-o":
                assert next(rest) == "/dev/null"
            elif word == "-w":
                shown = next(rest)
            else:
                assert word.startswith(self.variables["BASE"]), word
                address = word
        self._send(method or ("GET" if body is None else "POST"), address, body, headers, shown)

    def _send(self, method: str, address: str, body: str | None, headers: dict[str, str], shown: str) -> None:
        parts = urlsplit(address)
        content_type = headers.pop("Content-Type", "application/x-www-form-urlencoded")
        response = Client(headers={"Host": parts.netloc, **headers}).generic(
            method, f"{parts.path}?{parts.query}" if parts.query else parts.path, body or "", content_type=content_type
        )
        self.status = response.status_code
        self.answer = response.content.decode()
        if shown:
            redirected = response.headers.get("Location", "")
            place = f"{parts.scheme}://{parts.netloc}{redirected}" if redirected else ""
            self.answer = (
                shown.replace("%{http_code}", str(self.status)).replace("%{redirect_url}", place).replace("\\n", "")
            )


def commands(block: str) -> list[str]:
    """The commands of a block: continued lines and quoted lines put together, comments left out."""
    found: list[str] = []
    pending = ""
    for line in block.replace("\\\n", " ").splitlines():
        pending = f"{pending}\n{line}" if pending else line
        if pending.count("'") % 2 or (_DEFINITION in pending and not line.endswith("}")):
            continue
        if pending.strip() and not pending.startswith("#"):
            found.append(pending.strip())
        pending = ""
    assert not pending, f"a quote is not closed: {pending}"
    return found


def matches(shown: Any, real: Any) -> bool:
    """Whether the page shows what came: the same fields and values, "…" in a text standing for anything."""
    if isinstance(shown, dict) and isinstance(real, dict):
        return shown.keys() == real.keys() and all(matches(shown[name], real[name]) for name in shown)
    if isinstance(shown, list) and isinstance(real, list):
        return len(shown) == len(real) and all(map(matches, shown, real))
    if isinstance(shown, str) and isinstance(real, str):
        pattern = ".+".join(re.escape(part) for part in shown.split("…"))
        return re.fullmatch(pattern, real, re.DOTALL) is not None
    return type(shown) is type(real) and shown == real


def _outside_single_quotes(command: str) -> str:
    """Hide the $ that stand between single quotes."""
    parts = command.split("'")
    return "'".join(part.replace("$", _HIDDEN) if n % 2 else part for n, part in enumerate(parts))
