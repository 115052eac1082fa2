"""How alike two orders of the same things are, row by row."""

from __future__ import annotations

import numpy as np

from proofstone.measures.arrays import FloatArray, quotient

_CELLS = 4_000_000


def spearman(first: FloatArray, second: FloatArray) -> FloatArray:
    """Spearman's rank correlation (1904) of each row's d values, shape (n,); ties at mid-rank.

    nan where all values of a row are equal.

    >>> spearman(np.array([[3.0, 1.0, 2.0]]), np.array([[30.0, 20.0, 10.0]])).tolist()
    [0.5]
    """
    one, other = mid_ranks(first), mid_ranks(second)
    one -= one.mean(axis=1, keepdims=True)
    other -= other.mean(axis=1, keepdims=True)
    return quotient(
        (one * other).sum(axis=1), np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    )


def kendall(first: FloatArray, second: FloatArray) -> FloatArray:
    """Kendall's tau-b (1945) of each row's d values, shape (n,); nan where all are equal.

    >>> kendall(np.array([[3.0, 1.0, 2.0]]), np.array([[30.0, 20.0, 10.0]])).round(3).tolist()
    [0.333]
    """
    parts = []
    step = max(1, _CELLS // max(1, first.shape[1] ** 2))
    for start in range(0, len(first), step):
        one, other = (np.sign(x[start : start + step, :, None] - x[start : start + step, None, :])
                      for x in (first, second))  # fmt: skip
        alike = (one * other).sum(axis=(1, 2))
        parts.append(
            quotient(alike, np.sqrt((one**2).sum(axis=(1, 2)) * (other**2).sum(axis=(1, 2))))
        )
    return np.concatenate(parts) if parts else np.zeros(0)


def mid_ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1 within each row, shape (n, d); equal values share their mean rank."""
    order = np.argsort(values, axis=1, kind="stable")
    ranked = np.take_along_axis(values, order, axis=1)
    new = np.ones(ranked.shape, dtype=bool)
    new[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
    place = np.broadcast_to(np.arange(ranked.shape[1]), ranked.shape)
    first = np.maximum.accumulate(np.where(new, place, 0), axis=1)
    last = np.ones(ranked.shape, dtype=bool)
    last[:, :-1] = new[:, 1:]
    ends = np.where(last, place, ranked.shape[1])
    final = np.minimum.accumulate(ends[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + final) / 2 + 1, axis=1)
    return ranks
