"""Which changes of a row could happen in the world: for attacks, counterfactuals and what-ifs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np
import polars as pl

from proofstone.core.project.schema import Rule
from proofstone.models.rules import broken

Values = TypeVar("Values", pl.Series, np.ndarray)
Change = Literal["any", "none", "up", "down"]
"""Whether a column's value may change, not at all, only grow, or only fall: false is below true."""


@dataclass(frozen=True)
class Bounds:
    """What one column may become: `low` and `high` for numbers, `values` for categories."""

    change: Change = "any"
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Constraints:
    """Bounds by column, and `relations` between columns that each row satisfies.

    A column without bounds may change freely. A relation that the row did not satisfy before, or
    that cannot be decided because a value is missing, is not asked of it afterwards.
    """

    bounds: Mapping[str, Bounds] = field(default_factory=dict)
    relations: tuple[Rule, ...] = ()

    def of(self, column: str) -> Bounds:
        """The bounds of a column."""
        return self.bounds.get(column, Bounds())

    def free(self, columns: list[str]) -> list[str]:
        """Those of `columns` that may change at all."""
        return [name for name in columns if self.of(name).change != "none"]

    def kept(self, before: pl.DataFrame, after: pl.DataFrame) -> np.ndarray:
        """Whether each row of `after` is a change that `before` allows: bool, shape (n,).

        Values that did not change are always allowed. A category, which has no order, does not
        change where it may only grow or only fall.
        """
        kept = np.ones(after.height, dtype=bool)
        for name, bounds in self.bounds.items():
            if name in after.columns:
                kept &= _within(before[name], after[name], bounds)
        for relation in self.relations:
            kept &= (~broken(relation, after) | broken(relation, before)).to_numpy()
        return kept


def _within(before: pl.Series, after: pl.Series, bounds: Bounds) -> np.ndarray:
    if before.dtype == after.dtype == pl.Float64:
        return _numbers_within(before.to_numpy(), after.to_numpy(), bounds)
    before, after = _comparable(before), _comparable(after)
    same = before.eq_missing(after)
    if bounds.change == "none":
        return same.to_numpy()
    allowed = pl.repeat(True, len(after), eager=True)
    if after.dtype.is_numeric():
        allowed = _ranged(allowed, before, after, bounds)
    elif bounds.change in {"up", "down"}:
        return same.to_numpy()
    elif bounds.values is not None:
        allowed &= after.cast(pl.String).is_in(list(bounds.values))
    return (same | allowed.fill_null(value=False)).to_numpy()


def _numbers_within(before: np.ndarray, after: np.ndarray, bounds: Bounds) -> np.ndarray:
    """The same of numbers, NaN where one is missing, without a query for each comparison."""
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    if bounds.change == "none":
        return np.asarray(same)
    allowed = _ranged(np.ones(len(after), dtype=bool), before, after, bounds)
    return np.asarray(same | allowed)


def _ranged(allowed: Values, before: Values, after: Values, bounds: Bounds) -> Values:
    """Which of the `allowed` go the way that they may, and stay within the range."""
    if bounds.change == "up":
        allowed = allowed & (after >= before)
    if bounds.change == "down":
        allowed = allowed & (after <= before)
    if bounds.low is not None:
        allowed = allowed & (after >= bounds.low)
    if bounds.high is not None:
        allowed = allowed & (after <= bounds.high)
    return allowed


def _comparable(series: pl.Series) -> pl.Series:
    """Booleans as 0 and 1, and NaN as missing, which polars would call the greatest number."""
    if series.dtype == pl.Boolean:
        return series.cast(pl.Int8)
    return series.fill_nan(None) if series.dtype.is_float() else series
