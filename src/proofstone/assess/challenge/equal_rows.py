"""Which rows of two tables are equal, in the columns that matter."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def fingerprints(
    one: pl.DataFrame, other: pl.DataFrame, columns: Sequence[str]
) -> tuple[pl.Series, pl.Series]:
    """Return a 64-bit number for each row of both tables, equal where the rows are equal.

    Two numbers are equal whatever their types; anything else is compared as text. Rows that differ
    share a number with a chance of about one in 2^64 a pair.
    """
    numeric = {
        name: one.schema[name].is_numeric() and other.schema[name].is_numeric() for name in columns
    }
    kinds = [
        pl.col(name).cast(pl.Float64 if numeric[name] else pl.String, strict=False)
        for name in columns
    ]
    found = [each.select(kinds).hash_rows(0) for each in (one, other)]
    return found[0], found[1]
