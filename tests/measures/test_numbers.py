from __future__ import annotations

import numpy as np
import pytest
from sklearn import datasets, metrics
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_predict

from proofstone.measures.numbers import (
    bias_by_bin,
    r_squared,
    r_squared_interval,
    root_mean_square_interval,
)


def test_r_squared_is_scikit_learns() -> None:
    rows, target = datasets.load_diabetes(return_X_y=True)
    estimate = cross_val_predict(Ridge(), rows, target)
    assert r_squared(target, estimate).value == pytest.approx(
        metrics.r2_score(target, estimate), abs=1e-12
    )


def drawn(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    estimate = 2.0 * rng.normal(size=n)
    return estimate + rng.normal(size=n), estimate


def test_intervals_cover_what_they_say() -> None:
    rng = np.random.default_rng(6)
    truth = [1.0, 0.8]
    hits, worlds = np.zeros(2), 1000
    for _ in range(worlds):
        target, estimate = drawn(rng, 400)
        error = estimate - target
        ends = [
            root_mean_square_interval(error, 0.95),
            r_squared_interval(target, estimate, 0.95),
        ]
        hits += [low <= value <= high for (low, high), value in zip(ends, truth, strict=True)]
    assert (hits / worlds >= 0.93).all(), hits / worlds
    assert (hits / worlds <= 0.97).all(), hits / worlds


@pytest.mark.parametrize("n", [30, 100])
def test_r_squared_of_few_rows_is_covered(n: int) -> None:
    rng = np.random.default_rng(10)
    held = 0
    for _ in range(1500):
        low, high = r_squared_interval(*drawn(rng, n), 0.95)
        held += low <= 0.8 <= high
    assert 0.93 <= held / 1500 <= 0.97
    assert np.isnan(r_squared_interval(*drawn(rng, 29), 0.95)).all()
    assert np.isnan(r_squared_interval(np.ones(40), np.arange(40.0), 0.95)).all()


def test_too_few_or_constant_values_determine_nothing() -> None:
    assert np.isnan(r_squared(np.ones(5), np.arange(5.0)).value)
    assert root_mean_square_interval(np.zeros(5), 0.95) == (0.0, 0.0)
    assert np.isnan(root_mean_square_interval(np.ones(2), 0.95)).all()


def test_bias_by_bin_finds_estimates_that_are_too_high_at_the_top() -> None:
    rng = np.random.default_rng(7)
    target, estimate = drawn(rng, 4000)
    raised = estimate + np.where(estimate > 3, 1.0, 0.0)
    bias = bias_by_bin(target, raised, 0.95)
    assert bias.rows.sum() == 4000
    assert bias.low[-1] > 0
    gap = (raised - target)[np.argsort(raised)[:400]].mean()
    assert bias.estimate[0] - bias.target[0] == pytest.approx(gap, abs=1e-9)
    assert ((bias.low[:6] < 0) & (bias.high[:6] > 0)).sum() >= 5
