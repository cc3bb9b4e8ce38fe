"""Links lead somewhere, and every page can be found."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.docs.markdown import DOCS, HOUSE, anchors, documents, links

EVERY = [str(page.relative_to(HOUSE)) for page in documents()]


@pytest.mark.parametrize("name", EVERY)
def test_every_link_resolves(name: str) -> None:
    page = HOUSE / name
    broken = [link for link in links(page.read_text(encoding="utf-8")) if not resolves(page, link)]
    assert broken == []


def resolves(page: Path, link: str) -> bool:
    """Whether a link of ours leads to a file, and to a heading in it; other sites are not asked."""
    if "://" in link:
        return True
    path, _hash, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    return not anchor or anchor in anchors(target.read_text(encoding="utf-8"))


def test_every_page_stands_in_the_map() -> None:
    index = DOCS / "index.md"
    there = {(index.parent / link.split("#")[0]).resolve() for link in links(index.read_text(encoding="utf-8"))}
    lost = [str(page.relative_to(HOUSE)) for page in documents() if page.resolve() not in there | {index}]
    assert lost == [], "name it in docs/index.md"


@pytest.mark.parametrize("picture", sorted(path.name for path in (DOCS / "pictures").glob("*.svg")))
def test_a_picture_can_be_read_in_the_dark_and_aloud(picture: str) -> None:
    text = (DOCS / "pictures" / picture).read_text(encoding="utf-8")
    root = ET.fromstring(text)  # noqa: S314 - our own picture
    name = "{http://www.w3.org/2000/svg}"
    assert "prefers-color-scheme: dark" in text
    assert root.find(f"{name}title").text
    assert root.find(f"{name}desc").text
