"""Columns of a stranger's table by name, list or pattern, and what must be numbers in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from proofstone.assess.labels import FALSE, TRUE, column, complete, read_labels, texts
from proofstone.assess.usable import Fault, Refuse, Sieve, strictly
from proofstone.core.errors import DataError
from proofstone.core.i18n import message
from proofstone.core.project.nearest import nearest
from proofstone.models.contract import Signature

_NOT_FINITE = message(
    "{bad} of {rows} rows have no finite number where one is wanted, and were left out; "
    "no gate opens on the rest (column {column}, row {places})"
)
_NO_FLAG = message(
    "{bad} of {rows} rows have a label that is neither 0 nor 1, and were left out; "
    "no gate opens on the rest (column {column}, row {places})"
)
_BELOW = message(
    "{bad} of {rows} rows have a relevance below 0, and were left out; "
    "no gate opens on the rest (column {column}, row {places})"
)
STRANGE = message(
    "{bad} of {rows} rows have a label that the model has no class for, and were left out; "
    "no gate opens on the rest (column {column}, row {places})"
)
"""Why rows are left out whose label is none of the model's."""

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


def read_numbers(
    series: pl.Series,
    what: str,
    origin: np.ndarray | None = None,
    refuse: Refuse = strictly,
) -> np.ndarray:
    """Read a column of finite numbers, float64 (n,); `what` says what they are.

    `origin`, shape (n,), says which row of the file each is, where some were left out. NaN stands
    for what is refused where that is no error.

    Raises:
        DataError: the column holds no numbers; or what `refuse` raises where a value is missing,
            no number or not finite.
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
        odd = bad.fill_null(False).to_numpy()
        if odd.any():
            refuse(Fault(name, odd, _NOT_FINITE, _said(series, told), hint, origin))
    return np.where(found.is_infinite().fill_null(True), np.nan, found.to_numpy())


def _said(series: pl.Series, what: str) -> Callable[[int], str]:
    return lambda at: f"{series[at]!r} {what}"


def read_flags(
    columns: Sequence[pl.Series], origin: np.ndarray | None = None, refuse: Refuse = strictly
) -> np.ndarray:
    """Read columns of 0 and 1, one a label, as bool (n, labels); `origin` as for numbers.

    Raises:
        DataError: what `refuse` raises where a value is neither.
    """
    found = []
    for one in columns:
        values = read_numbers(one, "0 or 1 for each label", origin, refuse)
        odd = (values != 0) & (values != 1) & np.isfinite(values)
        if odd.any():
            refuse(_no_flag(one.name, odd, values, origin))
        found.append(values == 1)
    return np.stack(found, axis=1)


def _no_flag(name: str, odd: np.ndarray, values: np.ndarray, origin: np.ndarray | None) -> Fault:
    def told(at: int) -> str:
        return f"{values[at]:g} is neither 0 nor 1"

    hint = "a label column says with 1 or 0 whether a row has the label"
    return Fault(name, odd, _NO_FLAG, told, hint, origin)


def read_truths(series: pl.Series, refuse: Refuse = strictly) -> np.ndarray:
    """Read a column of 1 and 0, or words such as true and no, as bool (n,).

    Raises:
        DataError: what `refuse` raises where a value is missing or neither.
    """
    found = complete(series, refuse)
    true, other = (found.str.to_lowercase().is_in(list(words)) for words in (TRUE, FALSE))
    odd = (found.is_not_null() & ~(true | other)).fill_null(False).to_numpy()
    if odd.any():
        hint = "a label column says with 1 or 0 whether a row has the label"
        refuse(Fault(series.name, odd, _NO_FLAG, _said(series, "is neither 0 nor 1"), hint))
    return true.fill_null(False).to_numpy()


def read_relevance(
    series: pl.Series, origin: np.ndarray | None = None, refuse: Refuse = strictly
) -> np.ndarray:
    """Read the relevance of each row, float64 (n,), 0 or more; `origin` as for numbers.

    Raises:
        DataError: what `refuse` raises where it is none.
    """
    found = read_numbers(series, "the relevance", origin, refuse)
    if (found < 0).any():
        hint = "relevance starts at 0, which says: not relevant"
        told = "the relevance {:g} is below 0".format
        refuse(Fault(series.name, found < 0, _BELOW, lambda at: told(found[at]), hint, origin))
    return found


def read_classes(
    series: pl.Series,
    classes: Sequence[str],
    origin: np.ndarray | None = None,
    refuse: Refuse = strictly,
) -> pl.Series:
    """Read labels that are all among a model's `classes`, as texts; `origin` as for numbers.

    Truth values stand for 1 and 0 where those are the classes, and the other way round.

    Raises:
        DataError: what `refuse` raises where a label is none of the classes.
    """
    told = texts(series)
    for given, meant in ((_TRUTHS, _NUMBERS), (_NUMBERS, _TRUTHS)):
        if set(classes) == set(meant) and told.drop_nulls().is_in(list(given)).all():
            told = told.replace(dict(zip(given, meant, strict=True)))
    strange = ~told.is_in(list(classes)).fill_null(False)
    if strange.any():
        hint = f"its classes are {', '.join(classes[:10])}; name them in its order (--classes)"
        what = _said(told, "is no class of the model")
        refuse(Fault(series.name, strange.to_numpy(), STRANGE, what, hint, origin))
    return told


def read_target(
    series: pl.Series, signature: Signature, origin: np.ndarray, sieve: Sieve
) -> np.ndarray:
    """Read the labels of decisions, int64 (n,): 1 where one is the model's positive class.

    Raises:
        DataError: all labels are of one class, or where those that are no class of the model are
            left out; the message names the first of these.
    """
    told = read_classes(series, signature.classes, origin, sieve.refuse)
    target = read_labels(told, signature.positive).target
    if len(np.unique(target[sieve.usable[origin]])) < 2:
        read_classes(series, signature.classes, origin)
    return target
