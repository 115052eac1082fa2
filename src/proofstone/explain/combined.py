"""Pairs and triples of single changes that are worth a question.

Two ways lead to them: those that should turn the decision if log-odds added up; and, for what does
not add up, strong changes together with any other.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from proofstone.explain.moves import MOST_CHANGES, Moves, first_of

CHEAPEST, SURER, STRONGEST = 16, 8, 8
"""How many a row are scored: the cheapest that should do, the cheapest that should do with a
quarter to spare, and the strongest."""

BASES, BESIDE = 4, 200
"""Of each row a strong change of so many inputs is combined with any other change; so many pairs
are scored, the cheapest first."""

_STRONG = 0.9
"""A change is strong that gains so much of what the strongest of the same input does."""


_KEPT = 32
_SPARE = 1.25


def combined(
    singles: Moves, gain: np.ndarray, need: np.ndarray, turned: np.ndarray, n: int
) -> Moves:
    """Pairs and triples that are worth a question, if gains of log-odds add up.

    Of each row at most 32 single changes are combined: those that help but do not do alone, half
    of them the strongest, half those that help most for their cost.
    """
    cheapest = _cheapest(singles, turned, n)
    useful = np.flatnonzero((gain > 0) & ~turned)
    kept = np.union1d(
        first_of(singles.row[useful], -gain[useful], _KEPT // 2, n),
        first_of(singles.row[useful], -gain[useful] / singles.cost[useful], _KEPT // 2, n),
    )
    table = _table(singles.row[useful[kept]], useful[kept], n)
    parts = [
        _chosen(singles, gain, need, cheapest, table, size)
        for size in range(2, min(MOST_CHANGES, table.shape[1]) + 1)
    ]
    if not parts:
        return singles.take(np.zeros(0, dtype=int))
    return _within(Moves.concat([part for part, _ in parts]),
                   np.concatenate([total for _, total in parts]), need, n)  # fmt: skip


def beside(singles: Moves, gain: np.ndarray, turned: np.ndarray, n: int) -> Moves:
    """Pairs of a row's strong changes with any other, cheaper than any single one that does."""
    useful = np.flatnonzero((gain > 0) & ~turned)
    inputs = singles.places[:, 0].max(initial=0) + 1
    key = singles.row[useful] * inputs + singles.places[useful, 0]
    most = np.zeros(n * inputs)
    np.maximum.at(most, key, gain[useful])
    strong = gain[useful] >= _STRONG * most[key]
    useful, key = useful[strong], key[strong]
    best = useful[first_of(key, singles.cost[useful], 1, n * inputs)]
    bases = best[first_of(singles.row[best], -gain[best], BASES, n)]
    one, other = _table(singles.row[bases], bases, n), _table(singles.row, np.arange(len(gain)), n)
    row, at, by = np.nonzero((one >= 0)[:, :, None] & (other >= 0)[:, None, :])
    first, second = one[row, at], other[row, by]
    cost = singles.cost[first] + singles.cost[second]
    apart = singles.places[first, 0] != singles.places[second, 0]
    kept = np.flatnonzero(apart & (cost < _cheapest(singles, turned, n)[row]))
    kept = kept[first_of(row[kept], cost[kept], BESIDE, n)]
    members = np.stack([first[kept], second[kept]], axis=1)
    return _joined(singles, row[kept], members, cost[kept])


def _cheapest(singles: Moves, turned: np.ndarray, n: int) -> np.ndarray:
    """The cost of the cheapest single change that does, infinite where none does, shape (n,)."""
    cheapest = np.full(n, np.inf)
    np.minimum.at(cheapest, singles.row[turned], singles.cost[turned])
    return cheapest


def _joined(singles: Moves, row: np.ndarray, members: np.ndarray, cost: np.ndarray) -> Moves:
    """The single changes `members` (m, size) of each row made together."""
    size = members.shape[1]
    fill = np.full((len(row), MOST_CHANGES - size), -1)
    return Moves(
        row,
        np.concatenate([singles.places[members, 0], fill], axis=1),
        np.concatenate([singles.picks[members, 0], fill * 0], axis=1),
        cost,
        np.full(len(row), size),
    )


def _table(row: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    """The values of each row side by side, -1 where it has no more, shape (n, most)."""
    order = np.argsort(row, kind="stable")
    starts = np.searchsorted(row[order], np.arange(n))
    place = np.arange(len(order)) - starts[row[order]]
    table = np.full((n, int(place.max(initial=-1)) + 1), -1)
    table[row[order], place] = values[order]
    return table


def _chosen(
    singles: Moves,
    gain: np.ndarray,
    need: np.ndarray,
    cheapest: np.ndarray,
    table: np.ndarray,
    size: int,
) -> tuple[Moves, np.ndarray]:
    """The best combinations of `size` changes of different inputs, and their summed gains."""
    sets = np.array(list(combinations(range(table.shape[1]), size)))
    members = table[:, sets]
    known = (members >= 0).all(axis=2)
    places = singles.places[members, 0]
    for one, other in combinations(range(size), 2):
        known &= places[:, :, one] != places[:, :, other]
    total = np.where(known, gain[members].sum(axis=2), -np.inf)
    cost = np.where(known, singles.cost[members].sum(axis=2), np.inf)
    known &= cost < cheapest[:, None]
    wanted = [
        (np.where(total >= need[:, None], cost, np.inf), CHEAPEST),
        (np.where(total >= _SPARE * need[:, None], cost, np.inf), SURER),
        (-total, STRONGEST),
    ]
    picked = np.zeros_like(known)
    for by, most in wanted:
        first = np.argpartition(by, min(most, by.shape[1]) - 1, axis=1)[:, :most]
        np.put_along_axis(picked, first, True, axis=1)
    row, at = np.nonzero(picked & known)
    moves = members[row, at]
    return _joined(singles, row, moves, cost[row, at]), total[row, at]


def _within(moves: Moves, total: np.ndarray, need: np.ndarray, n: int) -> Moves:
    """Of pairs and triples together no more than are scored a row."""
    short = total < need[moves.row]
    close = total < _SPARE * need[moves.row]
    kept = [
        first_of(moves.row, moves.cost + 1e6 * short, CHEAPEST, n),
        first_of(moves.row, moves.cost + 1e6 * close, SURER, n),
        first_of(moves.row, -total, STRONGEST, n),
    ]
    return moves.take(np.unique(np.concatenate(kept)))
