from __future__ import annotations

import doctest

import numpy as np
import pytest
from scipy import stats
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier
from statsmodels.stats.contingency_tables import mcnemar as theirs

from proofstone.measures import paired
from proofstone.measures.groups import count_groups, difference, rates
from proofstone.measures.intervals import Interval
from proofstone.measures.paired import (
    Pairs,
    delong_change,
    delong_change_interval,
    gap_change,
    gap_change_interval,
    mcnemar,
    pair_up,
    paired_bootstrap,
    paired_difference_interval,
    standing,
)

TABLES = [(3, 5), (0, 4), (12, 12), (40, 61), (700, 640), (0, 0), (1, 0)]


def test_published_numbers() -> None:
    """Airway responsiveness of 21 children, as Fagerland and others (2013) have it."""
    assert doctest.testmod(paired).failed == 0


@pytest.mark.parametrize(("first", "second"), TABLES)
def test_mcnemar_is_the_binomial_test_of_rows_that_differ(first: int, second: int) -> None:
    found = mcnemar(Pairs(20, first, second, 9))
    peer = theirs([[20, first], [second, 9]], exact=True)
    assert found.exact == pytest.approx(float(peer.pvalue), abs=1e-9)
    if first != second:
        tail = stats.binom.cdf(min(first, second), first + second, 0.5)
        here = stats.binom.pmf(first, first + second, 0.5)
        assert found.mid == pytest.approx(2 * tail - here, abs=1e-9)
    else:
        assert found.mid <= 1.0


def test_mcnemar_of_a_million_rows_is_a_number() -> None:
    found = mcnemar(Pairs(5_000_000, 501_000, 499_500, 3_000_000))
    z = 1500 / np.sqrt(1_000_500)
    assert found.mid == pytest.approx(2 * stats.norm.sf(z), rel=1e-3)


def test_mid_p_keeps_its_level_where_the_exact_test_is_shy(rng: np.random.Generator) -> None:
    drawn = rng.multinomial(60, [0.5, 0.1, 0.1, 0.3], 4000)
    found = [mcnemar(Pairs(*(int(one) for one in counts))) for counts in drawn]
    mid = float(np.mean([one.mid <= 0.05 for one in found]))
    exact = float(np.mean([one.exact <= 0.05 for one in found]))
    assert exact < mid < 0.058


@pytest.mark.parametrize(
    ("rows", "shares"),
    [(40, (0.3, 0.1, 0.1)), (100, (0.6, 0.1, 0.2)), (1000, (0.9, 0.02, 0.03))],
)
def test_newcombe_covers(
    rows: int, shares: tuple[float, float, float], rng: np.random.Generator
) -> None:
    truth = shares[2] - shares[1]
    drawn = rng.multinomial(rows, [*shares, 1 - sum(shares)], 3000).tolist()
    ends = [paired_difference_interval(Pairs(*counts), 0.95) for counts in drawn]
    assert 0.93 <= np.mean([low <= truth <= high for low, high in ends]) <= 0.975


@pytest.mark.parametrize("pairs", [Pairs(0, 0, 0, 7), Pairs(7, 0, 0, 0), Pairs(3, 0, 0, 4)])
def test_without_any_difference_the_interval_keeps_a_width(pairs: Pairs) -> None:
    low, high = paired_difference_interval(pairs, 0.95)
    assert low < 0 < high
    assert np.isnan(paired_difference_interval(Pairs(0, 0, 0, 0), 0.95)).all()


def test_the_interval_turns_with_the_sides() -> None:
    low, high = paired_difference_interval(Pairs(30, 4, 11, 55), 0.9)
    other = paired_difference_interval(Pairs(30, 11, 4, 55), 0.9)
    assert (-high, -low) == pytest.approx(other)


