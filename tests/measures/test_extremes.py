"""What is integrated is held against drawing it, and what is moved against a general optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from proofstone.measures.extremes import (
    Known,
    _floor,
    _hold,
    _Loose,
    _Moved,
    _parts,
    difference_ends,
    ratio_ends,
)
from proofstone.measures.spread import posterior

DRAWS = 200_000
ERROR = 5 * np.sqrt(0.25 / DRAWS)
COUNTS = [
    ([12, 30, 31, 60], [100, 100, 90, 110]),
    ([0, 3, 9, 9, 10], [20, 30, 30, 500, 30]),
    ([50, 70, 45], [300, 300, 300]),
]


def counts(case: tuple[list[int], list[int]]) -> tuple[np.ndarray, np.ndarray, Known]:
    successes, trials = (np.array(one) for one in case)
    return successes, trials, posterior(successes, trials)


def drawn(case: tuple[list[int], list[int]]) -> np.ndarray:
    successes, trials, _ = counts(case)
    rng = np.random.default_rng(5)
    return rng.beta(successes + 0.5, trials - successes + 0.5, (DRAWS, len(trials)))


def loose(known: Known, level: float = 0.95) -> _Loose:
    tail = (1 - level) / 2
    low, middle, high = (known.quantiles(one) for one in (tail, 0.5, 1 - tail))
    scale = stats.norm.ppf(1 - tail)
    return _Loose(middle, ((high - middle) / scale) ** 2, ((middle - low) / scale) ** 2)


def test_posteriors_are_scipys() -> None:
    successes, trials = np.array([0, 3, 500, 30]), np.array([30, 30, 10**6, 30])
    known = posterior(successes, trials)
    for place, (s, n) in enumerate(zip(successes, trials, strict=True)):
        law = stats.beta(s + 0.5, n - s + 0.5)
        assert known.below[place] == pytest.approx(law.cdf(known.at[place]), abs=5e-5)
    assert known.quantiles(0.9) == pytest.approx(
        stats.beta.ppf(0.9, successes + 0.5, trials - successes + 0.5), rel=1e-3
    )


@pytest.mark.parametrize("case", COUNTS)
@pytest.mark.parametrize(("slope", "seen"), [(1.0, -0.15), (1.0, -0.5), (0.4, -0.02), (0.7, -0.1)])
def test_the_chance_within_is_that_of_draws(
    case: tuple[list[int], list[int]], slope: float, seen: float
) -> None:
    _, _, known = counts(case)
    origin = known.quantiles(0.5) * 2
    shown = origin - drawn(case)
    expected = np.mean(shown.min(axis=1) - slope * shown.max(axis=1) > seen)
    moved = _Moved(known, origin)
    assert moved.within(slope, seen) == pytest.approx(expected, abs=ERROR)
    expected = np.mean(shown[:, 0] - slope * shown[:, 1] <= seen)
    assert moved.pair(1, 0, slope, seen) == pytest.approx(expected, abs=ERROR)


def test_medians_are_moved_inwards_at_the_least_cost() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        known = _Loose(rng.random(6), rng.random(6) + 0.1, rng.random(6) + 0.1)
        slope = rng.uniform(0.3, 1.0)
        found = _floor(known, slope, 0.1)
        best = optimize.minimize_scalar(cost, None, (-1, 1), (known, slope, 0.1))
        assert cost(found, known, slope, 0.1) == pytest.approx(best.fun, abs=1e-6)


def cost(floor: float, known: _Loose, slope: float, apart: float) -> float:
    gap = np.clip(known.middle, floor, (floor + apart) / slope) - known.middle
    return float((np.maximum(gap, 0) ** 2 / known.up + np.minimum(gap, 0) ** 2 / known.down).sum())


def test_two_are_moved_outwards_and_nobody_beyond_them() -> None:
    known = _Loose(np.array([0.1, 0.2, 0.4]), np.array([1.0, 1.0, 3.0]), np.array([1.0, 1.0, 1.0]))
    held = _hold(known, 1.0, 0.5)
    assert (held.most, held.least) == (2, 0)
    assert held.middle == pytest.approx([0.05, 0.2, 0.55])
    ratio = _hold(known, 0.1, 0.0).middle
    assert ratio.min() == pytest.approx(0.1 * ratio.max())


@pytest.mark.parametrize("case", COUNTS)
def test_ends_are_those_of_resampling(case: tuple[list[int], list[int]]) -> None:
    """At each end, draws of the moved medians show as much as was seen with the chance asked."""
    _, _, known = counts(case)
    kept, rates = loose(known), drawn(case)
    middle = kept.middle
    for slopes in (False, True):
        low, high = ratio_ends(known, 0.95) if slopes else difference_ends(known, 0.95, 1.0)
        ends = ((high, 0.025), (low, 0.975)) if slopes else ((low, 0.025), (high, 0.975))
        for end, chance in ends:
            if end in (0.0, 1.0):
                continue
            if chance == 0.025 and len(_parts(known)) > 1:
                continue
            slope, apart = (end, 0.0) if slopes else (1.0, end)
            held = _hold(kept, slope, apart)
            shown = held.middle + middle - rates
            seen = middle.min() - slope * middle.max()
            beyond = shown.min(axis=1) - slope * shown.max(axis=1) <= seen
            pair = shown[:, [held.least, held.most]]
            right = np.mean(pair[:, 0] - slope * pair[:, 1] <= seen)
            both = np.mean(pair.min(axis=1) - slope * pair.max(axis=1) <= seen)
            share = max(0.5, right / both)
            assert np.mean(beyond) * share == pytest.approx(chance, abs=0.003)


def test_equal_counts_say_nothing_of_a_gap_but_leave_room_for_one() -> None:
    known = posterior(np.full(8, 0), np.full(8, 40))
    low, high = difference_ends(known, 0.95, 1.0)
    assert low == 0.0
    assert 0.03 < high < 0.1
    assert ratio_ends(known, 0.95).high == 1.0


def test_what_lies_far_apart_costs_nothing_for_having_been_looked_for() -> None:
    """Two of twenty lie alone at the ends: their interval is that of the two alone."""
    successes = np.array([50, *[500] * 18, 950])
    every = difference_ends(posterior(successes, np.full(20, 1000)), 0.95, 1.0)
    alone = difference_ends(posterior(successes[[0, -1]], np.full(2, 1000)), 0.95, 1.0)
    assert every == pytest.approx(alone, abs=1e-3)


def test_badly_known_ones_are_left_aside_where_they_hide_a_gap() -> None:
    known = posterior(np.array([100, 400, 0]), np.array([1000, 1000, 2]))
    better, every = _parts(known)
    assert len(better.at) == 2
    assert every is known
    assert difference_ends(known, 0.95, 1.0).low == pytest.approx(
        difference_ends(better, 0.975, 1.0).low, abs=1e-4
    )
    assert _parts(posterior(np.array([10, 40, 9]), np.array([100, 200, 150])))[1:] == []
