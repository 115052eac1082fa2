"""Rows ranked by score, ties kept together: what AUC, precision-recall and DeLong share."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray, Labels


class Ranking(NamedTuple):
    """Distinct scores from the highest down, with the (weighted) rows at or above each.

    `threshold` (m,); `positive` and `negative` (m,), or (r, m) where weights (r, n) were given.
    """

    threshold: FloatArray
    positive: FloatArray
    negative: FloatArray

    @property
    def positives(self) -> FloatArray:
        """Total (weight) of positive rows: () or (r,)."""
        return self.positive[..., -1]

    @property
    def negatives(self) -> FloatArray:
        """Total (weight) of negative rows: () or (r,)."""
        return self.negative[..., -1]


def rank(y: Labels, score: FloatArray, weight: FloatArray | None = None) -> Ranking:
    """Rank at least one row by `score`; one sort, whatever the number of weightings."""
    order = np.argsort(score)[::-1]
    ranked, positive = np.asarray(score)[order], np.asarray(y).astype(bool)[order]
    ends = np.append(np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1)
    if weight is None:
        above: FloatArray = np.arange(1.0, len(ranked) + 1.0)
        hits = np.cumsum(positive, dtype=np.float64)
    else:
        ordered = np.asarray(weight, dtype=np.float64)[..., order]
        above = np.cumsum(ordered, axis=-1)
        hits = np.cumsum(ordered * positive, axis=-1)
    found = hits[..., ends]
    return Ranking(ranked[ends], found, above[..., ends] - found)


def steps(cumulative: FloatArray) -> FloatArray:
    """Undo a cumulative sum along the last axis."""
    return np.diff(cumulative, axis=-1, prepend=0.0)


def equal_mass_bins(score: FloatArray, bins: int) -> IntArray:
    """Return the bin (0 to bins - 1) of each row so that bins hold about equally many rows.

    Equal scores share a bin (that of their mid-rank), so the order of rows does not matter and
    heavy ties leave some bins empty.
    """
    order = np.argsort(score)
    ranked = np.asarray(score)[order]
    starts = np.append(0, np.flatnonzero(ranked[1:] != ranked[:-1]) + 1)
    sizes = np.diff(np.append(starts, len(ranked)))
    middle = (2 * starts + sizes) * bins // (2 * len(ranked))
    codes = np.empty(len(ranked), dtype=np.int64)
    codes[order] = np.repeat(middle, sizes)
    return codes
