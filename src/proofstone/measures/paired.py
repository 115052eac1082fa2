"""Two models on the same rows: tests and intervals of how far the second lies from the first.

Differences are second minus first throughout. What both models share on a row cancels, so these
intervals are narrower than those of two samples.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray, Labels
from proofstone.measures.groups import difference, rate
from proofstone.measures.influence import area_interval, auc_influence
from proofstone.measures.intervals import UNKNOWN, Interval, wilson

Standing = Literal["better", "no_worse", "undecided", "worse"]

_CELLS = 2_000_000
_FEW = 64


class Pairs(NamedTuple):
    """Rows on which both models do something (are right, decide yes), one alone, or neither."""

    both: int
    first: int
    second: int
    neither: int

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(self)

    @property
    def change(self) -> float:
        """Share of the second minus share of the first; nan without rows."""
        return (self.second - self.first) / self.rows if self.rows else math.nan


class McNemar(NamedTuple):
    """Two-sided p-values of equal shares: the exact one, and the mid-p one."""

    exact: float
    mid: float


class AucChange(NamedTuple):
    """The change of the area under the ROC curve, its standard error, and the two-sided p-value.

    Of both models the `areas` and their `variances`; `rows` of the positive and the negative class;
    `same` says that both put all rows in the same order.
    """

    value: float
    error: float
    p: float
    areas: tuple[float, float] = (math.nan, math.nan)
    variances: tuple[float, float] = (math.nan, math.nan)
    rows: tuple[int, int] = (0, 0)
    same: bool = False


def pair_up(first: Labels, second: Labels) -> Pairs:
    """Count on which rows each of two models does something; `first`, `second` (n,) are bool.

    >>> pair_up(np.array([1, 1, 0, 0]), np.array([1, 0, 1, 1]))
    Pairs(both=1, first=1, second=2, neither=0)
    """
    cells = 2 * (~np.asarray(first).astype(bool)) + (~np.asarray(second).astype(bool))
    both, alone, other, neither = np.bincount(cells, minlength=4).tolist()
    return Pairs(both, alone, other, neither)


def mcnemar(pairs: Pairs) -> McNemar:
    """Test whether two paired shares are equal (McNemar 1947), from the rows that differ alone.

    Exact: twice the smaller binomial tail at 1/2, at most 1. Mid-p takes half of the probability
    of what was observed off the tail before that (1 - half of it where both models differ alike);
    it keeps its level nearly everywhere, and rejects more of what is false (Fagerland, Lydersen,
    Laake 2013).

    >>> found = mcnemar(Pairs(1, 1, 7, 12))
    >>> round(found.exact, 4), round(found.mid, 4)
    (0.0703, 0.0391)
    """
    differing, fewer = pairs.first + pairs.second, min(pairs.first, pairs.second)
    if not differing:
        return McNemar(1.0, 1.0)
    steps = np.arange(1, fewer + 1)
    logs = np.append(0.0, np.cumsum(np.log((differing - steps + 1) / steps)))
    chances = np.exp(logs - differing * math.log(2.0))
    tail, here = float(chances.sum()), float(chances[-1])
    if pairs.first == pairs.second:
        return McNemar(1.0, 1.0 - here / 2.0)
    return McNemar(min(1.0, 2.0 * tail), 2.0 * tail - here)


def paired_difference_interval(pairs: Pairs, level: float) -> Interval[float]:
    """Return the interval of the change of a paired share: Newcombe's method 10 (1998).

    Wilson's intervals of both shares, combined with their correlation, which is corrected for
    continuity. Never collapses where no row differs. Unknown (nan) without rows.

    >>> low, high = paired_difference_interval(Pairs(1, 1, 7, 12), 0.95)
    >>> round(low, 3), round(high, 3)
    (0.026, 0.507)
    """
    n = pairs.rows
    if not n:
        return UNKNOWN
    of_first, of_second = pairs.both + pairs.first, pairs.both + pairs.second
    one, two = wilson(of_first, n, level), wilson(of_second, n, level)
    p1, p2 = of_first / n, of_second / n
    product = of_first * (n - of_first) * of_second * (n - of_second)
    phi = 0.0
    if product:
        excess = float(pairs.both * pairs.neither - pairs.first * pairs.second)
        phi = (max(0.0, excess - n / 2.0) if excess > 0 else excess) / math.sqrt(product)
    down = _joined(p2 - two.low, one.high - p1, phi)
    up = _joined(two.high - p2, p1 - one.low, phi)
    change = p2 - p1
    return Interval(max(-1.0, change - down), min(1.0, change + up))


def _joined(one: float, two: float, phi: float) -> float:
    return math.sqrt(max(0.0, one * one - 2.0 * phi * one * two + two * two))


def paired_bootstrap(
    change: FloatArray, level: float, rng: np.random.Generator, resamples: int = 2000
) -> Interval[float]:
    """Return the bootstrap-t interval (Efron 1982, Hall 1988) of the mean of `change` (n,).

    `change` is a per-row metric of the second model minus that of the first: rows are drawn with
    both. Each resample is studentised, which keeps the level where losses have a long tail. Where
    few distinct values occur, their counts are drawn at once, which is the same distribution.
    Cost otherwise: resamples * n. Unknown (nan) below three rows.
    """
    n = len(change)
    if n < 3:
        return UNKNOWN
    mean, error = float(change.mean()), float(change.std()) / math.sqrt(n)
    if error <= 1e-15:
        return Interval(mean, mean)
    means, squares = _moments(np.asarray(change, dtype=np.float64) - mean, rng, resamples)
    spread = np.sqrt(np.maximum(squares - means**2, 0.0) / n)
    told = means[spread > 1e-3 * error] / spread[spread > 1e-3 * error]
    if not len(told):
        return UNKNOWN
    low, high = np.quantile(told, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return Interval(mean - float(high) * error, mean - float(low) * error)


def _moments(
    centred: FloatArray, rng: np.random.Generator, resamples: int
) -> tuple[FloatArray, FloatArray]:
    """Mean and mean square of each resample of the values (n,): two arrays (resamples,)."""
    n = len(centred)
    values, counts = np.unique(centred, return_counts=True)
    both = np.stack([values, values**2], axis=1)
    if len(values) <= _FEW:
        drawn = rng.multinomial(n, counts / n, resamples) @ both / n
        return drawn[:, 0], drawn[:, 1]
    block = max(1, _CELLS // n)
    means, squares = [], []
    for start in range(0, resamples, block):
        picked = centred[rng.integers(0, n, (min(block, resamples - start), n))]
        means.append(picked.mean(axis=1))
        squares.append(np.einsum("rn,rn->r", picked, picked) / n)
    return np.concatenate(means), np.concatenate(squares)


def delong_change(y: Labels, first: FloatArray, second: FloatArray) -> AucChange:
    """Test whether two scores (n,) of the same rows rank equally well (DeLong 1988).

    In O(n log n) through placements (Sun and Xu 2014). All nan when a class has fewer than two
    rows. Without any difference between the placements the error is 0 and p is 1.
    """
    positive = np.asarray(y).astype(bool)
    m, n = int(positive.sum()), int((~positive).sum())
    if min(m, n) < 2:
        return AucChange(math.nan, math.nan, math.nan)
    before, shares = auc_influence(positive, first)
    after, others = auc_influence(positive, second)
    one, two, both = (_variance(each, positive) for each in (shares, others, others - shares))
    error, value = math.sqrt(both), after - before
    if error <= 1e-15:
        error, p = 0.0, 1.0 if abs(value) < 1e-12 else 0.0
    else:
        p = math.erfc(abs(value) / error / math.sqrt(2.0))
    orders = (np.unique(score, return_inverse=True)[1] for score in (first, second))
    same = bool(np.equal(*orders).all())
    return AucChange(value, error, p, (before, after), (one, two), (m, n), same)


def _variance(shares: FloatArray, positive: np.ndarray) -> float:
    """DeLong's variance of an area, or of a change, whose rows have these shares of it."""
    m, n = int(positive.sum()), int((~positive).sum())
    squares = shares**2
    found = float(squares[positive].sum()) * m / (m - 1)
    return found + float(squares[~positive].sum()) * n / (n - 1)


