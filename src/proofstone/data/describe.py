"""What a column's values are like: counts, moments, quantiles, a histogram, the most frequent."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from proofstone.measures.arrays import FloatArray

MOST_BINS = 20
MOST_FREQUENT = 10
QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
FENCE = 1.5


def describe(series: pl.Series) -> dict[str, Any]:
    """Return a JSON description of a Float64, Boolean or String `series`.

    All have `n` (rows), `missing`, `missing_share` and `distinct` (values present). Numbers add
    `min`, `max`, `mean`, `median`, `sd` (n - 1), `quantiles` (linear interpolation), `outliers`
    (values beyond 1.5 interquartile ranges from the quartiles, Tukey 1977) and `histogram`
    (`edges` (k + 1,), `counts` (k,), k <= 20); the rest add `top`, the most frequent values.

    >>> describe(pl.Series([1.0, 2.0, 3.0, None]))["quantiles"]["0.25"]
    1.5
    """
    present = series.drop_nulls()
    rows, absent = len(series), series.null_count()
    found: dict[str, Any] = {
        "n": rows,
        "missing": absent,
        "missing_share": absent / rows if rows else 0.0,
        "distinct": present.n_unique(),
    }
    if series.dtype != pl.Float64:
        return found | {"top": _top(present)}
    values = present.to_numpy()
    return found | (_numbers(values) if len(values) else {})


def _numbers(values: FloatArray) -> dict[str, Any]:
    ordered = np.sort(values)
    with np.errstate(over="ignore", invalid="ignore"):
        quantiles = np.quantile(ordered, QUANTILES)
        low, high = quantiles[2], quantiles[4]
        reach = FENCE * (high - low)
        outliers = (ordered < low - reach) | (ordered > high + reach)
        mean = _finite(np.mean(ordered))
        sd = _finite(np.std(ordered, ddof=1)) if len(ordered) > 1 else None
    found = {f"{q:g}": float(value) for q, value in zip(QUANTILES, quantiles, strict=True)}
    return {
        "min": float(ordered[0]),
        "max": float(ordered[-1]),
        "mean": mean,
        "median": _finite(quantiles[3]),
        "sd": sd,
        "quantiles": {q: _finite(value) for q, value in found.items()},
        "outliers": int(outliers.sum()),
        "histogram": _histogram(ordered),
    }


def _finite(value: float | np.floating[Any]) -> float | None:
    """The value as JSON: numbers near the end of the range can overflow in a sum."""
    return float(value) if np.isfinite(value) else None


def _histogram(ordered: FloatArray) -> dict[str, list[float]]:
    """Equal bins; one alone where floating point cannot tell their edges apart."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            counts, edges = np.histogram(ordered, bins=_bins(ordered))
    except ValueError:
        return {"edges": [float(ordered[0]), float(ordered[-1])], "counts": [len(ordered)]}
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def _bins(ordered: FloatArray) -> int:
    """Sturges' number of bins (1926), at most one for each distinct value and 20 in all."""
    distinct = len(np.unique(ordered))
    return int(max(1, min(MOST_BINS, distinct, np.ceil(np.log2(len(ordered))) + 1)))


def _top(present: pl.Series) -> list[dict[str, Any]]:
    """The most frequent values with their counts; equal counts in the values' own order."""
    values = present.cast(pl.String).alias("value")
    counts = values.value_counts(name="count").sort(["count", "value"], descending=[True, False])
    return counts.head(MOST_FREQUENT).to_dicts()
