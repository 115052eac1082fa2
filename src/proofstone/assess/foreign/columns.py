"""Columns of a stranger's table by name, list or pattern, and what must be numbers in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl

from proofstone.assess.labels import column
from proofstone.core.errors import DataError
from proofstone.core.project.nearest import nearest


def named(frame: pl.DataFrame, given: str) -> dict[str, str]:
    """The columns that `given` names, by the short name of each.

    `given` is a column, several with commas between them, or a pattern such as `p_*`, whose
    columns are called what stands in place of the star.

    Raises:
        DataError: there is no such column; the hint names the nearest.
    """
    if given in frame.columns:
        return {given: given}
    found: dict[str, str] = {}
    for part in (one.strip() for one in given.split(",")):
        if "*" in part and part not in frame.columns:
            found |= _matching(frame, part)
        elif part:
            found[part] = column(frame, part).name
    if not found:
        column(frame, given)
    return found


def _matching(frame: pl.DataFrame, pattern: str) -> dict[str, str]:
    before, _, after = pattern.partition("*")
    long_enough = len(before) + len(after)
    found = {
        name[len(before) : len(name) - len(after)]: name
        for name in frame.columns
        if name.startswith(before) and name.endswith(after) and len(name) > long_enough
    }
    if not found:
        raise DataError(
            f"there is no column named like {pattern!r}", hint=nearest(before, frame.columns)
        )
    return found


def shortened(columns: Mapping[str, str]) -> dict[str, str]:
    """The same columns without the beginning that all their names share, such as `p_`."""
    shared = _beginning(min(columns), max(columns)) if len(columns) > 1 else ""
    while shared and shared[-1].isalnum():
        shared = shared[:-1]
    return {name[len(shared) :]: column for name, column in columns.items()}


def _beginning(first: str, last: str) -> str:
    """What two texts begin with; of the least and the greatest of many, what all begin with."""
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


def fitted(columns: Mapping[str, str], values: Iterable[str]) -> dict[str, str]:
    """The columns under whichever of their names cover more of `values`, shortened or not."""
    known, short = set(values), shortened(columns)
    return dict(short if len(known & short.keys()) > len(known & columns.keys()) else columns)


def read_numbers(series: pl.Series, what: str) -> np.ndarray:
    """Read a column of finite numbers, float64 (n,); `what` says what they are.

    Raises:
        DataError: a value is missing, no number or not finite; the message names its row.
    """
    name, hint = series.name, f"give {what} of each row as a number"
    if not (series.dtype.is_numeric() or series.dtype in (pl.String, pl.Null, pl.Boolean)):
        raise DataError(f"column {name}: holds {series.dtype}, not numbers", hint=hint)
    found = series.cast(pl.Float64, strict=False)
    for bad, told in (
        (found.is_null() & series.is_not_null(), "is not a number"),
        (found.is_null() | found.is_nan(), "is missing"),
        (found.is_infinite(), "is not finite"),
    ):
        if bad.any():
            row = int(bad.arg_max() or 0)
            raise DataError(f"column {name}, row {row}: {series[row]!r} {told}", hint=hint)
    return found.to_numpy()
