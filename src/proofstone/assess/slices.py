"""Slices of a table: rows that share a category or a range of one or two columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import polars as pl

from proofstone.models.text.language import language_of

_BINS = 4
_CATEGORIES = 12
_PAIRED = 150

Condition = tuple[tuple[str, int], ...]
"""Pairs of a column and the number of its part; a row must be in each."""

Block = tuple[list[Condition], np.ndarray]


@dataclass(frozen=True, eq=False)
class Cut:
    """One column cut into parts: `codes` (n,) index `labels`; -1 is a row in no part."""

    codes: np.ndarray
    labels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Slices:
    """Candidate slices with the sums that a mean needs; all arrays have shape (slices,).

    `total` and `squares` are sums of the loss and of its square over a slice's rows.
    """

    conditions: tuple[Condition, ...]
    rows: np.ndarray
    total: np.ndarray
    squares: np.ndarray


def cuts(
    frame: pl.DataFrame, groups: Mapping[str, np.ndarray], texts: Collection[str] = ()
) -> dict[str, Cut]:
    """Cut each column of `frame`, and each of `groups` that it lacks, into parts.

    Numbers are cut at their quartiles, rounded to three significant digits, or, where they take
    few values, by value; categories by value, the twelve most frequent; missing is a part. The
    columns in `texts` are free text, cut by length and by language. Whole numbers and texts that
    never repeat are identifiers; they and constants are left out.
    """
    columns: dict[str, pl.Series] = {}
    for name in frame.columns:
        columns |= _of_text(frame[name]) if name in texts else {name: frame[name]}
    columns |= {
        name: pl.Series(name, values) for name, values in groups.items() if name not in columns
    }
    return {name: _cut(series) for name, series in columns.items() if _divides(series)}


def _of_text(series: pl.Series) -> dict[str, pl.Series]:
    """Length in characters and language of each text, null where it is missing."""
    language = series.map_elements(language_of, return_dtype=pl.String)
    lengths, languages = f"{series.name}.length", f"{series.name}.language"
    return {
        lengths: series.str.len_chars().cast(pl.Float64).alias(lengths),
        languages: language.alias(languages),
    }


def _divides(series: pl.Series) -> bool:
    different = series.n_unique()
    identifies = different == len(series) > 2 and not series.dtype.is_float()
    return different > 1 and not identifies


def search(parts: Mapping[str, Cut], loss: np.ndarray, least: int) -> Slices:
    """All slices of one and two columns that hold at least `least` rows, and leave as many out.

    Of more than 150 columns none are paired: there would be too many pairs.
    """
    found = list(_singles(parts, loss))
    if len(parts) <= _PAIRED:
        found += _pairs(parts, loss)
    conditions = [condition for block in found for condition in block[0]]
    sums = np.concatenate([block[1] for block in found], axis=1) if found else np.zeros((3, 0))
    kept = (sums[0] >= least) & (len(loss) - sums[0] >= least)
    chosen = tuple(conditions[i] for i in np.flatnonzero(kept))
    return Slices(chosen, *sums[:, kept])


def members(parts: Mapping[str, Cut], condition: Condition) -> np.ndarray:
    """Which rows a slice holds: bool, shape (n,)."""
    inside = [parts[name].codes == code for name, code in condition]
    return np.asarray(np.all(inside, axis=0))


def describe(parts: Mapping[str, Cut], condition: Condition) -> str:
    """A slice in words, such as `pirat in [0.4, 1.2) and phist = yes`."""
    return " and ".join(f"{name} {parts[name].labels[code]}" for name, code in condition)


def _sums(codes: np.ndarray, size: int, loss: np.ndarray) -> np.ndarray:
    """Rows, sum and sum of squares of `loss` by code; shape (3, size), rows of code -1 left out."""
    shifted = codes + 1
    weights = (None, loss, loss * loss)
    return np.stack([np.bincount(shifted, w, size + 1)[1:].astype(np.float64) for w in weights])


def _singles(parts: Mapping[str, Cut], loss: np.ndarray) -> Iterator[Block]:
    for name, cut in parts.items():
        size = len(cut.labels)
        yield [((name, code),) for code in range(size)], _sums(cut.codes, size, loss)


def _pairs(parts: Mapping[str, Cut], loss: np.ndarray) -> Iterator[Block]:
    for (left, first), (right, second) in combinations(parts.items(), 2):
        width = len(second.labels)
        size = len(first.labels) * width
        both = np.where(
            (first.codes < 0) | (second.codes < 0), -1, first.codes * width + second.codes
        )
        names: list[Condition] = [
            ((left, i), (right, j)) for i in range(len(first.labels)) for j in range(width)
        ]
        yield names, _sums(both, size, loss)


def _cut(series: pl.Series) -> Cut:
    if series.dtype.is_numeric() and series.drop_nulls().n_unique() > _BINS + 1:
        return _quantiles(series)
    return _values(series)


def _quantiles(series: pl.Series) -> Cut:
    values = series.cast(pl.Float64).fill_null(np.nan).to_numpy()
    known = values[np.isfinite(values)]
    inner = np.quantile(known, np.arange(1, _BINS) / _BINS)
    edges = np.unique([float(f"{edge:.3g}") for edge in inner])
    codes = np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="right"))
    ends = [f"{edge:g}" for edge in edges]
    inside = [f"in [{low}, {high})" for low, high in pairwise(ends)]
    return Cut(codes, (f"< {ends[0]}", *inside, f">= {ends[-1]}", "is missing"))


def _values(series: pl.Series) -> Cut:
    if series.dtype.is_float():
        series = series.fill_nan(None)
    counts = series.value_counts(sort=False).sort(["count", series.name], descending=[True, False])
    kept = counts[series.name].head(_CATEGORIES).to_list()
    place = {value: code for code, value in enumerate(kept)}
    codes = series.replace_strict(place, default=-1, return_dtype=pl.Int64)
    labels = tuple("is missing" if value is None else f"= {_shown(value)}" for value in kept)
    return Cut(codes.to_numpy(), labels)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
