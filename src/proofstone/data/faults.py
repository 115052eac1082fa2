"""What rows can do wrong against one column's entry in the dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from proofstone.core.errors import DataError
from proofstone.core.i18n import message
from proofstone.core.project.schema import Column
from proofstone.data.kinds import Kind, cells, written

_FIRST = 20
_WIDEST = 40
_MISFITS = {"number": message("not a number"), "boolean": message("not true or false")}


@dataclass(frozen=True, eq=False)
class Fault:
    """Rows that break one rule; `rows` (int64, ascending, 0-based), never empty.

    `message` says what is wrong with each of them, `example` shows the first.
    """

    rule: str
    column: str
    message: str
    rows: np.ndarray
    example: str = ""

    def to_json(self) -> dict[str, object]:
        """The fault as a problem: its number of rows, and the first of them."""
        shown = f"{self.message}, such as {self.example}" if self.example else self.message
        return {
            "rule": self.rule,
            "column": self.column,
            "message": shown,
            "count": len(self.rows),
            "rows": self.rows[:_FIRST].tolist(),
            "severity": "error",
        }


def fault(rule: str, column: str, says: str, bad: pl.Series, example: str = "") -> Iterator[Fault]:
    """Yield the fault of the rows where `bad` is true, if there are any."""
    rows = np.flatnonzero(bad.fill_null(value=False).to_numpy()).astype(np.int64)
    if len(rows):
        yield Fault(rule, column, says, rows, example)


def column_faults(series: pl.Series, kind: Kind, declared: Column) -> Iterator[Fault]:
    """Yield the faults of the rows of a plain or converted `series` against its entry.

    Raises:
        DataError: more of it is missing than the entry allows, and the entry allows some: that
            is no fault of single rows.
    """
    fitting = cells(series, kind)
    yield from _misfits(series, fitting, kind)
    yield from _infinities(series.name, fitting)
    yield from _missing(series, declared)
    if kind == "number":
        yield from _range(fitting, declared)
    elif kind == "category" and declared.values is not None:
        yield from _values(fitting, declared.values)
    if declared.unique:
        twice = fitting.is_duplicated() & fitting.is_not_null()
        says = message("its value occurs more than once, and it must not")
        yield from fault("unique", series.name, says, twice)


def infinities(series: pl.Series, kind: Kind) -> Iterator[Fault]:
    """Yield the fault of the rows whose number is infinite; for columns without an entry."""
    if kind == "number":
        yield from _infinities(series.name, cells(series, kind))


def _misfits(series: pl.Series, fitting: pl.Series, kind: Kind) -> Iterator[Fault]:
    bad = fitting.is_null() & series.is_not_null()
    if bad.any():
        first = series.filter(bad)[0]
        yield from fault("type", series.name, _MISFITS[kind], bad, _shown(first))


def _infinities(name: str, fitting: pl.Series) -> Iterator[Fault]:
    if fitting.dtype == pl.Float64:
        says = message("infinite, and no finite number")
        yield from fault("infinite", name, says, fitting.is_infinite())


def _missing(series: pl.Series, declared: Column) -> Iterator[Fault]:
    absent, rows = series.null_count(), len(series)
    if declared.missing == 0:
        says = message("missing, and it must not be")
        yield from fault("missing", series.name, says, series.is_null())
    elif absent > declared.missing * rows:
        first = np.flatnonzero(series.is_null().to_numpy())[:3].tolist()
        raise DataError(
            f"column {series.name}: {absent / rows:.1%} of the values are missing, more than the "
            f"declared {declared.missing:.1%} (first rows: {', '.join(map(str, first))})",
            hint=f"mend the source, or raise data.columns.{series.name}.missing",
        )


def _range(fitting: pl.Series, declared: Column) -> Iterator[Fault]:
    finite = fitting.is_finite()
    if declared.min is not None:
        below = (fitting < declared.min) & finite
        says = message("below the declared min of {limit}").format(limit=f"{declared.min:g}")
        yield from _outside(fitting, below, says, "min")
    if declared.max is not None:
        above = (fitting > declared.max) & finite
        says = message("above the declared max of {limit}").format(limit=f"{declared.max:g}")
        yield from _outside(fitting, above, says, "max")


def _outside(fitting: pl.Series, bad: pl.Series, says: str, rule: str) -> Iterator[Fault]:
    if bad.any():
        yield from fault(rule, fitting.name, says, bad, f"{fitting.filter(bad)[0]:g}")


def _values(fitting: pl.Series, values: list[str]) -> Iterator[Fault]:
    text = written(fitting)
    bad = text.is_not_null() & ~text.is_in(values)
    if bad.any():
        says = message("not one of the declared values ({values})").format(
            values=", ".join(values)[:200]
        )
        yield from fault("values", text.name, says, bad, _shown(text.filter(bad)[0]))


def _shown(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= _WIDEST else text[:_WIDEST] + "…")