def _brute_delong(y: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Change of AUC and its error by every pair of rows, as DeLong's paper writes it."""
    areas, hit, miss = [], [], []
    for score in (first, second):
        wins = (score[y == 1][:, None] > score[y == 0]) + 0.5 * (
            score[y == 1][:, None] == score[y == 0]
        )
        areas.append(wins.mean())
        hit.append(wins.mean(axis=1))
        miss.append(wins.mean(axis=0))
    s10, s01 = np.cov(hit), np.cov(miss)
    whole = s10 / len(hit[0]) + s01 / len(miss[0])
    return areas[1] - areas[0], float(np.sqrt(whole[0, 0] + whole[1, 1] - 2 * whole[0, 1]))


def test_delong_is_the_pairwise_one_on_a_real_table() -> None:
    matrix, y = load_breast_cancer(return_X_y=True)
    fit, rest = slice(0, 200), slice(200, None)
    models = (
        LogisticRegression(max_iter=50).fit(matrix[fit, :4] / 100, y[fit]),
        DecisionTreeClassifier(max_depth=3, random_state=0).fit(matrix[fit, :4], y[fit]),
    )
    first = models[0].predict_proba(matrix[rest, :4] / 100)[:, 1]
    second = models[1].predict_proba(matrix[rest, :4])[:, 1]
    found = delong_change(y[rest], first, second)
    value, error = _brute_delong(y[rest], first, second)
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.value == pytest.approx(
        roc_auc_score(y[rest], second) - roc_auc_score(y[rest], first), abs=1e-12
    )
    assert found.error == pytest.approx(error, abs=1e-12)
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(value) / error), abs=1e-9)


def test_delong_covers_and_is_void_for_one_class(rng: np.random.Generator) -> None:
    truth = stats.norm.cdf(1 / np.sqrt(4.0)) - stats.norm.cdf(1 / np.sqrt(2.5))
    hits = 0
    for _ in range(1000):
        y = rng.random(200) < 0.3
        shared = rng.normal(size=200) + y
        first, second = (shared + s * rng.normal(size=200) for s in (0.5, 1.0))
        low, high = delong_change_interval(delong_change(y, first, second), 0.95)
        hits += low <= truth <= high
    assert 0.93 <= hits / 1000 <= 0.97
    one = delong_change(np.ones(5), rng.random(5), rng.random(5))
    assert np.isnan([one.value, one.error, one.p, *delong_change_interval(one, 0.95)]).all()
    same = rng.random(50)
    equal = delong_change(rng.random(50) < 0.5, same, same**3)
    assert equal[:3] == (0.0, 0.0, 1.0)
    assert delong_change_interval(equal, 0.95) == (0.0, 0.0)


def test_two_perfect_rankings_of_few_rows_say_little() -> None:
    y = np.array([1, 1, 0, 0])
    change = delong_change(y, np.array([0.9, 0.8, 0.2, 0.1]), np.array([0.8, 0.9, 0.1, 0.2]))
    assert (change.value, change.error) == (0.0, 0.0)
    low, high = delong_change_interval(change, 0.95)
    assert low < -0.5
    assert high > 0.5


@pytest.mark.parametrize(
    ("positive", "negative", "before", "after"),
    [(3, 3, 0.85, 0.75), (10, 190, 0.99, 0.97), (30, 170, 0.99, 0.975), (10, 50, 0.95, 0.90)],
)
def test_a_change_beyond_the_margin_seldom_seems_smaller(
    positive: int, negative: int, before: float, after: float, rng: np.random.Generator
) -> None:
    y = np.repeat([1, 0], [positive, negative])
    shift = np.sqrt(2.0) * stats.norm.ppf([before, after])
    passed = 0
    for _ in range(400):
        shared, own = rng.normal(size=(2, len(y)))
        first, second = shared + shift[0] * y, (shared + np.sqrt(3.0) * own) / 2 + shift[1] * y
        low, _ = delong_change_interval(delong_change(y, first, second), 0.95)
        passed += low > after - before
    assert passed / 400 <= 0.05


def test_the_bootstrap_agrees_with_scipy(rng: np.random.Generator) -> None:
    change = rng.normal(0.02, 0.3, 400) + 0.1 * rng.exponential(size=400)
    found = paired_bootstrap(change, 0.95, rng, 20_000)
    sample = stats.bootstrap((change,), np.mean, n_resamples=20_000, rng=rng)
    peer = sample.confidence_interval
    width = found.high - found.low
    assert found == pytest.approx((peer.low, peer.high), abs=0.04 * width)


def test_the_bootstrap_covers_losses(rng: np.random.Generator) -> None:
    def losses(n: int) -> np.ndarray:
        margin = rng.normal(size=n)
        y = rng.random(n) < 1 / (1 + np.exp(-margin))
        both = (margin + s * rng.normal(size=n) for s in (0.5, 0.8))
        first, second = (np.log1p(np.exp(np.where(y, -one, one))) for one in both)
        return np.asarray(second - first)

    truth = losses(2_000_000).mean()
    ends = [paired_bootstrap(losses(200), 0.95, rng, 600) for _ in range(600)]
    assert 0.925 <= np.mean([low <= truth <= high for low, high in ends]) <= 0.975


