"""A table of inputs as numbers that a regression can read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

_PARTS = 8
_VALUES = 20
_FEWEST = 5


@dataclass(frozen=True, eq=False)
class Design:
    """Numbers (n, d), and the input column that each of the d was made from."""

    values: np.ndarray
    columns: tuple[str, ...]


def design(frame: pl.DataFrame) -> Design:
    """Code each column of `frame`: a number as itself, in eighths and missing; others by value.

    Eighths let a regression follow a relation that rises and falls again. Of categories, the 20
    most frequent values (missing is one) with at least five rows count. Left out is what does not
    vary, and a column in which nearly every value differs (a text, an identifier).
    """
    blocks: list[np.ndarray] = []
    names: list[str] = []
    for name in frame.columns:
        series = frame[name]
        numeric = series.dtype.is_numeric()
        for one in _number(series) if numeric else _category(series):
            if one.min() < one.max():
                blocks.append((one - one.mean()) / one.std())
                names.append(name)
    if not blocks:
        return Design(np.zeros((frame.height, 0)), ())
    return Design(np.stack(blocks, axis=1), tuple(names))


def _number(series: pl.Series) -> list[np.ndarray]:
    values = series.cast(pl.Float64).fill_null(np.nan).to_numpy()
    known = np.isfinite(values)
    if not known.any():
        return []
    inside = values[known]
    cuts = np.unique(np.quantile(inside, np.linspace(0.0, 1.0, _PARTS + 1)[1:-1]))
    least, most = np.quantile(inside, [0.001, 0.999])
    filled = np.where(known, np.clip(values, least, most), np.median(inside))
    part = np.searchsorted(cuts, filled, side="right")
    parts = [(known & (part == at)).astype(np.float64) for at in range(1, len(cuts) + 1)]
    return [filled, (~known).astype(np.float64), *(parts if len(np.unique(inside)) > 2 else [])]


def _category(series: pl.Series) -> list[np.ndarray]:
    texts = series.cast(pl.String, strict=False) if not series.dtype.is_nested() else None
    if texts is None or texts.n_unique() > max(_VALUES, len(texts) // 2):
        return []
    # The column itself may be named "rows".
    counts = texts.alias("value").value_counts(name="rows").filter(pl.col("rows") >= _FEWEST)
    values = counts.sort(["rows", "value"], descending=[True, False])["value"]
    return [texts.eq_missing(value).to_numpy().astype(np.float64) for value in values[:_VALUES]]
