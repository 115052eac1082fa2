"""Features that all but give the label away, on their own: most often they were made from it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from proofstone.measures.arrays import FloatArray
from proofstone.measures.classification import roc_auc

NEAR_PERFECT = 0.995
FEWEST = 10
_MOST_LEVELS = 20


def leaks(frame: pl.DataFrame, features: Iterable[str], positive: np.ndarray) -> dict[str, float]:
    """Return the features that rank the label near perfectly, with that area under the curve.

    `positive` (n,) bool. A number is taken by its size in either direction and by whether it is
    missing; few distinct values are taken by each one's share of positives, when each stands for
    enough rows that this is no accident. Nothing is said with fewer than `FEWEST` rows of a class.

    Not covered: what two features together give away, and leaks that are less than near perfect.
    """
    if min(positive.sum(), (~positive).sum()) < FEWEST:
        return {}
    found = {name: _separation(frame[name], positive) for name in features}
    return {name: area for name, area in found.items() if area >= NEAR_PERFECT}


def _separation(series: pl.Series, positive: np.ndarray) -> float:
    """The greatest area that the column alone reaches: 0.5 says nothing, 1 all."""
    scores = []
    levels = series.n_unique()
    if series.dtype == pl.Float64:
        least = series.min()
        low = -1.0 if least is None else float(least) - 1.0  # type: ignore[arg-type]
        scores.append(series.fill_null(low).to_numpy())
    elif levels > _MOST_LEVELS:
        return 0.5
    scores.append(series.is_null().to_numpy().astype(np.float64))
    if levels <= min(_MOST_LEVELS, len(series) // FEWEST):
        scores.append(_shares(series, positive))
    areas = [roc_auc(positive, score) for score in scores]
    return float(max(max(area, 1.0 - area) for area in areas))


def _shares(series: pl.Series, positive: np.ndarray) -> FloatArray:
    """Each row's share of positives among the rows of its value."""
    table = pl.DataFrame({"value": series, "positive": positive})
    return table.select(pl.col("positive").mean().over("value")).to_series().to_numpy()
