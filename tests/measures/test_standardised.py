"""Rates at equal labels, against pandas and statsmodels-free least squares."""

from __future__ import annotations

import numpy as np
import pytest

from proofstone.measures.standardised import (
    not_additive,
    standardised,
    standardised_draws,
    tally,
)


def sample(rng: np.random.Generator, n: int = 900) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    codes = rng.integers(0, 3, n)
    y = (rng.random(n) < np.array([0.2, 0.5, 0.8])[codes]).astype(int)
    return y, (rng.random(n) < 0.1 + 0.6 * y).astype(int), codes


def test_it_is_the_mean_within_labels_weighted_by_all_labels(rng: np.random.Generator) -> None:
    y, decided, codes = sample(rng)
    found = standardised(tally(y, decided, codes, 3, np.array([0.0, 1.0])))
    for group in range(3):
        expected = sum(
            (y == label).mean() * decided[(codes == group) & (y == label)].mean()
            for label in (0, 1)
        )
        assert found[group] == pytest.approx(expected, abs=1e-12)


def test_base_rates_alone_make_no_difference(rng: np.random.Generator) -> None:
    y, decided, codes = sample(rng, 200_000)
    found = standardised(tally(y, decided, codes, 3, np.array([0.0, 1.0])))
    raw = np.bincount(codes, decided) / np.bincount(codes)
    assert np.ptp(found) < 0.01 < 0.3 < np.ptp(raw)


def test_a_group_without_one_label_is_unknown() -> None:
    y, decided, codes = np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0]), np.array([0, 0, 1, 1])
    one = tally(y, decided, codes, 2, np.array([0.0, 1.0]))
    assert one.known.tolist() == [True, False]
    assert np.isnan(standardised(one)).tolist() == [False, True]
    assert one.rows.tolist() == [2, 2]


def test_draws_have_the_moments_of_the_posterior(rng: np.random.Generator) -> None:
    y, decided, codes = sample(rng)
    one = tally(y, decided, codes, 3, np.array([0.0, 1.0]))
    drawn = standardised_draws(one, 40_000, rng)
    a, b = one.counts[:, :, 1] + 0.5, one.counts[:, :, 0] + 0.5
    mean = (a / (a + b)) @ one.shares
    variance = (a * b / (a + b) ** 2 / (a + b + 1)) @ one.shares**2
    assert drawn.mean(axis=0) == pytest.approx(mean, abs=4e-4)
    assert drawn.std(axis=0) == pytest.approx(np.sqrt(variance), rel=0.03)


def test_what_is_left_is_the_residual_of_weighted_least_squares(rng: np.random.Generator) -> None:
    levels = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [2, 1]])
    rows = np.array([50, 200, 30, 70, 10, 90])
    rates = rng.random(6)
    design = np.column_stack(
        [np.ones(6), levels[:, 0] == 1, levels[:, 0] == 2, levels[:, 1] == 1]
    ).astype(float)
    weight = np.diag(rows.astype(float))
    best = np.linalg.solve(design.T @ weight @ design, design.T @ weight @ rates)
    assert not_additive(levels, rows) @ rates == pytest.approx(rates - design @ best, abs=1e-9)
    assert not_additive(levels, rows) @ (design @ np.arange(4.0)) == pytest.approx(0.0, abs=1e-9)
