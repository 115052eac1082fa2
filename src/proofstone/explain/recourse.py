"""Recourse: the least change of a row, of those a person could make, that turns its decision.

Rows are moved on a grid of observed values. First every single change is scored; then, of pairs
and triples, those that should turn the decision if log-odds added up, cheapest first, and pairs
with a strong change in them; at last the numbers of the best are drawn back towards where they
were. Whatever is returned was itself scored, and keeps the constraints.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.core.errors import InputError
from proofstone.core.project.schema import Rule
from proofstone.explain.combined import BESIDE, CHEAPEST, STRONGEST, SURER, beside, combined
from proofstone.explain.moves import (
    MOST_CHANGES,
    Input,
    Moves,
    changeable,
    first_of,
    moved,
    single_moves,
)
from proofstone.models.constraints import Constraints
from proofstone.models.contract import Feature
from proofstone.models.rows import Rows
from proofstone.models.rules import broken

BACK, ROUNDS = 7, 3
"""Steps on the way back of a changed number, and how often one of the changed numbers is drawn
back: first towards where it was, then to the value before it on the grid."""

_CLIP = 1e-9


@dataclass(frozen=True, eq=False)
class Recourse:
    """The least change found for each of n rows.

    `found` (bool, shape (n,)) says where there is one, `cost` (n,) what it costs (nan where there
    is none), `changed` (n,) how many inputs it changes. `after` holds the changed rows; where
    none was found, the row itself. The cost of a number is the share of reference rows that it
    moves past; that of a category or truth value is one half.
    """

    found: np.ndarray
    cost: np.ndarray
    changed: np.ndarray
    after: Rows


Search = Generator[Rows, np.ndarray, Recourse]
"""Yields rows and is sent their scores, shape (rows,); returns what was found."""


def search(
    rows: Rows,
    threshold: np.ndarray,
    features: Sequence[Feature],
    reference: pl.DataFrame,
    constraints: Constraints,
    *,
    above: bool = True,
    grid: int = 10,
) -> Search:
    """Seek for each of `rows` the least change that brings its score to `threshold` (n,) or above.

    `above=False` seeks scores below it. Values come from `reference`: of each input that may
    change at most `grid` values, of numbers a finer set on the way back. Missing values stay.
    Relations about columns that the rows lack are not asked for (`kept_relations`).

    Not covered: changes of more than three inputs; a smaller change off the grid may exist.
    """
    known = Constraints(constraints.bounds, kept_relations(constraints, rows.frame))
    inputs = [
        changeable(rows.frame[one.name], reference[one.name], one, known, grid)
        for one in features
        if one.kind != "text" and known.free([one.name])
    ]
    singles = single_moves(inputs, len(rows))
    score = yield Rows.concat([rows, moved(rows, inputs, singles)])
    base, single = score[: len(rows)], score[len(rows) :]
    sign = 1.0 if above else -1.0
    need = sign * (_logit(threshold) - _logit(base))
    gain = sign * (_logit(single) - _logit(base)[singles.row])
    tried = [(singles, _turned(single, threshold[singles.row], above))]
    turned, n = tried[0][1], len(rows)
    pairs = [combined(singles, gain, need, turned, n), beside(singles, gain, turned, n)]
    several = _lawful(rows, inputs, Moves.concat(pairs), known)
    if len(several.row):
        score = yield moved(rows, inputs, several)
        tried.append((several, _turned(score, threshold[several.row], above)))
    best = _best(rows, inputs, tried, known)
    for again in range(ROUNDS):
        nearer = _lawful(rows, inputs, _back(inputs, best, whole=not again), known)
        if len(nearer.row):
            score = yield moved(rows, inputs, nearer)
            tried.append((nearer, _turned(score, threshold[nearer.row], above)))
            best = _best(rows, inputs, tried, known)
    return _recourse(rows, inputs, best)


def most_rows(rows: int, inputs: int, grid: int) -> int:
    """An upper bound of the rows that `search` yields for so many rows and inputs."""
    later = CHEAPEST + SURER + STRONGEST + BESIDE + ROUNDS * MOST_CHANGES * BACK
    return rows * (1 + inputs * max(grid, 1) + later)


def solve(seeking: Search, score: Callable[[Rows], np.ndarray]) -> Recourse:
    """Run a search to its end with a model's scores at hand."""
    try:
        asked = next(seeking)
        while True:
            asked = seeking.send(score(asked))
    except StopIteration as stop:
        found: Recourse = stop.value
        return found


def kept_relations(constraints: Constraints, frame: pl.DataFrame) -> tuple[Rule, ...]:
    """The relations that can be decided by the columns of `frame` alone."""
    kept = []
    for rule in constraints.relations:
        try:
            broken(rule, frame.clear())
        except InputError:
            continue
        kept.append(rule)
    return tuple(kept)


def _turned(score: np.ndarray, threshold: np.ndarray, above: bool) -> np.ndarray:
    return np.asarray(score >= threshold if above else score < threshold)


def _logit(score: np.ndarray) -> np.ndarray:
    share = np.clip(score, _CLIP, 1 - _CLIP)
    return np.asarray(np.log(share / (1 - share)))


def _lawful(rows: Rows, inputs: Sequence[Input], moves: Moves, known: Constraints) -> Moves:
    if not len(moves.row):
        return moves
    after = moved(rows, inputs, moves).frame
    return moves.take(np.flatnonzero(known.kept(rows.take(moves.row).frame, after)))


def _best(
    rows: Rows,
    inputs: Sequence[Input],
    tried: Sequence[tuple[Moves, np.ndarray]],
    known: Constraints,
) -> Moves:
    """The cheapest lawful change of each row that turned its decision."""
    turned = Moves.concat([moves.take(np.flatnonzero(did)) for moves, did in tried])
    lawful = _lawful(rows, inputs, turned, known)
    return lawful.take(first_of(lawful.row, lawful.cost, 1, len(rows)))


def _back(inputs: Sequence[Input], best: Moves, *, whole: bool) -> Moves:
    """The best changes with one changed number each drawn back, by at most a step of the grid.

    `whole` draws it back along the whole way that it came.
    """
    parts = [best.take(np.zeros(0, dtype=int))]
    for place, one in enumerate(inputs):
        at, slot = np.nonzero(best.places == place)
        if not one.number or not len(at):
            continue
        target = best.picks[at, slot]
        way = one.own[best.row[at]] - target
        way = way if whole else np.clip(way, -one.stride, one.stride)
        for step in range(1, BACK + 1):
            moves = best.take(at)
            pick = np.rint(target + way * step / (BACK + 1)).astype(np.int64)
            saved = one.cost[moves.row, target] - one.cost[moves.row, pick]
            moves.picks[np.arange(len(at)), slot] = pick
            same = one.cost[moves.row, pick] == 0
            parts.append(
                Moves(moves.row, moves.places, moves.picks, moves.cost - saved,
                       moves.changed - same).take(np.flatnonzero(saved > 0))
            )  # fmt: skip
    return Moves.concat(parts)


def _recourse(rows: Rows, inputs: Sequence[Input], best: Moves) -> Recourse:
    n = len(rows)
    found, cost, changed = np.zeros(n, dtype=bool), np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    found[best.row], cost[best.row], changed[best.row] = True, best.cost, best.changed
    index = np.arange(n)
    index[best.row] = n + np.arange(len(best.row))
    return Recourse(
        found, cost, changed, Rows.concat([rows, moved(rows, inputs, best)]).take(index)
    )
