"""Changes of rows on a grid of observed values: what each input could become, and its cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.explain.levels import levels
from proofstone.models.constraints import Constraints
from proofstone.models.contract import Feature
from proofstone.models.rows import Rows

MOST_CHANGES = 3
"""The most inputs that are changed at once."""

OTHER_CATEGORY = 0.5
"""What another category or truth value costs: by mid-ranks, exchanging two equally frequent values
that share all rows."""

_FINE = 161


@dataclass(frozen=True, eq=False)
class Input:
    """One input that may change: the `pool` of its values, those on the `grid`, and each row's own.

    `own` (n,) is where a number stands in the pool, `cost` (n, pool) what each value costs a row,
    nan where its own is missing; `allowed` (n, pool) says which values it may move to.
    """

    name: str
    number: bool
    pool: pl.Series
    grid: np.ndarray
    own: np.ndarray
    cost: np.ndarray
    allowed: np.ndarray

    @property
    def stride(self) -> int:
        """How many places of the pool a step on the grid takes."""
        return int(np.diff(self.grid).max(initial=1))


@dataclass(frozen=True, eq=False)
class Moves:
    """m changed rows: `row` (m,) what each was, `places` (m, 3) inputs (-1: none), `picks` values.

    `cost` and `changed` are those of the whole change, shape (m,).
    """

    row: np.ndarray
    places: np.ndarray
    picks: np.ndarray
    cost: np.ndarray
    changed: np.ndarray

    def take(self, index: np.ndarray) -> Moves:
        """Those at `index` (integers)."""
        return Moves(*(part[index] for part in vars(self).values()))

    @classmethod
    def concat(cls, parts: Sequence[Moves]) -> Moves:
        """All of them, in order."""
        names = list(vars(parts[0]))
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def changeable(
    own: pl.Series, reference: pl.Series, feature: Feature, constraints: Constraints, grid: int
) -> Input:
    """What one input could become for rows that have `own`: observed values of `reference`."""
    number = feature.kind == "number" and reference.dtype.is_numeric()
    pool = levels(reference, feature, _FINE if number else grid)
    n, size = len(own), len(pool)
    if number:
        ranked = np.sort(reference.cast(pl.Float64).fill_nan(None).drop_nulls().to_numpy())
        start, values = own.cast(pl.Float64).to_numpy(), pool.cast(pl.Float64).to_numpy()
        cost = np.abs(_rank(ranked, values) - _rank(ranked, start)[:, None])
        at = np.searchsorted(values, start)
        cost[np.isnan(start)] = np.nan
    else:
        same = own.cast(pl.String).to_numpy()[:, None] == pool.cast(pl.String).to_numpy()
        cost, at = np.where(same, 0.0, OTHER_CATEGORY), np.zeros(n, dtype=np.int64)
        cost[own.is_null().to_numpy()] = np.nan
    before = pl.DataFrame({own.name: own[np.repeat(np.arange(n), size)]})
    after = pl.DataFrame({own.name: pool[np.tile(np.arange(size), n)].cast(own.dtype)})
    allowed = Constraints(constraints.bounds).kept(before, after).reshape(n, size)
    places = np.unique(np.linspace(0, size - 1, min(size, grid)).round().astype(np.int64))
    return Input(own.name, number, pool, places, at, cost, allowed & (cost > 0))


def _rank(ranked: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Mid-ranks of `values` among the sorted reference values, as shares."""
    below = np.searchsorted(ranked, values, side="left")
    above = np.searchsorted(ranked, values, side="right")
    return np.asarray((below + above) / (2.0 * max(1, len(ranked))))


def single_moves(inputs: Sequence[Input], n: int) -> Moves:
    """Every allowed change of one input to a value of its grid."""
    parts = []
    for place, one in enumerate(inputs):
        row, at = np.nonzero(one.allowed[:, one.grid])
        pick = one.grid[at]
        places, picks = (
            np.full((len(row), MOST_CHANGES), -1),
            np.zeros((len(row), MOST_CHANGES), int),
        )
        places[:, 0], picks[:, 0] = place, pick
        parts.append(Moves(row, places, picks, one.cost[row, pick], np.ones(len(row), dtype=int)))
    if parts:
        return Moves.concat(parts)
    none = np.zeros((0, MOST_CHANGES), dtype=int)
    return Moves(np.zeros(0, dtype=int), none, none, np.zeros(0), np.zeros(0, dtype=int))


def moved(rows: Rows, inputs: Sequence[Input], moves: Moves) -> Rows:
    """The changed rows themselves."""
    changed = rows.take(moves.row)
    columns = []
    for place, one in enumerate(inputs):
        at, slot = np.nonzero(moves.places == place)
        if len(at):
            own = changed.frame[one.name]
            index = np.arange(len(own))
            index[at] = len(own) + moves.picks[at, slot]
            columns.append(pl.concat([own, one.pool.cast(own.dtype)])[index])
    return Rows(changed.frame.with_columns(columns), changed.origin)


def first_of(row: np.ndarray, by: np.ndarray, most: int, n: int) -> np.ndarray:
    """The places of the `most` smallest of `by` among those of each of n rows, row by row."""
    order = np.lexsort((by, row))
    starts = np.searchsorted(row[order], np.arange(n))
    return np.asarray(order[np.arange(len(order)) - starts[row[order]] < most])
