"""docs/money.md tells what the ledger does, to the fen."""

from __future__ import annotations

import pytest

from mall import clock
from tests.docs.markdown import DOCS, section, tables, written
from tests.docs.money_stories import STORIES, Story

PAGE = DOCS / "money.md"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", STORIES)
def test_the_story_is_told_as_it_happens(name: str) -> None:
    with clock.unmoved():
        story = Story()
        STORIES[name](story)
        expected = [story.journals(), story.balances()]
    found = tables(section(PAGE.read_text(encoding="utf-8"), f"story: {name}"))
    assert found == expected, "docs/money.md should say:\n\n" + "\n\n".join(map(written, expected))
