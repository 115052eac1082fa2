"""How unequally the benefits of decisions are spread over people and between groups."""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.groups import GroupCounts
from proofstone.measures.intervals import UNKNOWN, Interval

_WORTH = np.array([0.0, 1.0, 2.0])


def benefits(counts: GroupCounts, *, positive_helps: bool = True) -> FloatArray:
    """Return how many rows of each of k groups got benefit 0, 1 and 2: (k, 3).

    The benefit is decision - label + 1 (Speicher et al. 2018): 1 for a right decision, 2 for an
    undeserved favour, 0 for a favour withheld. `positive_helps` says whether to be decided
    positive is the favour; for a denial it is not.
    """
    right = counts.tp + counts.tn
    low, high = (counts.fn, counts.fp) if positive_helps else (counts.fp, counts.fn)
    return np.stack([low, right, high], axis=1).astype(np.float64)


def entropy(table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the generalised entropy index (alpha 2) and its part between groups.

    `table` is (k, 3) as `benefits` returns it, or (r, k, 3) for r of them; results are () or (r,).
    The index is half the squared coefficient of variation of the benefits; the part between groups
    is that of the groups' means, and the two are equal where people of one group are treated alike.
    nan where no one has a benefit.

    >>> whole, between = entropy(np.array([[1.0, 8.0, 1.0], [0.0, 10.0, 0.0]]))
    >>> round(float(whole), 6), float(between)
    (0.05, 0.0)
    """
    size = table.sum(axis=-1)
    total = size.sum(axis=-1)
    gained = table @ _WORTH
    mean = _quotient(gained.sum(axis=-1), total)
    squares = _quotient((table @ _WORTH**2).sum(axis=-1), total)
    means = _quotient(gained, size)
    shared = np.where(size > 0, size * means**2, 0.0).sum(axis=-1)
    whole = (_quotient(squares, mean**2) - 1.0) / 2.0
    between = (_quotient(_quotient(shared, total), mean**2) - 1.0) / 2.0
    return np.maximum(whole, 0.0), np.maximum(between, 0.0)


def entropy_interval(
    table: FloatArray, level: float, rng: np.random.Generator, resamples: int = 10_000
) -> Interval[float]:
    """Return the interval of the generalised entropy index by multinomial resampling of counts.

    Percentile ends (Efron 1979); where all rows have the same benefit, the upper one is the index
    with the greatest share of people without benefit that such rows allow (Clopper and Pearson
    1934). Unknown (nan) without rows.
    """
    n = int(table.sum())
    if not n:
        return UNKNOWN
    drawn = rng.multinomial(n, (table / n).ravel(), resamples).reshape(resamples, *table.shape)
    whole, _ = entropy(drawn.astype(np.float64))
    value = float(entropy(table)[0])
    tail = (1.0 - level) / 2.0
    whole = whole[~np.isnan(whole)]
    low, high = np.quantile(whole, [tail, 1.0 - tail]) if len(whole) else UNKNOWN
    if (table.sum(axis=0) > 0).sum() < 2:
        # A share q without benefit makes the index q / (2 (1 - q)), and tail = (1 - q)^n.
        return Interval(0.0, math.expm1(-math.log(tail) / n) / 2.0)
    return Interval(min(float(low), value), max(float(high), value))


def between_interval(
    table: FloatArray, level: float, rng: np.random.Generator, resamples: int = 10_000
) -> Interval[float]:
    """Return the interval of the part between groups, which chance alone makes positive.

    The rows of each group are resampled by counts. The ends are quantiles of what that gives, the
    lower one less what resampling adds where there are more than two groups, and 0 where groups
    that are treated alike (each with the pooled benefits) would often show as much. Unknown (nan)
    with fewer than two groups that have rows.
    """
    held = table[table.sum(axis=1) > 0]
    if len(held) < 2:
        return UNKNOWN
    size = held.sum(axis=1).astype(np.int64)
    value = float(entropy(held)[1])
    upper = (1.0 + level) / 2.0
    pooled = np.broadcast_to(held.sum(axis=0) / held.sum(), held.shape)
    spread, alike = (
        np.stack([rng.multinomial(n, p, resamples) for n, p in zip(size, shares, strict=True)], 1)
        for shares in ((held + 0.5) / (held + 0.5).sum(axis=1, keepdims=True), pooled)
    )
    drawn, chances = (one[~np.isnan(one)] for one in (_between(spread), _between(alike)))
    if math.isnan(value) or not len(drawn) or not len(chances):
        return UNKNOWN
    bottom, top = np.quantile(drawn, [1.0 - upper, upper])
    chance = float(np.quantile(chances, level))
    excess = (float(drawn.mean()) - value) * (len(held) - 2) / (len(held) - 1)
    low = max(0.0, min(float(bottom) - max(excess, 0.0), value)) if value > chance else 0.0
    return Interval(low, max(value, float(top)))


def _between(drawn: IntArray) -> FloatArray:
    return entropy(drawn.astype(np.float64))[1]


def _quotient(top: FloatArray, bottom: FloatArray) -> FloatArray:
    shape = np.broadcast_shapes(np.shape(top), np.shape(bottom))
    found = np.full(shape, np.nan)
    np.divide(top, bottom, out=found, where=np.broadcast_to(bottom, shape) > 0)
    return found
