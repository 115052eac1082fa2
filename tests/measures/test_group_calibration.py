"""Calibration within groups: values by hand, corrections, and how often intervals hold."""

from __future__ import annotations

import numpy as np
import pytest

from proofstone.measures.classification import expected_calibration_error
from proofstone.measures.group_calibration import (
    corrected_calibration_error,
    corrected_calibration_interval,
    error_difference_interval,
    mean_gap_difference,
    mean_gap_difference_interval,
    mean_gap_interval,
    mean_gaps,
    pair_level,
)
from proofstone.measures.intervals import Interval


def drawn(
    rng: np.random.Generator, size: list[int], shift: list[float], base: float = -1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    codes = np.repeat(np.arange(len(size)), size)
    x = base + rng.standard_normal(len(codes))
    score, truth = (1 / (1 + np.exp(-(x + s))) for s in (0.0, np.array(shift)[codes]))
    return (rng.random(len(codes)) < truth).astype(int), score, codes


def test_the_corrected_error_is_the_plain_one_less_noise_bin_by_bin(
    rng: np.random.Generator,
) -> None:
    y, score, _ = drawn(rng, [500], [1.0])
    order, total = np.argsort(score), 0.0
    for part in np.array_split(order, 10):
        gap = score[part] - y[part]
        left = gap.mean() ** 2 - gap.var() / (len(gap) - 1)
        total += len(gap) / 500 * np.sqrt(max(0.0, left))
    assert corrected_calibration_error(y, score) == pytest.approx(total, abs=1e-12)
    assert total < expected_calibration_error(y, score)


def test_a_calibrated_small_group_looks_less_bad_than_by_the_plain_error() -> None:
    rng = np.random.default_rng(4)
    both = []
    for _ in range(100):
        y, score, _ = drawn(rng, [100], [0.0])
        both.append((corrected_calibration_error(y, score), expected_calibration_error(y, score)))
    corrected, plain = np.mean(both, axis=0)
    assert corrected < 0.5 * plain


def test_gaps_are_means_of_score_less_label(rng: np.random.Generator) -> None:
    y, score, codes = drawn(rng, [60, 40], [0.0, 1.0])
    values, errors, rows = mean_gaps(y, score, codes, 3)
    for at in range(2):
        inside = codes == at
        assert values[at] == pytest.approx(score[inside].mean() - y[inside].mean(), abs=1e-12)
        assert errors[at] >= (score - y)[inside].std() / np.sqrt(inside.sum())
    assert np.isnan(values[2])
    assert mean_gap_difference(values, rows) == pytest.approx(abs(values[0] - values[1]))
    assert np.isnan(mean_gap_interval(np.nan, np.nan, 0, 0.95)).all()


@pytest.mark.parametrize(
    ("size", "shift", "base"),
    [
        ([300, 300], [0.0, 0.0], -1.0),
        ([300, 60], [0.0, 0.7], -1.0),
        ([200] * 4, [0.0, 0.0, 0.0, 0.8], -1.0),
        ([300, 20], [0.0, 0.0], -3.0),
    ],
)
def test_coverage(size: list[int], shift: list[float], base: float) -> None:
    rng = np.random.default_rng(12)
    x = base + rng.standard_normal(400_000)
    p = 1 / (1 + np.exp(-x))
    truth = np.array([(p - 1 / (1 + np.exp(-(x + s)))).mean() for s in shift])
    rows = np.array(size)
    apart = mean_gap_difference(truth, rows)
    held = []
    for _ in range(200):
        y, score, codes = drawn(rng, size, shift, base)
        values, errors, _ = mean_gaps(y, score, codes, len(size))
        one = mean_gap_interval(values[0], errors[0], size[0], 0.95)
        both = mean_gap_difference_interval(values, errors, rows, 0.95, rng)
        held.append((one.low <= truth[0] <= one.high, both.low <= apart <= both.high))
    single, difference = np.mean(held, axis=0)
    assert 0.91 <= single <= 0.99
    assert difference >= 0.91


def test_errors_of_calibrated_groups_are_not_told_apart() -> None:
    rng = np.random.default_rng(6)
    alarms = []
    for _ in range(60):
        y, score, codes = drawn(rng, [400, 80], [0.0, 0.0])
        parts = [(y[codes == at], score[codes == at]) for at in range(2)]
        values = np.array([corrected_calibration_error(*one) for one in parts])
        ends = [corrected_calibration_interval(*one, pair_level(0.95, 2), rng) for one in parts]
        alarms.append(error_difference_interval(values, ends, 0.95).low > 0)
    assert np.mean(alarms) <= 0.05


def test_the_difference_of_two_errors_is_that_of_mover() -> None:
    """Zou and Donner (2008), formula 7, by hand."""
    ends = [Interval(0.05, 0.15), Interval(0.01, 0.05)]
    low, high = error_difference_interval(np.array([0.10, 0.02]), ends, 0.95)
    assert low == pytest.approx(0.08 - np.hypot(0.05, 0.03))
    assert high == pytest.approx(0.08 + np.hypot(0.05, 0.01))
    assert np.isnan(error_difference_interval(np.array([0.1]), ends[:1], 0.95)).all()