def delong_change_interval(change: AucChange, level: float) -> Interval[float]:
    """Return the interval of a change of AUC within [-1, 1]; unknown (nan) where it is.

    The ends of both areas (`area_interval`) are put together as those of independent ones
    (Newcombe 1998), and drawn in by what DeLong's variance of the change is less than that of
    independent areas. So it does not collapse where a ranking is perfect; it is 0 only where both
    put all rows in the same order.

    Measured coverage at a nominal 95 %, 2,000 samples a case of two normal classes: 100 or more
    positive rows 95.1-95.5 %; 20 with 200 negative ones 96.1-97.1 %; 5 with 500 94.6 %; areas of
    0.95 to 0.99 with 10 or 30 positive rows 97.9-99.9 %; 3 rows of each class 97.9 %.
    """
    if not math.isfinite(change.error):
        return UNKNOWN
    if change.same:
        return Interval(change.value, change.value)
    (before, after), (one, two) = change.areas, change.variances
    first = area_interval(before, one, *change.rows, level)
    second = area_interval(after, two, *change.rows, level)
    known = change.error > 0.0 and one + two > 0.0
    share = min(1.0, change.error / math.sqrt(one + two)) if known else 1.0
    down = share * math.hypot(after - second.low, first.high - before)
    up = share * math.hypot(second.high - after, before - first.low)
    return Interval(max(-1.0, change.value - down), min(1.0, change.value + up))


