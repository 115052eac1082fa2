from __future__ import annotations

import math

import pytest

from proofstone.core.errors import InputError
from proofstone.guards.weights import SignWeights

WEIGHTS = SignWeights(-1.0, {"a": 2.0, "b": 0.5}, 0.6, "digest")


def test_a_score_is_the_logistic_function_of_what_is_found() -> None:
    assert WEIGHTS.score([]) == pytest.approx(1 / (1 + math.exp(1)))
    assert WEIGHTS.score(["a", "b"]) == pytest.approx(1 / (1 + math.exp(-1.5)))


@pytest.mark.parametrize("order", ["abc", "cab", "bca", "cba"])
def test_the_order_of_signs_changes_no_digit(order: str) -> None:
    weights = SignWeights(0.1, {"a": 0.7, "b": -1e-3, "c": 2.3}, 0.5, "digest")
    assert weights.score(order) == weights.score("abc")


def test_weights_travel_as_json() -> None:
    assert SignWeights.from_json(WEIGHTS.to_json(), "w.json", "ab") == WEIGHTS


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("bias", "much", "w.json.bias"),
        ("weights", {"a": 1.0}, "w.json.weights"),
        ("threshold", None, "w.json.threshold"),
        ("fitted_on", 3, "w.json.fitted_on"),
    ],
)
def test_other_weights_are_refused(field: str, value: object, place: str) -> None:
    with pytest.raises(InputError, match=place):
        SignWeights.from_json(WEIGHTS.to_json() | {field: value}, "w.json", "ab")
