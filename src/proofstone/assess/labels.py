"""Reads labels, scores and groups out of a stranger's table, naming what does not fit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.core.errors import DataError
from proofstone.core.project.nearest import nearest
from proofstone.measures.groups import Groups

MISSING = "(missing)"
"""The group of people whose protected attribute is not known."""

_TRUE = {"1", "true", "yes", "y", "t"}
_FALSE = {"0", "false", "no", "n", "f"}


@dataclass(frozen=True, eq=False)
class Labels:
    """`target` (n,) is 1 where the label is `positive`; `negative` names all the rest."""

    target: np.ndarray
    positive: str
    negative: str


def column(frame: pl.DataFrame, name: str) -> pl.Series:
    """One column of `frame`.

    Raises:
        DataError: there is none of that name; the hint names the nearest.
    """
    if name not in frame.columns:
        raise DataError(f"there is no column named {name!r}", hint=nearest(name, frame.columns))
    return frame[name]


def read_labels(series: pl.Series, positive: str | None = None) -> Labels:
    """Read a label column of two values, or of more where `positive` says which one counts.

    Without `positive`, 1, true, yes, y and t are positive; 0, false, no, n and f are not.

    Raises:
        DataError: a label is missing, all are of one class, or which one is positive is unclear.
    """
    found = texts(series)
    _refuse(series.name, found.is_null(), "has no label", "drop the row or fill the label in")
    values = sorted(found.unique().to_list())
    if len(values) == 1:
        raise DataError(
            f"column {series.name}: all {len(found)} labels are {values[0]!r}",
            hint="two classes are needed: add rows of the other, or name another label column",
        )
    if positive is None:
        positive = _positive(series.name, values)
    elif positive not in values:
        raise DataError(
            f"column {series.name}: no label is {positive!r}", hint=nearest(positive, values)
        )
    others = [value for value in values if value != positive]
    negative = others[0] if len(others) == 1 else f"not {positive}"
    return Labels((found == positive).to_numpy().astype(np.int64), positive, negative)


def read_scores(series: pl.Series) -> np.ndarray:
    """Read a column of probabilities, float64 (n,).

    Raises:
        DataError: a value is missing, no number, or not from 0 to 1; the message names its row.
    """
    name, hint = series.name, "give the probability of the positive class, from 0 to 1"
    if not (series.dtype.is_numeric() or series.dtype in (pl.String, pl.Null)):
        raise DataError(f"column {name}: holds {series.dtype}, not numbers", hint=hint)
    numbers = series.cast(pl.Float64, strict=False)
    bad = numbers.is_null() & series.is_not_null()
    if bad.any():
        row = int(bad.arg_max() or 0)
        raise DataError(f"column {name}, row {row}: {series[row]!r} is not a number", hint=hint)
    _refuse(name, numbers.is_null() | numbers.is_nan(), "has no score", hint)
    outside = (numbers < 0) | (numbers > 1)
    if outside.any():
        row = int(outside.arg_max() or 0)
        raise DataError(
            f"column {name}, row {row}: the score {numbers[row]:g} is not between 0 and 1",
            hint=hint,
        )
    return numbers.to_numpy()


def read_groups(series: pl.Series) -> np.ndarray:
    """The group of each row as text, object array (n,); null and NaN are `(missing)`."""
    return np.asarray(texts(series).fill_null(MISSING).to_numpy())


def grouped(values: np.ndarray) -> Groups:
    """The groups of a column of texts (n,), coded; faster than for values of any kind."""
    series = pl.Series(values, dtype=pl.String).fill_null(MISSING)
    names = series.unique().sort()
    codes = series.cast(pl.Enum(names)).to_physical().cast(pl.Int64)
    return Groups(codes.to_numpy(), tuple(names.to_list()))


def texts(series: pl.Series) -> pl.Series:
    """The values as text: whole numbers without a point, NaN as null.

    Raises:
        DataError: they are lists or the like.
    """
    if series.dtype.is_nested():
        raise DataError(
            f"column {series.name}: holds {series.dtype}", hint="name a column of single values"
        )
    if series.dtype.is_float():
        series = series.fill_nan(None)
        known = series.drop_nulls()
        if known.is_finite().all() and (known == known.round()).all() and len(known):
            series = series.cast(pl.Int64, strict=False)
    return series.cast(pl.String)


def _positive(name: str, values: list[str]) -> str:
    chosen = [value for value in values if value.lower() in _TRUE]
    if len(chosen) == 1 and all(value.lower() in _TRUE | _FALSE for value in values):
        return chosen[0]
    raise DataError(
        f"column {name}: which value is positive? there are {_listed(values)}",
        hint=f"name it, such as --positive {values[-1]}",
    )


def _refuse(name: str, bad: pl.Series, what: str, hint: str) -> None:
    if bad.any():
        row = int(bad.arg_max() or 0)
        more = int(bad.sum()) - 1
        others = f" (nor have {more} more)" if more else ""
        raise DataError(f"column {name}, row {row}: {what}{others}", hint=hint)


def _listed(values: list[str]) -> str:
    shown = ", ".join(repr(value) for value in values[:5])
    return shown if len(values) <= 5 else f"{shown} and {len(values) - 5} more"
