"""Columns of a stranger's table by name, list or pattern, and what must be numbers in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from proofstone.assess.labels import column, texts
from proofstone.core.errors import DataError
from proofstone.core.project.nearest import nearest

_NUMBERS, _TRUTHS = ("0", "1"), ("false", "true")


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


def labelled(columns: Sequence[pl.Series]) -> np.ndarray:
    """Which rows have a label in every one of `columns`, bool (n,).

    Raises:
        DataError: none has.
    """
    known = np.logical_and.reduce([texts(one).is_not_null().to_numpy() for one in columns])
    if not known.any():
        names = ", ".join(one.name for one in columns)
        raise DataError(f"column {names}: no row has a label", hint="fill the labels in")
    return np.asarray(known)


def read_numbers(series: pl.Series, what: str, origin: np.ndarray | None = None) -> np.ndarray:
    """Read a column of finite numbers, float64 (n,); `what` says what they are.

    `origin`, shape (n,), says which row of the file each is, where some were left out.

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
            place = row_of(row, origin)
            raise DataError(f"column {name}, row {place}: {series[row]!r} {told}", hint=hint)
    return found.to_numpy()


def read_flags(columns: Sequence[pl.Series], origin: np.ndarray | None = None) -> np.ndarray:
    """Read columns of 0 and 1, one a label, as bool (n, labels); `origin` as for numbers.

    Raises:
        DataError: a value is neither; the message names its row.
    """
    found = []
    for one in columns:
        values = read_numbers(one, "0 or 1 for each label", origin)
        odd = (values != 0) & (values != 1)
        if odd.any():
            row = int(odd.argmax())
            raise DataError(
                f"column {one.name}, row {row_of(row, origin)}: {values[row]:g} is neither 0 nor 1",
                hint="a label column says with 1 or 0 whether a row has the label",
            )
        found.append(values == 1)
    return np.stack(found, axis=1)


def read_relevance(series: pl.Series, origin: np.ndarray | None = None) -> np.ndarray:
    """Read the relevance of each row, float64 (n,), 0 or more; `origin` as for numbers.

    Raises:
        DataError: it is none; the message names its row.
    """
    found = read_numbers(series, "the relevance", origin)
    if (found < 0).any():
        row = int((found < 0).argmax())
        raise DataError(
            f"column {series.name}, row {row_of(row, origin)}: the relevance {found[row]:g} is "
            "below 0",
            hint="relevance starts at 0, which says: not relevant",
        )
    return found


def read_classes(
    series: pl.Series, classes: Sequence[str], origin: np.ndarray | None = None
) -> pl.Series:
    """Read labels that are all among a model's `classes`, as texts; `origin` as for numbers.

    Truth values stand for 1 and 0 where those are the classes, and the other way round.

    Raises:
        DataError: a label is none of the classes; the message names its row.
    """
    told = texts(series)
    for given, meant in ((_TRUTHS, _NUMBERS), (_NUMBERS, _TRUTHS)):
        if set(classes) == set(meant) and told.drop_nulls().is_in(list(given)).all():
            told = told.replace(dict(zip(given, meant, strict=True)))
    strange = ~told.is_in(list(classes))
    if strange.any():
        row = int(strange.arg_max() or 0)
        raise DataError(
            f"column {series.name}, row {row_of(row, origin)}: {told[row]!r} is no class of the "
            "model",
            hint=f"its classes are {', '.join(classes[:10])}; name them in its order (--classes)",
        )
    return told


def row_of(at: int, origin: np.ndarray | None) -> int:
    """The file's row that stands at `at`."""
    return at if origin is None else int(origin[at])
