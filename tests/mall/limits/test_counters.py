"""Counters in Valkey: exact under concurrency, apart for each mall, silent about whom they count."""

from __future__ import annotations

import time
from functools import partial

import pytest

from mall.errors import TooMany
from mall.limits import counters
from mall.limits.counters import clear, counter_key, give_back, hit
from mall.limits.guesses import guess
from mall.limits.policy import Limit
from mall.tenancy.context import mall_scope
from tests.concurrency import together
from tests.factories.mall import make_mall, unique

pytestmark = pytest.mark.django_db


def count(name: str, key: str, limit: int = 3) -> bool:
    return hit(name, key, limit, 60, fail_closed=True)


def test_the_first_few_pass_and_the_next_does_not() -> None:
    name = unique("n")
    assert [count(name, "a") for _ in range(5)] == [True, True, True, False, False]
    assert count(name, "b") is True
    assert count(unique("n"), "a") is True


def test_a_window_ends_by_valkeys_own_time() -> None:
    name = unique("n")
    assert hit(name, "a", 1, 1, fail_closed=True) is True
    assert hit(name, "a", 1, 1, fail_closed=True) is False
    time.sleep(1.1)
    assert hit(name, "a", 1, 1, fail_closed=True) is True


def test_each_mall_counts_for_itself() -> None:
    name = unique("n")
    first, second = make_mall(), make_mall()
    for mall in (first, second):
        with mall_scope(mall.pk):
            assert [count(name, "a", 1), count(name, "a", 1)] == [True, False]
    assert count(name, "a", 1) is True


def test_what_is_counted_everywhere_is_counted_once() -> None:
    limit = Limit(unique("n"), 1, 60, everywhere=True)
    with mall_scope(make_mall().pk):
        limit.count("a")
    with mall_scope(make_mall().pk), pytest.raises(TooMany):
        limit.count("a")


def test_counts_are_given_back_and_forgotten() -> None:
    name = unique("n")
    assert count(name, "a", 1) is True
    give_back(name, "a")
    assert count(name, "a", 1) is True
    assert count(name, "a", 1) is False
    clear(name, "a")
    assert count(name, "a", 1) is True
    give_back(name, "nobody")
    assert [count(name, "nobody", 1), count(name, "nobody", 1)] == [True, False]


def test_a_key_tells_nothing_about_whom_it_counts() -> None:
    mall = make_mall()
    with mall_scope(mall.pk):
        key = counter_key("codes-phone", "+8613800138000")
    assert f":limit:mall:{mall.pk}:codes-phone:" in key
    assert "138" not in key.rpartition(":")[2] or len(key.rpartition(":")[2]) == 32
    assert "13800138000" not in key
    assert ":limit:installation:" in counter_key("operator-guesses", "a@b.example")


@pytest.mark.parametrize("key", ["", "x" * 100_000, "\x00", "\ud800", "键"])
def test_any_key_can_be_counted(key: str) -> None:
    name = unique("n")
    assert [count(name, key, 1), count(name, key, 1)] == [True, False]


@pytest.mark.parametrize("closed", [True, False])
def test_without_valkey_the_limit_is_shut_or_open_as_it_was_told(monkeypatch, closed: bool) -> None:
    monkeypatch.setattr(counters, "_valkey", lambda: counters._client("redis://127.0.0.1:1/0"))
    assert hit(unique("n"), "a", 5, 60, fail_closed=closed) is not closed
    give_back("n", "a")
    clear("n", "a")


def test_a_hundred_at_once_are_counted_one_by_one() -> None:
    name = unique("n")
    answers = together([partial(count, name, "a", 7) for _ in range(50)])
    assert answers.count(True) == 7


def test_who_guesses_right_is_not_counted_and_who_guesses_wrong_is() -> None:
    login, network = Limit(unique("n"), 2, 60), Limit(unique("n"), 100, 60)
    made = partial(guess, login=login, login_key="me", network=network, network_key="198.51.100.1")
    for _ in range(5):
        with made():
            pass
    for _ in range(2):
        with pytest.raises(ValueError, match="wrong"), made():
            raise ValueError("wrong")
    with pytest.raises(TooMany) as refused, made():
        pytest.fail("the third guess must not be made")
    assert refused.value.retry_after == 60
