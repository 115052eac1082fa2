from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import scale

from proofstone.core.errors import InputError
from proofstone.models.runtimes.linear import load
from proofstone.train.families.logistic import family

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.mark.parametrize(
    ("settings", "peer"),
    [
        ({}, {}),
        ({"C": 0.1}, {"C": 0.1}),
        ({"penalty": "none"}, {"C": np.inf}),
        ({"penalty": "l1", "C": 0.2}, {"C": 0.2, "l1_ratio": 1, "solver": "saga"}),
        ({"penalty": "elastic_net", "l1_ratio": 0.3}, {"l1_ratio": 0.3, "solver": "saga"}),
    ],
)
def test_equals_scikit_learn(
    sample: Sample, settings: dict[str, object], peer: dict[str, object]
) -> None:
    matrix, target, weight = sample
    matrix = scale(matrix)
    model = load(family.fit(matrix, target, weight, settings, 0, ()))
    other = LogisticRegression(max_iter=10_000, random_state=0, **peer)
    other.fit(matrix, target, sample_weight=weight)
    expected = other.decision_function(matrix)
    assert model.margin(matrix) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_strong_l1_penalty_leaves_columns_out(sample: Sample) -> None:
    matrix, target, weight = sample
    weights = family.fit(scale(matrix), target, weight, {"penalty": "l1", "C": 0.02}, 0, ())
    assert 0 < np.count_nonzero(load(weights).coef) < 6


def test_a_fit_that_does_not_converge_is_no_model(sample: Sample) -> None:
    with pytest.raises(InputError, match="did not converge in 2 steps"):
        family.fit(*sample, {"max_iter": 2}, 0, ())
    with pytest.raises(InputError, match="C: "):
        family.fit(*sample, {"C": -1}, 0, ())
