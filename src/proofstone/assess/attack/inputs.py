"""What an attacker can set: the numbers and categories of a table, and what a change costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.checks.cases import DecisionCase
from proofstone.core.errors import InputError
from proofstone.models.constraints import Constraints
from proofstone.models.rules import broken

LEVELS = (0.0, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 1.0)
"""The ranks to which a number is moved at first."""

CATEGORY = 0.5
"""The cost of another category: by mid-ranks, that of exchanging the values of a 0/1 column."""

_CATEGORIES = 8
_SPREAD = 20_000
_TEXTS = (pl.String, pl.Categorical, pl.Enum)


@dataclass(frozen=True, eq=False)
class Scale:
    """The distribution of a numeric column: its distinct `values` and their mid-ranks, (k,).

    `whole` says that all values are whole numbers; then so are those that `value` returns.
    """

    values: np.ndarray
    ranks: np.ndarray
    whole: bool

    def rank(self, values: np.ndarray) -> np.ndarray:
        """The mid-rank of each value within [0, 1], linear in between; NaN where it is missing."""
        return np.asarray(np.interp(values, self.values, self.ranks))

    def value(self, ranks: np.ndarray) -> np.ndarray:
        """The value at each rank, within the observed range."""
        found = np.asarray(np.interp(ranks, self.ranks, self.values))
        return np.round(found) if self.whole else found

    @property
    def grid(self) -> np.ndarray:
        """The values that are tried first: all of a few, else those at `LEVELS`."""
        if len(self.values) <= len(LEVELS):
            return self.values
        return np.unique(self.value(np.array(LEVELS)))


@dataclass(frozen=True, eq=False)
class Inputs:
    """The columns that may change: numbers by their distribution, categories by known values."""

    numbers: Mapping[str, Scale]
    categories: Mapping[str, tuple[object, ...]]

    def __bool__(self) -> bool:
        return bool(self.numbers or self.categories)

    @property
    def names(self) -> list[str]:
        """All columns that may change."""
        return [*self.numbers, *self.categories]

    @property
    def moves(self) -> int:
        """How many moves of one column a row has at most."""
        return sum(len(scale.grid) for scale in self.numbers.values()) + sum(
            len(values) for values in self.categories.values()
        )

    def values(self, name: str) -> pl.Series:
        """The values that a column is moved to at first."""
        if name in self.numbers:
            return pl.Series(name, self.numbers[name].grid)
        return pl.Series(name, list(self.categories[name]))

    def cost(self, before: pl.DataFrame, after: pl.DataFrame) -> np.ndarray:
        """The sum over columns of how far each row moves in rank, shape (n,).

        A changed category counts one half. A value that comes or goes counts as one.
        """
        total = np.zeros(after.height)
        for name, scale in self.numbers.items():
            old, new = number(before[name]), number(after[name])
            shift = np.abs(scale.rank(new) - scale.rank(old))
            total += np.where(np.isnan(old) != np.isnan(new), 1.0, np.nan_to_num(shift))
        for name in self.categories:
            total += CATEGORY * before[name].ne_missing(after[name]).to_numpy()
        return total


def number(series: pl.Series) -> np.ndarray:
    """A numeric column as float64, NaN where it is missing."""
    if series.dtype == pl.Float64:
        return series.to_numpy()
    return series.cast(pl.Float64).fill_null(np.nan).to_numpy()


def commonest(series: pl.Series) -> tuple[object, ...]:
    """The distinct values, the most frequent first; those that are as frequent in their order."""
    counted = series.drop_nulls().alias("value").value_counts(name="n")
    return tuple(counted.sort("n", "value", descending=[True, False])["value"].to_list())


def inputs_of(case: DecisionCase) -> Inputs:
    """The columns of the case's rows that its constraints let change, and that vary.

    Distributions are those of at most 20,000 rows, evenly spread over the case.
    """
    frame, texts = case.rows.frame, free_texts(case)
    frame = frame.gather_every(-(-frame.height // _SPREAD) or 1)
    numbers: dict[str, Scale] = {}
    categories: dict[str, tuple[object, ...]] = {}
    for name in case.constraints.free(frame.columns):
        series = frame[name].drop_nulls()
        if series.dtype.is_numeric():
            scale = _scale(series)
            if scale is not None:
                numbers[name] = scale
        elif name not in texts and (series.dtype in _TEXTS or series.dtype == pl.Boolean):
            ordered = commonest(series)
            if len(ordered) > 1:
                categories[name] = ordered[:_CATEGORIES]
    return Inputs(numbers, categories)


def free_texts(case: DecisionCase) -> set[str]:
    """The columns that the model reads as free text."""
    inputs = () if case.model is None else case.model.signature.inputs
    return {feature.name for feature in inputs if feature.kind == "text"}


def askable(constraints: Constraints, frame: pl.DataFrame) -> Constraints:
    """The constraints without relations that speak of columns that `frame` does not have."""
    kept = []
    for relation in constraints.relations:
        try:
            broken(relation, frame.head(1))
        except InputError:
            continue
        kept.append(relation)
    return Constraints(constraints.bounds, tuple(kept))


def _scale(series: pl.Series) -> Scale | None:
    known = series.cast(pl.Float64)
    known = known.filter(known.is_finite())
    values, counts = np.unique(known.to_numpy(), return_counts=True)
    if len(values) < 2:
        return None
    ranks = (np.cumsum(counts) - counts / 2.0) / counts.sum()
    return Scale(values, ranks, bool((values == np.round(values)).all()))
