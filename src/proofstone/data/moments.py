"""Times as ranks: numbers, or dates and times as ISO 8601 writes them."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from proofstone.core.errors import DataError

FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m",
    "%Y%m%d",
)


def ranks(series: pl.Series) -> NDArray[np.int64]:
    """Return the rank of each time, shape (n,): equal times share one, later ones have more.

    Raises:
        DataError: a time is missing, or the texts are not dates that one format reads.
    """
    _complete(series)
    moments = series if series.dtype == pl.Float64 else _parsed(series)
    return moments.rank("dense").cast(pl.Int64).to_numpy()


def _complete(series: pl.Series) -> None:
    if series.null_count():
        first = int(np.flatnonzero(series.is_null().to_numpy())[0])
        raise DataError(
            f"split.time: column {series.name} is missing in {series.null_count()} rows, first in "
            f"row {first}",
            hint=f"set data.columns.{series.name}.missing: 0, so that such rows are quarantined",
        )


def _parsed(series: pl.Series) -> pl.Series:
    text = series.cast(pl.String).str.strip_chars()
    best, failed = len(text), text.is_not_null()
    for pattern in FORMATS:
        if pattern == "%Y-%m":
            moments = (text + "-01").str.to_datetime("%Y-%m-%d", strict=False, time_unit="us")
        elif "z" in pattern:
            moments = text.str.to_datetime(pattern, strict=False, time_unit="us", time_zone="UTC")
        elif "%H" in pattern:
            moments = text.str.to_datetime(pattern, strict=False, time_unit="us")
        else:
            moments = text.str.to_date(pattern, strict=False)
        if moments.null_count() < best:
            best, failed = moments.null_count(), moments.is_null()
        if not best:
            return moments
    row = int(np.flatnonzero(failed.to_numpy())[0])
    raise DataError(
        f"split.time: column {series.name}, row {row}: {text[row]!r} is no date or time",
        hint="write all of them in one way, such as 2024-05-31 or 2024-05-31T09:30:00",
    )
