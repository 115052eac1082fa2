"""The largest of several gaps: contrasts, widened gaps, and how often the intervals hold."""

from __future__ import annotations

import numpy as np
import pytest

from proofstone.measures.largest import (
    added_gap,
    added_gap_interval,
    contrasts,
    draws_needed,
    largest_gap,
)


@pytest.mark.parametrize("rows", [[30, 70], [10, 20, 70], [5, 5, 5, 200]])
def test_a_contrast_is_a_group_against_the_pooled_others(rows: list[int]) -> None:
    size, rate = np.array(rows), np.linspace(0.1, 0.7, len(rows))
    compared = contrasts(size) @ rate
    for at, value in enumerate(compared):
        others = np.arange(len(rows)) != at
        expected = rate[at] - np.average(rate[others], weights=size[others])
        assert value == pytest.approx(expected, abs=1e-12)
    assert contrasts(np.array([4])).shape == (0, 1)


@pytest.mark.parametrize(
    ("given", "made", "expected"),
    [
        (0.10, 0.25, 0.15),  # widened
        (0.10, 0.05, -0.05),  # narrowed
        (0.10, 0.00, 0.00),  # gone
        (0.10, -0.20, 0.20),  # turned round
        (-0.10, -0.25, 0.15),
        (0.00, 0.07, 0.07),
    ],
)
def test_what_decisions_add(given: float, made: float, expected: float) -> None:
    value = added_gap(np.array([given]), np.array([made]))
    assert value == pytest.approx(expected, abs=1e-12)


def test_nothing_to_compare_is_unknown() -> None:
    nothing = np.zeros((100, 0))
    assert np.isnan(largest_gap(nothing, 0.95)).all()
    assert np.isnan(added_gap_interval(nothing, nothing, 0.95)).all()
    assert np.isnan(added_gap(np.zeros(0), np.zeros(0)))
    assert draws_needed(0.95, 1) == 10_000
    assert draws_needed(0.95, 20) == pytest.approx(16_000, abs=1)
    assert draws_needed(0.95, 1000) == 40_000


@pytest.mark.parametrize("gaps", [[0.0], [0.0, 0.0, 0.0, 0.0], [0.5, 0.0], [2.0, -4.0, 0.0]])
def test_normal_gaps_are_covered(gaps: list[float]) -> None:
    rng = np.random.default_rng(len(gaps))
    truth, noise = np.abs(gaps).max(), rng.standard_normal((2000, len(gaps)))
    held, alarms = [], []
    for seen in rng.standard_normal((400, len(gaps))) + gaps:
        low, high = largest_gap(seen + noise, 0.95)
        held.append(low <= truth <= high)
        alarms.append(low > 0)
    assert np.mean(held) >= 0.93
    if truth == 0.0:
        assert np.mean(alarms) <= 0.07


@pytest.mark.parametrize(("given", "made"), [(0.0, 0.0), (3.0, 3.0), (3.0, 8.0), (3.0, -6.0)])
def test_added_gaps_are_covered(given: float, made: float) -> None:
    rng = np.random.default_rng(5)
    truth = added_gap(np.array([given]), np.array([made]))
    noise = rng.standard_normal((2, 2000, 1))
    held = []
    for one in rng.normal([given, made], 1.0, (400, 2)):
        low, high = added_gap_interval(one[0] + noise[0], one[1] + noise[1], 0.95)
        held.append(low <= truth <= high)
    assert np.mean(held) >= 0.93
