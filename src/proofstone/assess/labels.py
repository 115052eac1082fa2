"""Reads labels, scores and groups out of a stranger's table, naming what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.assess.usable import UNLABELLED, Fault, Refuse, more, strictly
from proofstone.core.errors import DataError
from proofstone.core.i18n import message
from proofstone.core.project.nearest import nearest
from proofstone.measures.groups import Groups

MISSING = "(missing)"
"""The group of people whose protected attribute is not known."""

TRUE = frozenset({"1", "true", "yes", "y", "t"})
"""What says that something holds, in lower case."""

FALSE = frozenset({"0", "false", "no", "n", "f"})
"""What says that it does not."""


@dataclass(frozen=True, eq=False)
class Labels:
    """`target` (n,) is 1 where the label is `positive`; `negative` names all the rest.

    Rows without a label count among the rest.
    """

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


def read_labels(
    series: pl.Series, positive: str | None = None, refuse: Refuse = strictly
) -> Labels:
    """Read a label column of two values, or of more where `positive` says which one counts.

    Without `positive`, 1, true, yes, y and t are positive; 0, false, no, n and f are not.

    Raises:
        DataError: all labels are of one class, or which one is positive is unclear; or what
            `refuse` raises where some are missing.
    """
    found = complete(series, refuse)
    values = sorted(found.drop_nulls().unique().to_list())
    if len(values) == 1:
        raise DataError(
            f"column {series.name}: all {found.len() - found.null_count()} labels are "
            f"{values[0]!r}",
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
    target = (found == positive).fill_null(False)
    return Labels(target.to_numpy().astype(np.int64), positive, negative)


def complete(series: pl.Series, refuse: Refuse = strictly, why: str = UNLABELLED) -> pl.Series:
    """The labels as texts; those that are missing are refused, and null where that is no error.

    `why` is the message of the finding that counts them.

    Raises:
        DataError: as `texts`, or what `refuse` raises.
    """
    found = texts(series)
    if found.has_nulls():
        bad = found.is_null().to_numpy()
        told = "has no label" + more(bad, "nor have")
        hint = "drop the row or fill the label in"
        refuse(Fault(series.name, bad, why, lambda at: told, hint))
    return found


_UNSCORED = message(
    "{bad} of {rows} rows have no score, and were left out; "
    "no gate opens on the rest (column {column}, row {places})"
)
_NO_NUMBER = message(
    "{bad} of {rows} rows have a score that is no number, and were left out; "
    "no gate opens on the rest (column {column}, row {places})"
)
_OUTSIDE = message(
    "{bad} of {rows} rows have a score that is not between 0 and 1, and were left out; "
    "no gate opens on the rest (column {column}, row {places})"
)


def read_scores(series: pl.Series, refuse: Refuse = strictly) -> np.ndarray:
    """Read a column of probabilities, float64 (n,); NaN where that is no error.

    Raises:
        DataError: the column holds no numbers; or what `refuse` raises where a value is missing,
            no number, or not from 0 to 1.
    """
    name, hint = series.name, "give the probability of the positive class, from 0 to 1"
    if not (series.dtype.is_numeric() or series.dtype in (pl.String, pl.Null)):
        raise DataError(f"column {name}: holds {series.dtype}, not numbers", hint=hint)
    numbers = series.cast(pl.Float64, strict=False)
    absent = numbers.is_null() | numbers.is_nan()
    outside = ((numbers < 0) | (numbers > 1)) & ~absent
    lacking = "has no score" + more(absent.to_numpy(), "nor have")
    for bad, why, told in (
        (numbers.is_null() & series.is_not_null(), _NO_NUMBER, _said(series, "is not a number")),
        (absent, _UNSCORED, lambda at: lacking),
        (outside, _OUTSIDE, lambda at: f"the score {numbers[at]:g} is not between 0 and 1"),
    ):
        found = bad.fill_null(False).to_numpy()
        if found.any():
            refuse(Fault(name, found, why, told, hint))
    return np.where(outside.fill_null(True), np.nan, numbers.to_numpy())


def _said(series: pl.Series, what: str) -> Callable[[int], str]:
    """What is wrong with a value, which is shown."""
    return lambda at: f"{series[at]!r} {what}"


def read_groups(series: pl.Series) -> np.ndarray:
    """The group of each row as text, object array (n,); null and NaN are `(missing)`."""
    return np.asarray(texts(series).fill_null(MISSING).to_numpy())


def grouped(values: np.ndarray) -> Groups:
    """The groups of a column of texts (n,), coded; faster than for values of any kind."""
    series = pl.Series(values, dtype=pl.String).fill_null(MISSING)
    names = series.unique().sort()
    codes = series.rank("dense").cast(pl.Int64) - 1
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
    chosen = [value for value in values if value.lower() in TRUE]
    if len(chosen) == 1 and all(value.lower() in TRUE | FALSE for value in values):
        return chosen[0]
    raise DataError(
        f"column {name}: which value is positive? there are {_listed(values)}",
        hint=f"name it, such as --positive {values[-1]}",
    )


def _listed(values: list[str]) -> str:
    shown = ", ".join(repr(value) for value in values[:5])
    return shown if len(values) <= 5 else f"{shown} and {len(values) - 5} more"
