"""Input fields take exactly what they say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from django.core.validators import MaxValueValidator, RegexValidator
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from mall.api.fields import ChoiceTextField, FenField, SecretField, StrictBooleanField, StrictIntegerField, TextField
from mall.money import FEN_MAX


@pytest.mark.parametrize("value", ["5", 5.0, True, None, math.nan, [5], {"a": 1}, "", -1, 101, 2**63])
def test_an_integer_is_a_json_integer_within_its_bounds(value: object) -> None:
    with pytest.raises(serializers.ValidationError):
        StrictIntegerField(min_value=0, max_value=100).run_validation(value)


def test_amounts_reach_from_nothing_to_the_largest() -> None:
    assert [FenField().run_validation(value) for value in (0, 1, FEN_MAX)] == [0, 1, FEN_MAX]
    for value in (-1, FEN_MAX + 1, 2**63, "1", True):
        with pytest.raises(serializers.ValidationError):
            FenField().run_validation(value)


@pytest.mark.parametrize("value", [1, 0, "true", "yes", None, []])
def test_a_boolean_is_true_or_false(value: object) -> None:
    with pytest.raises(serializers.ValidationError):
        StrictBooleanField().run_validation(value)
    assert StrictBooleanField().run_validation(False) is False


@pytest.mark.parametrize(
    "value", [5, True, "", "   ", "x" * 11, "a\nb", "a\x7fb", "a\u202eb", "a\ud800", "\u2028", ["a"]]
)
def test_text_is_one_line_that_shows_as_it_reads(value: object) -> None:
    with pytest.raises(serializers.ValidationError):
        TextField(max_length=10).run_validation(value)


def test_text_keeps_emoji_and_loses_spaces_around() -> None:
    assert TextField(max_length=10).run_validation(" 一家 👨‍👩‍👧 ") == "一家 👨‍👩‍👧"


def answer(validate: Callable[[Any], Any], value: Any) -> Any:
    try:
        return validate(value)
    except serializers.ValidationError as error:
        return error.get_codes()


@given(
    st.text(st.characters(), max_size=12)
    | st.sampled_from(["", " ", "a ", " a", "a\u3000", "\x00", "\ud800", "\u202e"])
)
def test_a_plain_text_takes_the_short_way_to_the_frameworks_own_answer(text: str) -> None:
    for field in (
        TextField(max_length=10),
        TextField(max_length=10, min_length=3),
        TextField(max_length=10, allow_blank=True),
        TextField(max_length=10, validators=[RegexValidator("^a")]),
    ):
        assert answer(field.run_validation, text) == answer(super(TextField, field).run_validation, text)


@given(st.integers(-3, 13) | st.integers() | st.booleans() | st.none() | st.text(max_size=2))
def test_a_plain_integer_takes_the_short_way_to_the_frameworks_own_answer(value: Any) -> None:
    for field in (
        StrictIntegerField(min_value=0, max_value=10),
        StrictIntegerField(min_value=0),
        StrictIntegerField(),
        StrictIntegerField(min_value=0, max_value=10, validators=[MaxValueValidator(5)]),
        FenField(),
    ):
        assert answer(field.run_validation, value) == answer(super(StrictIntegerField, field).run_validation, value)


def test_a_secret_keeps_its_spaces() -> None:
    assert SecretField().run_validation("  pass word ") == "  pass word "
    for value in (12345678, None, "x" * 129):
        with pytest.raises(serializers.ValidationError):
            SecretField().run_validation(value)


@pytest.mark.parametrize("value", [True, 1, ["a"], {"a": 1}, "b", None])
def test_a_choice_is_one_of_its_words(value: object) -> None:
    with pytest.raises(serializers.ValidationError):
        ChoiceTextField(choices=[("a", "甲"), ("True", "乙"), ("1", "丙")]).run_validation(value)
