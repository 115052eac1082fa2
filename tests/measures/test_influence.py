from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from proofstone.measures.influence import auc_influence, influence_interval, paired_auc_gain


def delong_difference(flags: np.ndarray, one: np.ndarray, two: np.ndarray) -> tuple[float, float]:
    """Two areas' difference and its variance, from all pairs (DeLong 1988)."""
    placed = []
    for score in (one, two):
        beats = (score[flags][:, None] > score[~flags]) + 0.5 * (
            score[flags][:, None] == score[~flags]
        )
        placed.append((beats.mean(axis=1), beats.mean(axis=0)))
    (a10, a01), (b10, b01) = placed
    variance = np.var(b10 - a10, ddof=1) / len(a10) + np.var(b01 - a01, ddof=1) / len(a01)
    return float(b10.mean() - a10.mean()), float(variance)


def test_a_paired_difference_is_delongs() -> None:
    rng = np.random.default_rng(0)
    flags = rng.random(400) < 0.3
    one = np.round(rng.normal(size=400) + flags, 1)
    two = one + np.round(rng.normal(size=400) / 2, 1)
    two_class = [np.column_stack([-score, score]) for score in (one, two)]
    gain = paired_auc_gain(flags.astype(int), *two_class)
    value, variance = delong_difference(flags, one, two)
    assert gain.value == pytest.approx(value, abs=1e-12)
    assert (gain.rows**2).sum() == pytest.approx(variance, rel=0.01)
    assert gain.rows.sum() == pytest.approx(0.0, abs=1e-12)
    low, high = influence_interval(gain, 0.95)
    assert (high - low) / 2 == pytest.approx(1.959964 * np.sqrt(variance), rel=0.01)


def test_several_classes_are_weighted_as_in_scikit_learn() -> None:
    rng = np.random.default_rng(1)
    code = rng.choice(3, 500, p=[0.6, 0.3, 0.1])
    flat = np.full((500, 3), 1 / 3)
    sharp = rng.dirichlet(np.ones(3), 500) + np.eye(3)[code] * 0.3
    sharp /= sharp.sum(axis=1, keepdims=True)
    expected = roc_auc_score(code, sharp, multi_class="ovr", average="weighted") - 0.5
    assert paired_auc_gain(code, flat, sharp).value == pytest.approx(expected, abs=1e-12)


def test_intervals_of_a_gain_cover() -> None:
    missed = 0
    truth = 0.0
    for seed in range(200):
        rng = np.random.default_rng([5, seed])
        flags = rng.random(300) < 0.4
        base = rng.normal(size=300) + flags
        scores = [base + rng.normal(size=300) for _ in range(2)]
        gain = paired_auc_gain(flags.astype(int), *(np.column_stack([-one, one]) for one in scores))
        low, high = influence_interval(gain, 0.95)
        missed += not low <= truth <= high
    assert 2 <= missed <= 19


def test_one_class_says_nothing() -> None:
    assert np.isnan(auc_influence(np.ones(4, bool), np.arange(4.0)).value)
    none = paired_auc_gain(np.zeros(4, int), np.ones((4, 1)), np.ones((4, 1)))
    assert np.isnan([none.value, *influence_interval(none, 0.95)]).all()
