from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from proofstone.core.canonical import canonical_json
from proofstone.core.errors import InputError
from proofstone.models.calibration import (
    Isotonic,
    Sigmoid,
    Uncalibrated,
    logistic,
    read_calibration,
)

ALL = [
    Uncalibrated(),
    Sigmoid(-1.3, 0.2),
    Isotonic(np.array([-2.0, 0.1, 0.3, 4.0]), np.array([0.0, 0.2, 0.7, 1.0])),
]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=40).map(np.array))
def test_logistic_equals_scipy_and_never_overflows(margin: np.ndarray) -> None:
    assert logistic(margin) == pytest.approx(expit(margin), rel=1e-13)


@pytest.mark.parametrize("calibration", ALL)
def test_a_json_round_trip_keeps_every_bit_in_batch_and_alone(calibration: Isotonic) -> None:
    margin = np.random.default_rng(0).normal(size=300) * 4
    document = json.loads(canonical_json(calibration.to_json()))
    score = calibration.apply(margin)
    single = np.concatenate([calibration.apply(margin[row : row + 1]) for row in range(300)])
    assert score.tobytes() == single.tobytes() == read_calibration(document).apply(margin).tobytes()
    assert ((score >= 0) & (score <= 1)).all()
    assert (np.diff(calibration.apply(np.sort(margin))) >= 0).all()


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(InputError, match="calibration: cannot read"):
        read_calibration({"method": "beta"})


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([], []),
        ([0.0, 1.0], [0.0]),
        ([1.0, 0.0], [0.0, 1.0]),
        ([0.0, 0.0], [0.0, 1.0]),
        ([0.0, 1.0], [1.0, 0.0]),
        ([0.0, 1.0], [0.0, 1.5]),
        ([0.0, 1.0], [-0.1, 1.0]),
        ([0.0, float("nan")], [0.0, 1.0]),
        ([0.0, 1.0], ["0", "1"]),
        ([[0.0], [1.0]], [[0.0], [1.0]]),
        ([[0.0], [1.0, 2.0]], [0.0, 1.0]),
        ("01", [0.0, 1.0]),
    ],
)
def test_steps_that_are_no_isotonic_regression_are_refused(x: object, y: object) -> None:
    with pytest.raises(InputError, match=r"model\.json, calibration\.[xy]: "):
        read_calibration({"method": "isotonic", "x": x, "y": y})
