from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Lasso

from proofstone.explain.answers.lasso import lasso, moments


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.01, 0.1, 0.5]))
def test_equals_scikit_learns(seed: int, penalty: float) -> None:
    rng = np.random.default_rng(seed)
    x = (rng.random((40, 6)) < 0.5).astype(float)
    x[:, 5] = 1.0  # a piece that was never left out
    y = x @ rng.normal(size=6) + rng.normal(size=40)
    sample = moments(x, y, np.ones((1, 40)))
    found = lasso(sample.gram, sample.moment, np.array([penalty]))[0]
    theirs = Lasso(alpha=penalty, tol=1e-12, max_iter=100_000).fit(x, y)
    np.testing.assert_allclose(found, theirs.coef_, atol=1e-6)
    assert found[5] == 0.0


def test_counts_are_repetitions() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.random((5, 2)), rng.random(5)
    counts = np.array([2, 0, 1, 3, 1])
    counted = moments(x, y, counts[None].astype(float))
    repeated = moments(np.repeat(x, counts, axis=0), np.repeat(y, counts), np.ones((1, 7)))
    for one, other in zip(counted, repeated, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_problems_are_solved_apart() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.random((30, 4)), rng.random(30)
    counts = rng.multinomial(30, np.full(30, 1 / 30), 3).astype(float)
    many = moments(x, y, counts)
    found = lasso(many.gram, many.moment, np.array([0.0, 0.01, 0.02]))
    for at, penalty in enumerate((0.0, 0.01, 0.02)):
        one = moments(x, y, counts[at : at + 1])
        alone = lasso(one.gram, one.moment, np.array([penalty]))[0]
        assert found[at] == pytest.approx(alone, abs=1e-6)
