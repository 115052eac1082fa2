"""Consistency with neighbours, against scikit-learn, and how often its interval holds."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from proofstone.measures.alike import consistency_interval, disagreement


def neighbours(x: np.ndarray, k: int = 5) -> np.ndarray:
    return NearestNeighbors(n_neighbors=k).fit(x).kneighbors(return_distance=False)


def test_turning_one_decision_is_what_the_variance_supposes(rng: np.random.Generator) -> None:
    """The closed form of the change is that of computing the mean anew."""
    x, d = rng.random((60, 2)), rng.integers(0, 2, 60)
    near = neighbours(x)
    apart, sign = disagreement(d, near), 1 - 2 * d
    into = np.bincount(near.ravel(), np.repeat(sign, 5), minlength=60)
    for at in range(60):
        turned = d.copy()
        turned[at] = 1 - d[at]
        anew = disagreement(turned, near).mean() - apart.mean()
        assert (1 - 2 * apart[at] + sign[at] * into[at] / 5) / 60 == pytest.approx(anew, abs=1e-12)


@pytest.mark.parametrize("noise", [0.4, 10.0])
def test_coverage_where_decisions_are_noisy(noise: float) -> None:
    rng = np.random.default_rng(9)
    found = []
    for _ in range(150):
        x = rng.random((300, 2))
        d = (x[:, 0] + noise * rng.standard_normal(300) > 0.5).astype(int)
        near = neighbours(x)
        found.append((1 - disagreement(d, near).mean(), *consistency_interval(d, near, 0.95)))
    value, low, high = np.array(found).T
    assert ((low <= value.mean()) & (value.mean() <= high)).mean() >= 0.92


def test_all_alike_and_too_few(rng: np.random.Generator) -> None:
    low, high = consistency_interval(np.ones(50, dtype=int), neighbours(rng.random((50, 2))), 0.95)
    assert 0.9 < low < high == 1.0
    assert np.isnan(consistency_interval(np.array([1]), np.zeros((1, 1), dtype=int), 0.95)).all()
