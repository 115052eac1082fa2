"""Deals rows into folds of about equal size and equal shares of each stratum."""

from __future__ import annotations

import numpy as np


def deal(
    strata: np.ndarray, folds: int, rng: np.random.Generator, together: np.ndarray | None = None
) -> np.ndarray:
    """Return the fold of each row, int64 (n,).

    Rows of one stratum (equal values of `strata`, shape (n,)) are dealt out in random order, one
    to each fold in turn. With `together`, rows of equal value stay in one fold: such groups are
    dealt by their most frequent stratum, the largest first, each to the smallest fold so far.

    >>> np.bincount(deal(np.array([0] * 6 + [1] * 3), 3, np.random.default_rng(0))).tolist()
    [3, 3, 3]
    """
    if together is not None:
        return _deal_groups(strata, folds, rng, together)
    fold = np.empty(len(strata), dtype=np.int64)
    start = 0
    for stratum in np.unique(strata):
        rows = rng.permutation(np.flatnonzero(strata == stratum))
        fold[rows] = (start + np.arange(len(rows))) % folds
        start += len(rows)
    return fold


def _deal_groups(
    strata: np.ndarray, folds: int, rng: np.random.Generator, together: np.ndarray
) -> np.ndarray:
    _, group, sizes = np.unique(together, return_inverse=True, return_counts=True)
    _, stratum = np.unique(strata, return_inverse=True)
    counts = np.zeros((len(sizes), stratum.max() + 1), dtype=np.int64)
    np.add.at(counts, (group, stratum), 1)
    main = counts.argmax(axis=1)
    order = rng.permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    load = np.zeros((folds, counts.shape[1]))
    fold_of = np.empty(len(sizes), dtype=np.int64)
    for one in order:
        fold_of[one] = np.lexsort((load.sum(axis=1), load[:, main[one]]))[0]
        load[fold_of[one]] += counts[one]
    return fold_of[group]
