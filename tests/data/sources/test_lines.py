from __future__ import annotations

import math

import polars as pl
import pytest

from proofstone.core.errors import DataError
from proofstone.data.sources.lines import parse_lines


def test_types_missing_keys_and_mixtures() -> None:
    text = '{"n": 1, "b": true, "m": 1}\n\n{"n": 2.5, "t": "是", "m": "x"}\r\n{"b": null}\n'
    frame = parse_lines(text, "t.jsonl")
    assert frame.to_dict(as_series=False) == {
        "n": [1.0, 2.5, None],
        "b": [True, None, None],
        "m": ["1", "x", None],
        "t": [None, "是", None],
    }


def test_line_separators_inside_text_do_not_end_a_row() -> None:
    assert parse_lines('{"a": "x\u2028y"}', "t.jsonl")["a"].to_list() == ["x\u2028y"]


def test_no_digit_of_a_long_number_is_lost() -> None:
    frame = parse_lines('{"id": 9007199254740993}\n{"id": 1}', "t.jsonl")
    assert frame["id"].to_list() == ["9007199254740993", "1"]


def test_infinities_are_kept_for_the_check() -> None:
    frame = parse_lines('{"x": Infinity}\n{"x": 1}', "t.jsonl")
    assert frame.schema["x"] == pl.Float64
    assert math.isinf(frame["x"][0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("{}\n", "no object has a key"),
        ('{"a": 1}\n{"a": \n', "line 2, character"),
        ('{"a": 1}\n[1]\n', "line 2: not a JSON object"),
        ('{"a": 1, "a": 2}\n', 'line 1: the key "a" stands twice'),
        ('{"a": [1]}\n', 'line 1: "a" holds a list'),
        ('{"a": {"b": 1}}\n', 'line 1: "a" holds a nested object'),
    ],
)
def test_faults_name_the_line(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_lines(text, "t.jsonl")