def gap_change(codes: IntArray, first: Labels, second: Labels, groups: int) -> float:
    """Return the change of the largest minus the smallest rate of `groups` groups.

    `codes` (n,) are the groups of the rows that count as trials, `first` and `second` (n,) whether
    each model does it. Groups without a trial are left out; nan with fewer than two left.
    """
    cells = _cells(codes, first, second, groups)
    trials = cells.sum(axis=1)
    if np.count_nonzero(trials) < 2:
        return math.nan
    before = difference(rate(cells[:, 0] + cells[:, 1], trials))
    return difference(rate(cells[:, 0] + cells[:, 2], trials)) - before


def gap_change_interval(
    codes: IntArray,
    first: Labels,
    second: Labels,
    groups: int,
    level: float,
    rng: np.random.Generator,
    resamples: int = 10_000,
) -> Interval[float]:
    """Return the interval of `gap_change` from draws of each group's four paired shares.

    They are Dirichlet with 1/4 added to each count (Perks 1947), so that each model's rate alone
    has the Jeffreys posterior; both models keep their correlation, and small groups stay wide
    where resampling rows collapses. A largest minus a smallest rate lies too high, that of draws
    more so: the ends are the outer ones of the draws and of their mirror image about the estimate.
    Measured coverage at a nominal 95 %, 1,000 samples a case: two to four groups of 15 to 500 rows
    93.6-96.1 %; where no rate differs, 99.9 %. Unknown (nan) with fewer than two groups.
    """
    cells = _cells(codes, first, second, groups)
    known = cells[cells.sum(axis=1) > 0]
    if len(known) < 2:
        return UNKNOWN
    found = []
    block = max(1, _CELLS // known.size)
    for start in range(0, resamples, block):
        drawn = rng.standard_gamma(known + 0.25, (min(block, resamples - start), *known.shape))
        drawn /= drawn.sum(axis=2, keepdims=True)
        before, after = drawn[..., 0] + drawn[..., 1], drawn[..., 0] + drawn[..., 2]
        found.append(np.ptp(after, axis=1) - np.ptp(before, axis=1))
    tails = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]
    low, high = (float(end) for end in np.quantile(np.concatenate(found), tails))
    value = gap_change(codes, first, second, groups)
    low, high = min(low, 2.0 * value - high), max(high, 2.0 * value - low)
    return Interval(min(low, value), max(high, value))


def _cells(codes: IntArray, first: Labels, second: Labels, groups: int) -> IntArray:
    """Rows that both do, the first alone, the second alone, neither: (groups, 4)."""
    place = 2 * (~np.asarray(first).astype(bool)) + (~np.asarray(second).astype(bool))
    counts = np.bincount(np.asarray(codes) * 4 + place, minlength=4 * groups)
    return counts.reshape(-1, 4).astype(np.int64)


def standing(interval: Interval[float], margin: float, *, greatest: bool) -> Standing:
    """Say how the second model stands to the first where a worsening by `margin` is accepted.

    Two ends of an interval at level 1 - 2a are two tests at level a. `no_worse` (non-inferior)
    says that the worse end keeps the margin, `better` that it lies beyond no change, `worse` that
    the better end breaks the margin. `greatest` says whether more of the metric is better.

    >>> standing(Interval(-0.004, 0.02), 0.01, greatest=True)
    'no_worse'
    """
    low, high = interval if greatest else (-interval.high, -interval.low)
    if not (math.isfinite(low) and math.isfinite(high)):
        return "undecided"
    if low > 0.0:
        return "better"
    if low >= -margin:
        return "no_worse"
    return "worse" if high < -margin else "undecided"
