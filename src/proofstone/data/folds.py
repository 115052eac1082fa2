"""Which rows are kept apart: pure array maths, the same for the same generator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from proofstone.measures.arrays import FloatArray, IntArray

TRAINING = -1
"""The fold of rows that no model is judged on."""


def dealt(strata: Sequence[IntArray], folds: int, rng: np.random.Generator) -> IntArray:
    """Return a fold from 0 to folds - 1 for each row, shape (n,).

    `strata` are codes (n,) in order of importance. Rows are shuffled, sorted by strata and dealt
    out like cards, so that each value of the first code, each pair with the second, and so on, is
    spread over the folds as evenly as can be: no two folds differ by more than one row of it.

    >>> np.bincount(dealt([np.array([0, 0, 0, 1, 1, 1])], 3, np.random.default_rng(0))).tolist()
    [2, 2, 2]
    """
    order = _order(strata, rng)
    fold = np.empty(len(order), dtype=np.int64)
    fold[order] = np.arange(len(order)) % folds
    return fold


def held_out(strata: Sequence[IntArray], fraction: float, rng: np.random.Generator) -> IntArray:
    """Return 0 for about `fraction` of the rows and -1 for the rest, shape (n,).

    Systematic sampling along the order of `dealt`: from each stratum, the number of rows held out
    is within one of its share.
    """
    order = _order(strata, rng)
    edges = np.floor(np.arange(len(order) + 1) * fraction + rng.random())
    fold = np.full(len(order), TRAINING, dtype=np.int64)
    fold[order[np.diff(edges) > 0]] = 0
    return fold


def grouped(
    group: IntArray, label: IntArray, shares: FloatArray, rng: np.random.Generator
) -> IntArray:
    """Return a bin (0 to k - 1) for each row so that no group stands in two, shape (n,).

    `group` (n,) codes from 0; `label` (n,) codes from 0; `shares` (k,) sum to 1. Greedy: groups
    from the largest down, equal ones shuffled, each to the bin that it brings nearest to its
    share of every label value and of all rows.
    """
    values = int(label.max()) + 1
    counts = np.zeros((int(group.max()) + 1, values + 1))
    np.add.at(counts, (group, label), 1.0)
    counts[:, values] = counts.sum(axis=1)
    totals = np.maximum(counts.sum(axis=0), 1.0)
    shuffled = rng.permutation(len(counts))
    order = shuffled[np.argsort(-counts[shuffled, values], kind="stable")]
    filled = np.zeros((len(shares), len(totals)))
    target = shares[:, None] * totals
    chosen = np.empty(len(counts), dtype=np.int64)
    for one in order:
        before = ((filled - target) ** 2 / (target * totals)).sum(axis=1)
        after = ((filled + counts[one] - target) ** 2 / (target * totals)).sum(axis=1)
        best = int(np.argmin(after - before))
        filled[best] += counts[one]
        chosen[one] = best
    return chosen[group]


def blocks(time: NDArray[np.int64], shares: FloatArray) -> IntArray:
    """Return a block (0 to k - 1, earliest first) for each row, shape (n,).

    `time` (n,) ranks, equal where the time is; equal times are never parted, so blocks are only
    about as large as `shares` (k,) say, and some can be empty.
    """
    ends = np.round(np.cumsum(shares)[:-1] * len(time)).astype(np.int64)
    ordered = np.sort(time)
    cuts = ordered[np.minimum(ends, len(time) - 1)]
    return np.searchsorted(cuts, time, side="right").astype(np.int64)


def _order(strata: Sequence[IntArray], rng: np.random.Generator) -> IntArray:
    shuffled = rng.permutation(len(strata[0]))
    keys = [code[shuffled] for code in reversed(strata)]
    return shuffled[np.lexsort(keys)]
