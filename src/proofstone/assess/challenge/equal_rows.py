"""Which rows of two tables are equal, in the columns that matter."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def fingerprints(
    one: pl.DataFrame, other: pl.DataFrame, columns: Sequence[str]
) -> tuple[pl.Series, pl.Series]:
    """Return a 64-bit number for each row of both tables, equal where the rows are equal.

    What both tables hold as numbers, truth values or times is compared as such, NaN as missing, in
    single precision where one table has no more; anything else as text. Rows that differ share a
    number with a chance of about one in 2^64 a pair.
    """
    kinds = [_compared(pl.col(name), one.schema[name], other.schema[name]) for name in columns]
    found = [each.select(kinds).hash_rows(0) for each in (one, other)]
    return found[0], found[1]


def _compared(column: pl.Expr, one: pl.DataType, other: pl.DataType) -> pl.Expr:
    """The column in a kind that both tables can have."""
    both = (one, other)
    if all(kind.is_numeric() or kind == pl.Boolean for kind in both):
        numbers = column.cast(pl.Float32) if pl.Float32 in both else column
        return numbers.cast(pl.Float64).fill_nan(None)
    if all(kind in (pl.Date, pl.Datetime) for kind in both):
        return column.cast(pl.Datetime("us"))
    return column.cast(pl.String, strict=False)
