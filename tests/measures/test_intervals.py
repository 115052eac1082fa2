"""Intervals against statsmodels, scipy, naive formulas and simulated coverage."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from proofstone.measures.classification import (
    average_precision,
    brier_score,
    expected_calibration_error,
    roc_auc,
    squared_errors,
)
from proofstone.measures.influence import average_precision_interval, delong_auc
from proofstone.measures.intervals import (
    bootstrap,
    calibration_error_interval,
    mean_interval,
    normal_quantile,
    t_quantile,
    wilson,
)

counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.floats(0.5, 0.9999)
RANKED = [delong_auc, average_precision_interval]


def binormal(
    rng: np.random.Generator, positives: int, negatives: int, auc: float
) -> tuple[Any, Any]:
    """Rows with exactly so many of each class whose population AUC is `auc`."""
    y = np.repeat([1, 0], [positives, negatives])
    return y, rng.standard_normal(len(y)) + y * np.sqrt(2) * stats.norm.ppf(auc)


def coverage(interval: Callable[..., Any], truth: float, times: int) -> float:
    ends = np.array([interval(np.random.default_rng(seed)) for seed in range(times)])
    return np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1]))


@pytest.mark.parametrize("p", [1e-6, 0.01, 0.5, 0.975, 0.99999])
def test_normal_quantile_equals_scipy(p: float) -> None:
    assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), abs=1e-9)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 10, 30, 100, 101, 500, 10_000])
@pytest.mark.parametrize("p", [1e-5, 0.025, 0.2, 0.6, 0.975, 0.9999, 0.99999])
def test_t_quantile_is_scipys(df: int, p: float) -> None:
    assert t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-6)
    assert t_quantile(0.5, df) == pytest.approx(0.0, abs=1e-12)


@given(counts, levels)
def test_wilson_equals_statsmodels_and_contains_the_estimate(
    count: tuple[int, int], level: float
) -> None:
    successes, trials = count
    low, high = wilson(successes, trials, level)
    expected = proportion_confint(successes, trials, alpha=1 - level, method="wilson")
    assert (low, high) == pytest.approx(expected, abs=1e-12)
    assert 0.0 <= low <= successes / trials <= high <= 1.0


def test_wilson_of_arrays_equals_one_by_one_and_is_unknown_without_trials() -> None:
    low, high = wilson(np.array([0, 3, 7]), np.array([0, 10, 7]), 0.9)
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert (low[1], high[1]) == pytest.approx(wilson(3, 10, 0.9))
    assert (low[2], high[2]) == pytest.approx(wilson(7, 7, 0.9))
    assert np.isnan(wilson(0, 0, 0.95)).all()


def test_mean_interval_equals_scipy(rng: np.random.Generator) -> None:
    values = rng.exponential(size=40)
    expected = stats.t.interval(0.95, 39, values.mean(), stats.sem(values))
    assert mean_interval(values, 0.95) == pytest.approx(expected, rel=1e-6)
    assert np.isnan(mean_interval(values[:1], 0.95)).all()


def naive_delong(y: Any, score: Any) -> tuple[float, float]:
    """The variance of DeLong, DeLong and Clarke-Pearson from all pairs, O(n^2)."""
    wins = (1 + np.sign(score[y == 1][:, None] - score[y == 0])) / 2
    v10, v01 = wins.mean(axis=1), wins.mean(axis=0)
    return wins.mean(), v10.var(ddof=1) / len(v10) + v01.var(ddof=1) / len(v01)


@pytest.mark.parametrize("digits", [8, 1, 0])
def test_delong_equals_the_formula_over_all_pairs(rng: np.random.Generator, digits: Any) -> None:
    y, score = binormal(rng, 40, 70, 0.8)
    score = score.round(digits)
    auc, variance = naive_delong(y, score)
    low, high = delong_auc(y, score, 0.9)
    z, pairs = stats.norm.ppf(0.95), (40 + 70) / 2 - 1

    def usual(area: float) -> float:
        """The variance of Hanley and McNeil (1982), with exponential scores."""
        both = area / (2 - area) - area**2, 2 * area**2 / (1 + area) - area**2
        return float((area * (1 - area) + pairs * (both[0] + both[1])) / 40 / 70)

    share = variance / usual(auc)
    share = max(share, (share * 40 + 20) / 60)
    for end in (low, high):
        assert abs(auc - end) == pytest.approx(z * np.sqrt(share * usual(end)), abs=1e-9)


def test_average_precision_influence_equals_finite_differences(rng: np.random.Generator) -> None:
    y, score = binormal(rng, 25, 60, 0.75)
    score = score.round(1)
    step = 1e-5
    weights = 1.0 + step * np.eye(len(y))
    value = average_precision(y, score)
    influence = (average_precision(y, score, weights) - value) / step
    n = len(y)
    error = np.sqrt(np.sum(influence**2) * n / (n - 1))
    low, high = average_precision_interval(y, score, 0.95)
    centre, half = np.log(value / (1 - value)), stats.norm.ppf(0.975) * error / value / (1 - value)
    expected = 1 / (1 + np.exp(-np.array([centre - half, centre + half])))
    assert (low, high) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("interval", RANKED)
@pytest.mark.parametrize("direction", [1, -1])
def test_a_perfect_or_worthless_ranking_keeps_a_width(
    interval: Callable[..., Any], direction: int
) -> None:
    y = np.repeat([0, 1], [30, 5])
    low, high = interval(y, direction * np.arange(35.0), 0.95)
    assert 0.0 <= low <= high <= 1.0
    assert high - low > 0.1


@pytest.mark.parametrize("interval", RANKED)
@pytest.mark.parametrize("y", [[], [1, 1, 1], [0, 1, 0]])
def test_fewer_than_two_rows_of_a_class_are_unknown(interval: Callable[..., Any], y: Any) -> None:
    assert np.isnan(interval(np.array(y), np.arange(float(len(y))), 0.95)).all()


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=1, max_size=60), levels)
def test_ranked_intervals_are_bounded_and_contain_the_estimate(
    drawn: list[Any], level: float
) -> None:
    y, score = (np.array(column) for column in zip(*drawn, strict=True))
    for interval, metric in zip(RANKED, (roc_auc, average_precision), strict=True):
        low, high = interval(y, score, level)
        if not np.isnan(low):
            assert 0.0 <= low <= high <= 1.0
            assert low - 1e-12 <= metric(y, score) <= high + 1e-12


@pytest.mark.parametrize(
    ("auc", "positives", "negatives"), [(0.8, 30, 100), (0.95, 50, 200), (0.95, 10, 400)]
)
def test_delong_covers_about_95_percent(auc: float, positives: int, negatives: int) -> None:
    share = coverage(
        lambda rng: delong_auc(*binormal(rng, positives, negatives, auc), 0.95), auc, 1500
    )
    assert 0.925 <= share <= 0.985


def test_average_precision_covers_about_95_percent(rng: np.random.Generator) -> None:
    def sample(rng: np.random.Generator, n: int = 300) -> tuple[Any, Any]:
        positives = rng.binomial(n, 0.5)
        return binormal(rng, positives, n - positives, 0.8)

    truth = average_precision(*sample(rng, 800_000))
    share = coverage(lambda rng: average_precision_interval(*sample(rng), 0.95), truth, 1500)
    assert 0.925 <= share <= 0.975


def miscalibrated(rng: np.random.Generator, n: int, stretch: float) -> tuple[Any, Any, Any]:
    """Labels drawn from sigmoid(z), scores that are sigmoid(z * (1 + stretch))."""
    z = rng.standard_normal(n) - 1.5
    chance = 1 / (1 + np.exp(-z))
    return rng.random(n) < chance, 1 / (1 + np.exp(-z * (1 + stretch))), chance


@pytest.mark.parametrize(("stretch", "least"), [(0.0, 0.94), (0.1, 0.925), (1.0, 0.94)])
def test_calibration_error_covers_at_least_about_95_percent(
    rng: np.random.Generator, stretch: float, least: float
) -> None:
    _, score, chance = miscalibrated(rng, 400_000, stretch)
    truth = 0.0 if stretch == 0 else expected_calibration_error(chance, score)

    def interval(rng: np.random.Generator) -> Any:
        y, score, _ = miscalibrated(rng, 1000, stretch)
        return calibration_error_interval(y, score, 0.95, rng, resamples=500)

    assert coverage(interval, truth, 1000) >= least


def test_calibration_error_interval_needs_two_rows(rng: np.random.Generator) -> None:
    assert np.isnan(calibration_error_interval(np.ones(1), np.ones(1), 0.95, rng)).all()


def test_bootstrap_of_a_mean_equals_its_closed_form(rng: np.random.Generator) -> None:
    y, score, _ = miscalibrated(rng, 800, 0.3)
    low, high = bootstrap(brier_score, y, score, 0.95, rng, resamples=4000)
    assert (low, high) == pytest.approx(mean_interval(squared_errors(y, score), 0.95), abs=2e-3)


@pytest.mark.parametrize(
    ("metric", "interval"),
    [(roc_auc, delong_auc), (average_precision, average_precision_interval)],
)
def test_bootstrap_and_closed_forms_agree(
    rng: np.random.Generator, metric: Callable[..., Any], interval: Callable[..., Any]
) -> None:
    y, score = binormal(rng, 300, 700, 0.8)
    found = bootstrap(metric, y, score, 0.95, rng)
    assert found == pytest.approx(interval(y, score, 0.95), abs=0.01)


def test_bootstrap_is_the_same_for_the_same_seed_and_leaves_out_one_class_draws() -> None:
    y, score = np.array([0, 0, 1]), np.array([0.2, 0.6, 0.5])
    one, two = (
        bootstrap(roc_auc, y, score, 0.9, np.random.default_rng(4), resamples=200) for _ in "ab"
    )
    assert one == two
    assert not np.isnan(one).any()


def test_bootstrap_of_what_is_undefined_is_unknown(rng: np.random.Generator) -> None:
    assert np.isnan(bootstrap(roc_auc, np.ones(3), np.arange(3.0), 0.95, rng)).all()
    assert np.isnan(bootstrap(roc_auc, np.zeros(0), np.zeros(0), 0.95, rng)).all()
