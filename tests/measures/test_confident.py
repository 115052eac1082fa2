from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.measures.confident import confident, flip_rate, flip_rate_interval
from proofstone.measures.intervals import bootstrap


def published(y: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, float]:
    """The confident joint row by row, as Northcutt, Jiang and Chuang (2021) define it."""
    both = np.stack([1 - score, score], axis=1)
    cut = [both[y == label, label].mean() for label in (0, 1)]
    joint, suspected = np.zeros((2, 2)), np.zeros(len(y), dtype=bool)
    for row in range(len(y)):
        sure = [label for label in (0, 1) if both[row, label] >= cut[label]]
        if sure:
            said = max(sure, key=lambda label: (both[row, label], label))
            joint[y[row], said] += 1
            suspected[row] = said != y[row]
    calibrated = joint / joint.sum(axis=1, keepdims=True) * np.bincount(y)[:, None]
    return suspected, float((calibrated[0, 1] + calibrated[1, 0]) / calibrated.sum())


@given(st.integers(0, 10_000), st.floats(0.3, 4.0))
def test_it_is_the_published_joint(seed: int, slope: float) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=80)
    y = (x * slope + rng.logistic(size=80) > 0).astype(int)
    y[:2] = 0, 1
    score = 1 / (1 + np.exp(-slope * x))
    suspected, share = published(y, score)
    sure = confident(y, score)
    assert np.array_equal(np.where(y == 1, sure.negative, sure.positive), suspected)
    assert flip_rate(y, score) == pytest.approx(share, nan_ok=True)


def test_weights_count_rows() -> None:
    rng = np.random.default_rng(0)
    y, score = rng.integers(0, 2, 50), rng.random(50)
    weight = rng.integers(0, 4, (3, 50))
    expected = [flip_rate(np.repeat(y, w), np.repeat(score, w)) for w in weight]
    assert flip_rate(y, score, weight.astype(float)) == pytest.approx(expected)


def test_flips_of_classes_that_lie_apart_are_counted() -> None:
    y = np.repeat([0, 1], 500)
    score = np.where(y == 1, 0.95, 0.05)
    flipped = y.copy()
    flipped[:50] = 1
    flipped[500:525] = 0
    assert flip_rate(flipped, score) == pytest.approx(75 / 1000)


def test_a_class_that_is_absent_has_no_rate() -> None:
    assert np.isnan(flip_rate(np.ones(10, dtype=int), np.full(10, 0.9)))


def test_the_interval_of_many_rows_is_that_of_all_resamples() -> None:
    rng = np.random.default_rng(4)
    score = rng.beta(1, 2, 30_000)
    y = (rng.random(30_000) < score).astype(int)
    fast = flip_rate_interval(y, score, 0.9, np.random.default_rng(1), 2000)
    slow = bootstrap(flip_rate, y, score, 0.9, np.random.default_rng(2), 200)
    assert fast == pytest.approx(slow, abs=0.15 * (slow.high - slow.low))
    assert fast.low < flip_rate(y, score) < fast.high


def test_many_rows_of_one_label_have_no_interval() -> None:
    ends = flip_rate_interval(np.ones(30_000), np.full(30_000, 0.9), 0.9, np.random.default_rng(1))
    assert np.isnan(ends).all()
