"""Reads typed values out of a frame, and refuses rows that do not fit, naming row and field."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from proofstone.models.contract import Feature
from proofstone.models.errors import RowError

LARGEST = 1e100
"""Numbers beyond this count as infinite: products of them would overflow."""

_TEXT = (pl.String, pl.Categorical, pl.Enum)


def column(frame: pl.DataFrame, name: str) -> pl.Series:
    """Return one column of `frame`.

    Raises:
        RowError: the frame has no such column.
    """
    if name not in frame.columns:
        hint = f"each row needs a value, or null, for {name}; given: {', '.join(frame.columns)}"
        raise RowError(f"row 0, field {name}: missing", hint=hint)
    return frame[name]


def numbers(series: pl.Series) -> np.ndarray:
    """Return a number column as float64, shape (n,), NaN where it is null.

    Raises:
        RowError: it holds text, truth values, dates, NaN or an infinity.
    """
    kind = series.dtype
    if kind == pl.Null:
        return np.full(len(series), np.nan)
    if not kind.is_numeric():
        raise _first(series, series.is_not_null(), "is not a number", "give a number or null")
    values = series.cast(pl.Float64).to_numpy()
    wild = ~(np.abs(values) <= LARGEST)
    if wild.any():
        wild &= series.is_not_null().to_numpy()
    if wild.any():
        where = pl.Series(wild)
        raise _first(series, where, "is not a finite number", "give a finite number or null")
    return values


def truths(series: pl.Series) -> np.ndarray:
    """Return a boolean column as 0.0 and 1.0, shape (n,), NaN where it is null.

    Raises:
        RowError: it holds anything but true, false, 0 and 1.
    """
    if series.dtype == pl.Boolean:
        series = series.cast(pl.Float64)
    values = numbers(series)
    odd = ~np.isnan(values) & (values != 0.0) & (values != 1.0)
    if odd.any():
        raise _first(series, pl.Series(odd), "is not true or false", "give true, false or null")
    return values


def texts(series: pl.Series) -> list[str | None]:
    """Return a category column as text: 1 and 1.0 are `1`, truth values `true` and `false`.

    Raises:
        RowError: it holds something that no category can be, such as a list.
    """
    kind = series.dtype
    if kind in _TEXT or kind == pl.Null:
        return series.cast(pl.String).to_list()
    if kind.is_float():
        return [None if value is None else _plain(value) for value in series.to_list()]
    if kind.is_integer() or kind == pl.Boolean or kind.is_temporal():
        return series.cast(pl.String).to_list()
    raise _first(series, series.is_not_null(), "is not a category", "give text, a number or null")


def codes(series: pl.Series, levels: Mapping[str | None, float]) -> np.ndarray:
    """Return the code of each category, float64 (n,): -1 where unknown, NaN where null.

    A null has a code of its own where `levels` has one for None.
    """
    known = {None: np.nan} | dict(levels)
    return np.array([known.get(text, -1.0) for text in texts(series)], dtype=np.float64)


def read(frame: pl.DataFrame, feature: Feature, levels: Mapping[str | None, float]) -> np.ndarray:
    """Return one feature's values as float64, shape (n,); `levels` gives codes of categories.

    Raises:
        RowError: a value does not fit the feature's kind; the message names row and field.
    """
    series = column(frame, feature.name)
    match feature.kind:
        case "number":
            return numbers(series)
        case "boolean":
            return truths(series)
        case _:
            return codes(series, levels)


def _plain(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)


def _first(series: pl.Series, at_fault: pl.Series, what: str, hint: str) -> RowError:
    """The error for the first row at fault; text that reads as a number is at fault last."""
    if series.dtype == pl.String:
        unreadable = at_fault & series.cast(pl.Float64, strict=False).is_null()
        at_fault = unreadable if unreadable.any() else at_fault
    row = int(at_fault.arg_max() or 0)
    shown = str(series[row])[:40]
    return RowError(f"row {row}, field {series.name}: {shown!r} {what}", hint=hint, at=row)
