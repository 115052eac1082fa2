"""Quality of rankings, one value a query: NDCG, average precision, reciprocal rank, precision.

Throughout, `target` (n,) is each item's relevance (at least 0), `score` (n,) what it is ranked by,
best first, and `query` (n,) the query that it belongs to. Items of equal score share their places:
gains are averaged over them (McSherry and Najork 2008), and what looks for a place counts the last.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray


class Ordered(NamedTuple):
    """Items by query, best first: `start` (q,) is the first item of each query.

    `place` (n,) counts from 0 within the query; `first` and `last` (n,) are the places at which
    the items of equal score begin and end.
    """

    order: IntArray
    start: IntArray
    place: IntArray
    first: IntArray
    last: IntArray


class PerQuery(NamedTuple):
    """One value a query (q,), queries by rising number; nan where nothing is relevant."""

    ndcg: FloatArray
    average_precision: FloatArray
    reciprocal_rank: FloatArray
    precision: FloatArray


def ordered(score: FloatArray, query: IntArray) -> Ordered:
    """Sort at least one item by query and falling score."""
    order = np.lexsort((-score, query))
    ranked, of = score[order], query[order]
    fresh = np.append(True, of[1:] != of[:-1])
    start = np.flatnonzero(fresh)
    sizes = np.diff(np.append(start, len(of)))
    place = np.arange(len(of)) - np.repeat(start, sizes)
    tied = np.flatnonzero(fresh | np.append(True, ranked[1:] != ranked[:-1]))
    spans = np.diff(np.append(tied, len(of)))
    first = np.repeat(place[tied], spans)
    return Ordered(order, start, place, first, first + np.repeat(spans, spans) - 1)


def per_query(target: FloatArray, score: FloatArray, query: IntArray, k: int) -> PerQuery:
    """Return the four values of each query, the first and the last of them for the best `k`.

    NDCG: Järvelin and Kekäläinen (2002), gains linear in relevance. An item is relevant where its
    relevance is above 0. Precision at `k` divides by `k` also where a query has fewer items.
    """
    sorted_ = ordered(score, query)
    gain = target[sorted_.order]
    relevant = gain > 0
    ideal = ordered(target, query)
    discount = np.where(sorted_.place < k, 1.0 / np.log2(sorted_.place + 2.0), 0.0)
    best = np.add.reduceat(discount * target[ideal.order], sorted_.start)
    found = np.add.reduceat(_shared(discount, sorted_) * gain, sorted_.start)
    within = (sorted_.place < k).astype(np.float64)
    hits = np.add.reduceat(_shared(within, sorted_) * relevant, sorted_.start)
    all_ = np.add.reduceat(relevant.astype(np.float64), sorted_.start)
    above = np.cumsum(relevant)
    before: IntArray = np.repeat(above[sorted_.start] - relevant[sorted_.start], _sizes(sorted_))
    here = np.arange(len(gain)) - sorted_.place + sorted_.last
    precision = (above[here] - before) / (sorted_.last + 1.0)
    average = np.add.reduceat(precision * relevant, sorted_.start)
    reach = np.where(relevant, 1.0 / (sorted_.last + 1.0), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return PerQuery(
            found / best,
            average / all_,
            np.where(all_ > 0, np.maximum.reduceat(reach, sorted_.start), np.nan),
            np.where(all_ > 0, hits / k, np.nan),
        )


def attention(score: FloatArray, query: IntArray) -> FloatArray:
    """Return 1 / log2(place + 1) of each item (n,), places from 1, averaged over equal scores."""
    if not len(score):
        return np.zeros(0)
    sorted_ = ordered(score, query)
    found = np.empty(len(score))
    found[sorted_.order] = _shared(1.0 / np.log2(sorted_.place + 2.0), sorted_)
    return found


def _sizes(sorted_: Ordered) -> IntArray:
    return np.diff(np.append(sorted_.start, len(sorted_.order)))


def _shared(values: FloatArray, sorted_: Ordered) -> FloatArray:
    """The mean of `values` over the items of equal score, for each item."""
    begin = np.flatnonzero(sorted_.place == sorted_.first)
    spans = np.diff(np.append(begin, len(values)))
    return np.repeat(np.add.reduceat(values, begin) / spans, spans)
