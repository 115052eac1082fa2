"""How much attention rankings give to items of each group, beside what chance would give them.

Throughout, sums (q, k) are of the items of each of k groups in each of q queries. Attention falls
as 1 / log2(place + 1) (Järvelin and Kekäläinen 2002); items of equal score share it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.intervals import UNKNOWN, Interval, t_quantile
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.measures.queries import attention


class Exposure(NamedTuple):
    """Of queries where groups meet: attention, items, and relevance, as shares of the query's."""

    attention: FloatArray
    items: FloatArray
    relevance: FloatArray


def exposure(
    target: FloatArray, score: FloatArray, query: IntArray, codes: IntArray, groups: int
) -> Exposure:
    """Return what each group's items get in each query that has items of several groups.

    Singh and Joachims (2018). `target`, `score`, `query`, `codes` (n,) are each item's relevance,
    what it is ranked by, its query, and its group. Relevance is nan where nothing is relevant.
    """
    _, of = np.unique(query, return_inverse=True)
    queries = int(of.max()) + 1 if len(of) else 0
    cells = of * groups + codes
    sums = [
        np.bincount(cells, weight, queries * groups).reshape(queries, groups)
        for weight in (attention(score, query), np.ones(len(of)), target)
    ]
    mixed = (sums[1] > 0).sum(axis=1) > 1
    shares = [np.full((int(mixed.sum()), groups), math.nan) for _ in sums]
    for one, share in zip(sums, shares, strict=True):
        whole = one[mixed].sum(axis=1, keepdims=True)
        np.divide(one[mixed], whole, out=share, where=whole > 0)
    return Exposure(*shares)


def exposure_ratios(given: FloatArray, due: FloatArray) -> FloatArray:
    """Return each group's ratio (k,) to all other items: what it is `given` by what is `due` to it.

    Both are (q, k); rows with nan are left out. nan where nothing is due to a group or the others.

    >>> exposure_ratios(np.array([[0.25, 0.75]]), np.array([[0.5, 0.5]])).round(3).tolist()
    [0.333, 3.0]
    """
    got, owed = _totals(given, due)
    whole = got.sum(), owed.sum()
    ratios = np.full(len(got), math.nan)
    rest = (whole[0] - got) * owed
    np.divide(got * (whole[1] - owed), rest, out=ratios, where=rest > 1e-12)
    return ratios


def least_exposure_interval(given: FloatArray, due: FloatArray, level: float) -> Interval[float]:
    """Return the interval of the least of `exposure_ratios`, at most 1.

    Each ratio has Student's interval on the logarithmic scale, with queries as what is drawn (delta
    method, Jaeckel 1972), at a level corrected for the groups (Bonferroni 1936), of which two make
    one comparison; that of the least is the least of both ends. Where no group is given less, it
    reaches 1 with a chance of at least `level`. Unknown (nan) below ten queries, and without a
    ratio.
    """
    known = ~np.isnan(given + due).any(axis=1)
    given, due = given[known], due[known]
    ratios, n = exposure_ratios(given, due), len(given)
    held = np.flatnonzero(ratios > 0)
    if n < 10 or len(held) < 2:
        return UNKNOWN
    got, owed = _totals(given, due)
    influence = (
        given / got - due / owed
        - (given.sum(axis=1, keepdims=True) - given) / (got.sum() - got)
        + (due.sum(axis=1, keepdims=True) - due) / (owed.sum() - owed)
    )[:, held]  # fmt: skip
    error = np.sqrt((influence**2).sum(axis=0) * n / (n - 1))
    each = level if len(held) == 2 else bonferroni_level(level, len(held))
    half = t_quantile((1.0 + each) / 2.0, n - 1) * error
    low, high = (float((ratios[held] * np.exp(end)).min()) for end in (-half, half))
    return Interval(min(low, 1.0), min(high, 1.0))


def _totals(given: FloatArray, due: FloatArray) -> tuple[FloatArray, FloatArray]:
    known = ~np.isnan(given + due).any(axis=1)
    return given[known].sum(axis=0), due[known].sum(axis=0)
