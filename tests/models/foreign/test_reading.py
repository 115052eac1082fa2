"""What a stranger's numbers mean, and what they cannot mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, softmax

from proofstone.core.errors import InputError
from proofstone.models.foreign.reading import Reading
from proofstone.models.rows import Rows

TWO, THREE = ("no", "yes"), ("a", "b", "c")
FOUR = Rows(pl.DataFrame({"x": [0.0] * 4}), np.array([7, 8, 9, 11]))
LOGITS = st.floats(-700, 700)


@given(st.lists(st.tuples(LOGITS, LOGITS, LOGITS), min_size=1, max_size=5))
def test_logits_of_classes_become_a_softmax(rows: list[tuple[float, ...]]) -> None:
    found = Reading("probabilities", THREE, logits=True).of(np.array(rows), len(rows), "m")
    np.testing.assert_allclose(found, softmax(rows, axis=1), atol=1e-12)


@given(st.lists(LOGITS, min_size=1, max_size=5))
def test_one_logit_is_that_of_the_positive_class(rows: list[float]) -> None:
    for positive, column in (("yes", 1), ("no", 0)):
        reading = Reading("probabilities", TWO, positive, logits=True)
        for shape in ((-1,), (-1, 1)):
            found = reading.of(np.array(rows).reshape(shape), len(rows), "m")
            np.testing.assert_allclose(found[:, column], expit(rows), atol=1e-12)
            np.testing.assert_allclose(found.sum(axis=1), 1)


def test_labels_have_a_probability_each() -> None:
    values = np.array([[0.0, 2.0], [-3.0, 0.5]])
    assert (Reading("labels", TWO).of(values, 2, "m") == values).all()
    found = Reading("labels", TWO, logits=True).of(values, 2, "m")
    np.testing.assert_allclose(found, expit(values))


@pytest.mark.parametrize("told", [np.array(["c", "a"], dtype=object), np.array(["c", "a"])])
def test_a_decided_label_has_probability_one(told: np.ndarray) -> None:
    assert Reading("probabilities", THREE).of(told, 2, "m").tolist() == [[0, 0, 1], [1, 0, 0]]


@pytest.mark.parametrize("kind", [bool, object])
def test_decided_truth_values_are_called_as_in_tables(kind: Any) -> None:
    told = np.array([True, False], dtype=kind)
    reading = Reading("probabilities", ("false", "true"), "true")
    assert reading.of(told, 2, "m").tolist() == [[0, 1], [1, 0]]


def test_whole_numbers_are_labels_unless_a_number_is_wanted() -> None:
    told = np.array([[2], [0]])
    classes = ("0", "1", "2")
    assert Reading("probabilities", classes).of(told, 2, "m").tolist() == [[0, 0, 1], [1, 0, 0]]
    assert Reading("number").of(told, 2, "m").tolist() == [[2.0], [0.0]]


@pytest.mark.parametrize(
    ("reading", "values", "says"),
    [
        (Reading("probabilities", THREE), np.zeros((4, 2)), r"shape \(4, 2\) for 4 rows.*3 a row"),
        (Reading("probabilities", THREE), np.zeros((3, 3)), r"shape \(3, 3\) for 4 rows"),
        (Reading("number"), np.zeros((4, 3)), "1 a row"),
        (Reading("number"), np.array(["a"] * 4), "answers no numbers"),
        (Reading("probabilities", THREE), np.array(["z"] * 4), "decided for 'z'"),
    ],
)
def test_what_cannot_be_meant_is_told(reading: Reading, values: Any, says: str) -> None:
    with pytest.raises(InputError, match=f"m: .*{says}"):
        reading.of(values, 4, "m")


@pytest.mark.parametrize(
    "values", [np.array([[3.0, -1.0, 0.2]] * 4), np.array([[0.9, 0.9, 0.9]] * 4)]
)
def test_logits_taken_for_probabilities_are_found_out(values: np.ndarray) -> None:
    with pytest.raises(InputError, match="row 7, which are no probabilities") as told:
        Reading("probabilities", THREE).check(values, FOUR, "m")
    assert "--logits" in told.value.hint
    Reading("probabilities", THREE, logits=True).check(values, FOUR, "m")


def test_a_broken_row_is_left_for_the_assessment_to_name() -> None:
    values = np.array([[0.2, 0.8], [np.nan, np.nan], [0.5, 0.5], [2.0, 0.1]])
    Reading("probabilities", TWO, "yes").check(values, FOUR, "m")
    Reading("probabilities", TWO, "yes").check(np.full((4, 2), np.nan), FOUR, "m")
