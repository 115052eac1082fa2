from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeClassifier

from proofstone.models.calibration import logistic
from proofstone.models.runtimes.tree import load
from proofstone.train.families.tree import double_threshold, family

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.mark.parametrize(
    "settings", [{}, {"max_depth": None, "min_samples_leaf": 1}, {"ccp_alpha": 0.01}]
)
def test_equals_scikit_learn_also_beside_its_thresholds(
    sample: Sample, settings: dict[str, object]
) -> None:
    matrix, target, weight = sample
    tree = load(family.fit(matrix, target, weight, settings, 0, ()))
    chosen = {"max_depth": 5, "min_samples_leaf": 20} | settings
    peer = DecisionTreeClassifier(**chosen, random_state=0)
    peer.fit(matrix, target, sample_weight=weight)
    beside = np.repeat(matrix[:40], 5, axis=0)
    inner = np.flatnonzero(tree.feature >= 0)
    for row, node in enumerate(np.resize(inner, len(beside))):
        threshold = tree.threshold[node]
        nudged = threshold * (1 + (row % 5 - 2) * 2e-8)
        beside[row, tree.feature[node]] = threshold if row % 5 == 2 else nudged
    for rows in (matrix, beside):
        assert np.array_equal(tree.leaf(rows), peer.apply(rows))
        share = peer.predict_proba(rows)[:, 1]
        assert logistic(tree.margin(rows)) == pytest.approx(share, rel=1e-9, abs=1.1e-6)


@given(st.floats(-1e30, 1e30), st.integers(-3, 3), st.sampled_from([1.0, 1 + 1e-9, 1 - 3e-8]))
def test_the_double_threshold_splits_as_single_precision_does(
    threshold: float, steps: int, factor: float
) -> None:
    (double,) = double_threshold(np.array([threshold]))
    value = double
    for _ in range(abs(steps)):
        value = np.nextafter(value, np.inf if steps > 0 else -np.inf)
    for one in (value, value * factor):
        assert (one <= double) == (np.float64(np.float32(one)) <= threshold)


def test_pure_leaves_are_not_quite_certain() -> None:
    matrix, target = np.array([[0.0], [1.0]]), np.array([0, 1])
    tree = load(family.fit(matrix, target, np.ones(2), {"min_samples_leaf": 1}, 0, ()))
    assert logistic(tree.margin(matrix)) == pytest.approx([1e-6, 1 - 1e-6])
