from __future__ import annotations

import math

import numpy as np
import pytest

from proofstone.assess.perturb.paired import paired_difference


def cells(both: int, lost: int, won: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    before = np.array([1] * (both + lost) + [0] * (won + neither), dtype=bool)
    after = np.array([1] * both + [0] * lost + [1] * won + [0] * neither, dtype=bool)
    return before, after


def test_the_published_example() -> None:
    """Newcombe (1998), table III: 36, 12, 2, 0 has 0.0569 to 0.3404 by method 10."""
    low, high = paired_difference(*cells(36, 12, 2, 0), np.arange(50), 0.95)
    assert (round(low, 4), round(high, 4)) == (0.0569, 0.3404)


def test_it_never_collapses_and_turns_with_its_sign() -> None:
    low, high = paired_difference(*cells(20, 0, 0, 0), np.arange(20), 0.95)
    assert low == pytest.approx(-high)
    assert high > 0.1
    before, after = cells(20, 9, 3, 8)
    places = np.arange(40)
    one = paired_difference(before, after, places, 0.95)
    other = paired_difference(after, before, places, 0.95)
    assert one == pytest.approx((-other.high, -other.low))
    assert math.isnan(paired_difference(*cells(0, 0, 0, 0), np.arange(0), 0.95).low)


def test_twins_say_no_more_than_one() -> None:
    before, after = cells(20, 9, 3, 8)
    apart = paired_difference(before, after, np.arange(40), 0.95)
    twins = paired_difference(
        np.repeat(before, 2), np.repeat(after, 2), np.repeat(np.arange(40), 2), 0.95
    )
    assert twins == pytest.approx(apart, abs=0.005)


@pytest.mark.parametrize("shares", [(0.7, 0.1, 0.05, 0.15), (0.5, 0.25, 0.05, 0.2)])
def test_it_covers_as_often_as_it_says(shares: tuple[float, ...]) -> None:
    rng = np.random.default_rng(1)
    true, hits = shares[1] - shares[2], 0
    for counts in rng.multinomial(40, shares, size=1000).tolist():
        low, high = paired_difference(*cells(*counts), np.arange(40), 0.95)
        hits += low <= true <= high
    assert 0.93 <= hits / 1000 <= 0.995
