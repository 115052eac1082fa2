from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.labels import column, grouped, read_groups, read_labels, read_scores
from proofstone.core.errors import DataError
from proofstone.measures.groups import group


@pytest.mark.parametrize(
    ("values", "positive", "target", "classes"),
    [
        ([0, 1, 1], None, [0, 1, 1], ("0", "1")),
        ([0.0, 1.0], None, [0, 1], ("0", "1")),
        ([True, False], None, [1, 0], ("false", "true")),
        (["Yes", "No"], None, [1, 0], ("No", "Yes")),
        (["TRUE", "FALSE"], None, [1, 0], ("FALSE", "TRUE")),
        (["good", "bad"], "bad", [0, 1], ("good", "bad")),
        ([2, 1, 2], "2", [1, 0, 1], ("1", "2")),
        (["a", "b", "c"], "b", [0, 1, 0], ("not b", "b")),
    ],
)
def test_labels(
    values: list[Any], positive: str | None, target: list[int], classes: tuple[str, str]
) -> None:
    labels = read_labels(pl.Series("y", values), positive)
    assert labels.target.tolist() == target
    assert (labels.negative, labels.positive) == classes


@pytest.mark.parametrize(
    ("values", "positive", "message", "hint"),
    [
        (["no"] * 3, None, "column y: all 3 labels are 'no'", "two classes"),
        ([1, 1], "1", "all 2 labels are '1'", "two classes"),
        (["good", "bad"], None, "which value is positive", "--positive good"),
        ([0, 1, 2], None, "which value is positive", "--positive 2"),
        ([1.5, 0.0], None, "which value is positive", "--positive"),
        (["yes", "true", "no"], None, "which value is positive", "--positive"),
        (["good", "bad"], "goood", "no label is 'goood'", 'did you mean "good"'),
        (["yes", None, None], None, "row 1: has no label (nor have 1 more)", "fill"),
        ([[0], [1]], None, "column y: holds List", "single values"),
        ([1.0, math.nan, 0.0], None, "row 1: has no label", "fill"),
    ],
)
def test_labels_that_do_not_hold(
    values: list[Any], positive: str | None, message: str, hint: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_labels(pl.Series("y", values), positive)
    assert message in str(caught.value)
    assert hint in caught.value.hint


@pytest.mark.parametrize("values", [[0, 1], [0.0, 1.0], ["0", "1.0"], [0.25, 0.5]])
def test_scores(values: list[Any]) -> None:
    assert read_scores(pl.Series("p", values)).tolist() == [float(value) for value in values]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["0.5", "high"], "column p, row 1: 'high' is not a number"),
        ([0.5, 1.7], "column p, row 1: the score 1.7 is not between 0 and 1"),
        ([-0.1, 0.5], "row 0: the score -0.1"),
        ([0.5, math.inf], "row 1: the score inf"),
        ([0.5, math.nan], "row 1: has no score"),
        ([None, 0.5], "row 0: has no score"),
        ([True, False], "holds Boolean"),
        ([[0.1], [0.2]], "holds List"),
    ],
)
def test_scores_that_do_not_hold(values: list[Any], message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_scores(pl.Series("p", values))
    assert message in str(caught.value)
    assert "from 0 to 1" in caught.value.hint


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        (["f", None, "m"], ["f", "(missing)", "m"]),
        ([1.0, math.nan, 2.0], ["1", "(missing)", "2"]),
        ([1.5, 2.0], ["1.5", "2.0"]),
        ([True, None], ["true", "(missing)"]),
    ],
)
def test_groups(values: list[Any], groups: list[str]) -> None:
    assert read_groups(pl.Series("g", values)).tolist() == groups


def test_an_absent_column_names_the_nearest() -> None:
    with pytest.raises(DataError, match="no column named 'sexx'") as caught:
        column(pl.DataFrame({"sex": ["f"], "age": [3]}), "sexx")
    assert caught.value.hint == 'did you mean "sex"?'


def test_codes_are_those_of_groups_of_any_kind() -> None:
    values = np.array(["m", "f", "é", "(missing)", "m", "F"], dtype=object)
    fast, plain = grouped(values), group(values)
    assert fast.labels == plain.labels
    assert fast.codes.tolist() == plain.codes.tolist()
    assert grouped(np.array(["a", None], dtype=object)).labels == ("(missing)", "a")
