"""Gaussian noise on the numbers of rows, in units of each column's standard deviation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from proofstone.assess.attack.inputs import number
from proofstone.models.rows import Rows


def spreads(frame: pl.DataFrame) -> dict[str, float]:
    """The standard deviation of each numeric column that varies."""
    found = {}
    for name in frame.columns:
        if frame.schema[name].is_numeric():
            values = number(frame[name])
            values = values[np.isfinite(values)]
            spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
            if spread > 0 and np.isfinite(spread):
                found[name] = spread
    return found


def noisy(
    rows: Rows, spread: Mapping[str, float], sigma: float, copies: int, rng: np.random.Generator
) -> Rows:
    """`copies` of each row, one after the other, with noise of `sigma` times each spread.

    Whole-number columns are rounded; missing values stay missing.
    """
    wide = rows.take(np.repeat(np.arange(len(rows)), copies))
    for name, one in spread.items():
        wide = written(
            wide, name, number(wide.frame[name]) + sigma * one * rng.standard_normal(len(wide))
        )
    return wide


def written(rows: Rows, name: str, values: np.ndarray) -> Rows:
    """The rows with a numeric column's values replaced: NaN is missing, its type stays.

    A column of whole numbers is rounded to what it can hold.
    """
    kind = rows.frame.schema[name]
    fresh = pl.Series(name, values).fill_nan(None)
    if kind.is_integer():
        fresh = fresh.round().clip(*_holds(kind))
    return Rows(rows.frame.with_columns(fresh.cast(kind)), rows.origin)


def _holds(kind: pl.DataType) -> tuple[float, float]:
    """The least and greatest number of an integer type that floats can name exactly."""
    ends = np.iinfo(pl.Series([], dtype=kind).to_numpy().dtype)
    return max(float(ends.min), -(2.0**53)), min(float(ends.max), 2.0**53)
