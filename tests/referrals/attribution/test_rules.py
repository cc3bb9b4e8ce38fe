"""The rules at many moments: right for each, and asked for seldom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from referrals.attribution import rules
from referrals.attribution.ports import AttributionRules

START = datetime(2026, 11, 22, tzinfo=UTC)


def moments(number: int) -> list[datetime]:
    return [START + timedelta(seconds=n) for n in range(number)]


@pytest.mark.parametrize("changes", [[], [0], [7], [3, 4], [1, 2, 3, 4, 5], [99], list(range(100))])
def test_each_moment_has_its_own_version(changes: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    def at(moment: datetime) -> AttributionRules:
        second = int((moment - START).total_seconds())
        return AttributionRules(version=sum(change <= second for change in changes))

    monkeypatch.setattr(rules, "attribution_rules", at)
    found = rules.rules_at_each(moments(100))
    assert found == {moment: at(moment) for moment in moments(100)}


@pytest.mark.parametrize(("number", "asked"), [(0, 0), (1, 1), (2, 2), (1000, 2)])
def test_a_plan_that_did_not_change_is_asked_for_twice(
    number: int, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions: list[datetime] = []

    def at(moment: datetime) -> AttributionRules:
        questions.append(moment)
        return AttributionRules(version=1)

    monkeypatch.setattr(rules, "attribution_rules", at)
    assert len(rules.rules_at_each(moments(number) * 2)) == number
    assert len(questions) == asked