def test_few_values_are_resampled_by_their_counts(rng: np.random.Generator) -> None:
    change = rng.choice([-1.0, 0.0, 1.0], 500, p=[0.1, 0.8, 0.1])
    low, high = paired_bootstrap(change, 0.95, rng)
    t = stats.t.interval(0.95, 499, change.mean(), change.std(ddof=1) / np.sqrt(500))
    assert (low, high) == pytest.approx(t, abs=0.006)
    assert paired_bootstrap(np.zeros(9), 0.95, rng) == (0.0, 0.0)
    assert np.isnan(paired_bootstrap(np.zeros(2), 0.95, rng)).all()


def test_a_gap_is_that_of_the_groups_rates(rng: np.random.Generator) -> None:
    codes = rng.integers(0, 4, 300)
    first, second = rng.random(300) < 0.3, rng.random(300) < 0.2 + 0.1 * codes
    gaps = [
        difference(rates(count_groups(first, decided, codes.tolist()))["selection_rate"])
        for decided in (first, second)
    ]
    assert gap_change(codes, first, second, 4) == pytest.approx(gaps[1] - gaps[0])


@pytest.mark.parametrize(
    ("sizes", "first", "second"),
    [
        ((200, 200), (0.3, 0.5), (0.3, 0.4)),
        ((500, 40), (0.1, 0.3), (0.1, 0.2)),
        ((20, 15), (0.5, 0.2), (0.5, 0.4)),
        ((300, 300, 300), (0.2, 0.2, 0.2), (0.2, 0.2, 0.3)),
    ],
)
def test_gaps_cover(
    sizes: tuple[int, ...],
    first: tuple[float, ...],
    second: tuple[float, ...],
    rng: np.random.Generator,
) -> None:
    codes = np.repeat(np.arange(len(sizes)), sizes)
    truth = np.ptp(second) - np.ptp(first)
    hits = 0
    for _ in range(400):
        shared = rng.random(len(codes))
        other = np.where(rng.random(len(codes)) < 0.8, shared, rng.random(len(codes)))
        one, two = shared < np.take(first, codes), other < np.take(second, codes)
        low, high = gap_change_interval(codes, one, two, len(sizes), 0.95, rng, 1500)
        hits += low - 1e-12 <= truth <= high + 1e-12
    assert 0.915 <= hits / 400 <= 0.985


def test_groups_without_rows_are_left_out(rng: np.random.Generator) -> None:
    codes, decided = np.array([0, 0, 2]), np.array([True, False, True])
    assert gap_change(codes, decided, ~decided, 3) == pytest.approx(0.5 - 0.5)
    low, high = gap_change_interval(codes, decided, ~decided, 3, 0.95, rng)
    assert low < -0.3 < 0.3 < high
    alone = np.array([1, 1, 1])
    assert np.isnan(gap_change(alone, decided, decided, 3))
    assert np.isnan(gap_change_interval(alone, decided, decided, 3, 0.95, rng)).all()


@pytest.mark.parametrize(
    ("interval", "greatest", "expected"),
    [
        ((0.001, 0.2), True, "better"),
        ((-0.2, -0.001), False, "better"),
        ((-0.01, 0.2), True, "no_worse"),
        ((-0.02, 0.2), True, "undecided"),
        ((-0.2, -0.011), True, "worse"),
        ((0.011, 0.2), False, "worse"),
        ((np.nan, np.nan), True, "undecided"),
    ],
)
def test_standing(interval: tuple[float, float], greatest: bool, expected: str) -> None:
    assert standing(Interval(*interval), 0.01, greatest=greatest) == expected


def test_who_is_worse_by_the_margin_seldom_passes(rng: np.random.Generator) -> None:
    """The level of the test is half of what the interval leaves out: 2.5 %."""

    def passes(change: float) -> float:
        shares = [0.8, 0.05 - change / 2, 0.05 + change / 2, 0.1]
        drawn = rng.multinomial(2000, shares, 3000).tolist()
        ends = [paired_difference_interval(Pairs(*counts), 0.95) for counts in drawn]
        found = [standing(one, 0.01, greatest=True) in ("no_worse", "better") for one in ends]
        return float(np.mean(found))

    assert 0.015 < passes(-0.01) < 0.035
    assert passes(-0.02) < 0.002
    assert passes(0.02) > 0.95


def test_pairs_are_counted() -> None:
    pairs = pair_up(np.array([1, 1, 0, 0, 0]), np.array([True, False, True, True, False]))
    assert pairs == Pairs(1, 1, 2, 1)
    assert (pairs.rows, pairs.change) == (5, pytest.approx(0.2))
