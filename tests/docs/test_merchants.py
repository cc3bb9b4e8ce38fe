"""The merchants' pages tell of the roles, defaults and limits there are, in both languages alike."""

from __future__ import annotations

import re

import pytest

from commissions.plans.models import PlanVersion
from commissions.plans.services import DEFAULT_LEVELS_BPS
from mall.dashboard.doors import RIGHT_NAMES
from mall.events.delivery import ATTEMPTS_MAX
from mall.malls.models import Mall
from mall.operators.services import HOURS_MAX
from mall.staff.models import Role
from mall.staff.rights import ALL, may
from tests.docs.markdown import DOCS, headings, tables

ROLES = (Role.OWNER, Role.MANAGER, Role.FINANCE, Role.SERVICE, Role.OPERATOR)
PAGES = {"en": "merchants.md", "zh": "merchants.zh-CN.md"}


def text_of(language: str) -> str:
    return (DOCS / PAGES[language]).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", PAGES)
def test_the_table_of_roles_is_the_one_in_force(language: str) -> None:
    header, *rows = tables(text_of(language))[-1]
    assert [row[0].rsplit("`", 2)[1] for row in rows] == sorted(ALL)
    for row in rows:
        right = row[0].rsplit("`", 2)[1]
        assert [cell == "✓" for cell in row[1:]] == [may(role, right) for role in ROLES], right
    if language == "zh":
        assert header[1:] == [str(role.label) for role in ROLES]
        assert {row[0].split(" `")[0] for row in rows} == {str(name) for name in RIGHT_NAMES.values()}


@pytest.mark.parametrize("language", PAGES)
def test_the_defaults_are_those_of_a_new_mall(language: str) -> None:
    settings, plan, _roles = (
        {row[0]: re.sub(r"\D", "", row[1].replace(".00", "00")) for row in table[1:]}
        for table in tables(text_of(language))
    )
    mall, version = Mall(), PlanVersion()
    numbers = list(settings.values())
    assert numbers[1:4] == [str(mall.unpaid_close_minutes), str(mall.auto_receive_days), str(mall.after_sales_days)]
    assert numbers[5] == str(mall.payout_min_fen)
    assert DEFAULT_LEVELS_BPS == [1000]
    figures = list(plan.values())
    assert (figures[0], figures[1]) == ("10", str(version.ceiling_bps // 100))
    assert (figures[5], figures[6]) == (str(version.attribution_window_days), str(version.hold_days))
    assert (ATTEMPTS_MAX, HOURS_MAX) == (8, 72)


def test_both_languages_have_the_same_parts() -> None:
    depths = {language: [depth for depth, _words in headings(text_of(language))] for language in PAGES}
    rows = {language: [len(table) for table in tables(text_of(language))] for language in PAGES}
    assert depths["en"] == depths["zh"]
    assert rows["en"] == rows["zh"]
