"""Who is most like whom: nearest rows by Gower's distance over columns of any kind."""

from __future__ import annotations

import numpy as np
import polars as pl

_CELLS = 2_000_000


def nearest_rows(frame: pl.DataFrame, k: int) -> np.ndarray:
    """Return the `k` nearest other rows of each of n > k rows, by Gower's distance (1971): (n, k).

    The distance is the mean over columns of |a - b| over the column's range for numbers and of
    a != b for anything else; a pair's missing values are left out of the mean, and pairs that
    share no known value are farthest. Of equally near rows those that stand earlier are taken, so
    shuffle rows that have an order. Cost: n² times the number of columns.
    """
    coded = [one for one in map(_coded, frame.get_columns()) if one is not None]
    n = frame.height
    found = np.empty((n, k), dtype=np.int64)
    block = max(1, _CELLS // max(n, 1))
    for start in range(0, n, block):
        rows = slice(start, min(n, start + block))
        far = _distances(coded, rows, n)
        at = np.arange(rows.start, rows.stop)
        far[at - start, at] = np.inf
        found[rows] = _least(far, k)
    return found


def usable(frame: pl.DataFrame) -> list[str]:
    """The columns that tell rows apart without naming them: those that vary, without texts."""
    kept = []
    for name in frame.columns:
        series = frame[name]
        if series.dtype.is_nested() or series.drop_nulls().n_unique() < 2:
            continue
        texts = series.dtype == pl.String and series.n_unique() > max(20, len(series) // 2)
        if not texts:
            kept.append(name)
    return kept


def _coded(series: pl.Series) -> tuple[np.ndarray, bool] | None:
    """Numbers over their range, or codes of values (then True); NaN where missing."""
    if series.dtype.is_numeric():
        values = series.cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
        values[~np.isfinite(values)] = np.nan
        known = values[~np.isnan(values)]
        span = float(known.max() - known.min()) if len(known) else 0.0
        return (values / span, False) if span > 0 else None
    codes = series.cast(pl.String).cast(pl.Categorical).to_physical()
    return codes.cast(pl.Float64).fill_null(np.nan).to_numpy(), True


def _distances(coded: list[tuple[np.ndarray, bool]], rows: slice, n: int) -> np.ndarray:
    total = np.zeros((rows.stop - rows.start, n))
    shared = np.zeros_like(total)
    for values, is_code in coded:
        apart = values[rows, None] - values[None, :]
        if is_code:
            apart = np.where(np.isnan(apart), np.nan, apart != 0.0)
        if np.isnan(values).any():
            known = ~np.isnan(apart)
            shared += known
            total += np.where(known, np.abs(apart), 0.0)
        else:
            shared += 1.0
            total += np.abs(apart)
    return np.divide(total, shared, out=np.full_like(total, 2.0), where=shared > 0)


def _least(far: np.ndarray, k: int) -> np.ndarray:
    """The places of the k least values of each row; of equals, the earlier ones."""
    bound = np.partition(far, k - 1, axis=1)[:, k - 1 : k]
    below, level = far < bound, far == bound
    wanted = k - below.sum(axis=1, keepdims=True)
    taken = below | (level & (np.cumsum(level, axis=1) <= wanted))
    return np.nonzero(taken)[1].reshape(len(far), k)
