"""What a column holds: inferred where the dictionary is silent, converted where all of it fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import polars as pl

from proofstone.core.errors import DataError
from proofstone.core.project.schema import Column

Kind: TypeAlias = Literal["number", "category", "boolean", "text"]

MISSING = ("", "NA", "N/A", "#N/A", "n/a", "NaN", "nan", "null", "NULL")
TRUE, FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
MOST_CATEGORIES = 50

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_INFINITY = r"^[+-]?(?i:inf|infinity)$"
_CODE = r"^[+-]?0\d+$|^[+-]?\d{16,}$"


def typed(
    frame: pl.DataFrame, declared: Mapping[str, Column]
) -> tuple[pl.DataFrame, dict[str, Kind]]:
    """Return `frame` with each column in the type of its kind, and the kinds by column.

    Numbers are Float64, booleans Boolean, categories and text String, missing values null. A
    boolean whose values the dictionary lists is a category of these. `MISSING` lists what else
    counts as missing, unless the dictionary lists it as a value. A declared number or boolean
    stays text where a single cell does not fit, for `data.check`.

    Raises:
        DataError: a column holds lists, structures or bytes.
    """
    columns, kinds = [], {}
    for series in frame:
        column = declared.get(series.name)
        plain = _plain(series, () if column is None else column.values or ())
        kind = infer(plain) if column is None else column.type
        if column is not None and kind == "boolean" and column.values:
            kind = "category"
        fitting = convert(plain, kind)
        columns.append(plain if fitting is None else fitting)
        kinds[series.name] = kind
    return pl.DataFrame(columns), kinds


def infer(series: pl.Series) -> Kind:
    """Return what a String, Float64 or Boolean `series` seems to hold.

    Digits with a leading zero and digits beyond 15 are codes, not numbers. Text with few distinct
    values, against its length, is a category.

    >>> infer(pl.Series(["1", None, "2.5e3"])), infer(pl.Series(["007", "010"]))
    ('number', 'category')
    """
    if series.dtype == pl.Float64:
        return "number"
    if series.dtype == pl.Boolean:
        return "boolean"
    present = series.drop_nulls()
    if present.is_empty():
        return "text"
    distinct = present.unique()
    bare = distinct.str.strip_chars()
    if bare.str.to_lowercase().is_in(["true", "false"]).all():
        return "boolean"
    numbers, infinite = bare.str.contains(_NUMBER), bare.str.contains(_INFINITY)
    if numbers.any() and (numbers | infinite).all() and not bare.str.contains(_CODE).any():
        return "number"
    few = len(distinct) <= 10 or len(distinct) * 10 <= len(present)
    return "category" if few and len(distinct) <= MOST_CATEGORIES else "text"


def convert(series: pl.Series, kind: Kind) -> pl.Series | None:
    """Return a plain `series` in the type of `kind`, or None where a cell does not fit."""
    converted = cells(series, kind)
    return converted if converted.null_count() == series.null_count() else None


def cells(series: pl.Series, kind: Kind) -> pl.Series:
    """Return a plain `series` in the type of `kind`, null where a cell does not fit."""
    if kind == "number":
        return _numbers(series)
    if kind == "boolean":
        return _booleans(series)
    return written(series)


def written(series: pl.Series) -> pl.Series:
    """Return a plain `series` as String; whole numbers have no decimal point.

    >>> written(pl.Series([1.0, None])).to_list(), written(pl.Series([True])).to_list()
    (['1', None], ['true'])
    """
    if series.dtype == pl.Float64:
        present = series.drop_nulls()
        if (present.is_finite() & (present == present.round(0)) & (present.abs() < 2**53)).all():
            series = series.cast(pl.Int64)
    return series.cast(pl.String)


def _plain(series: pl.Series, values: list[str] | tuple[str, ...]) -> pl.Series:
    """The series as String, Float64 or Boolean, with null for what is missing."""
    kind = series.dtype
    if kind == pl.Boolean:
        return series
    if kind.is_integer():
        wide = (series.min() or 0) < -(2**53) or (series.max() or 0) > 2**53  # type: ignore[operator]
        return series.cast(pl.String) if wide else series.cast(pl.Float64)
    if kind.is_numeric():
        return series.cast(pl.Float64).fill_nan(None)
    if kind.is_nested() or kind in {pl.Binary, pl.Object}:
        raise DataError(
            f"column {series.name} holds {kind}, which is no single value",
            hint="export it as several columns of numbers or text",
        )
    text = series.dt.to_string("iso:strict") if kind.is_temporal() else series.cast(pl.String)
    tokens = [token for token in MISSING if token not in values]
    absent = text.str.strip_chars().is_in(tokens) & ~text.is_in(list(values))
    return text.to_frame().select(pl.when(~absent).then(pl.first()).alias(series.name)).to_series()


def _numbers(series: pl.Series) -> pl.Series:
    if series.dtype != pl.String:
        return series.cast(pl.Float64)
    text = series.str.strip_chars()
    shaped = text.str.contains(_NUMBER) | text.str.contains(_INFINITY)
    return (
        text.to_frame()
        .select(pl.when(shaped).then(pl.first()).cast(pl.Float64, strict=False).alias(series.name))
        .to_series()
    )


def _booleans(series: pl.Series) -> pl.Series:
    if series.dtype == pl.Boolean:
        return series
    text = written(series).str.strip_chars().str.to_lowercase()
    meaning = dict.fromkeys(TRUE, True) | dict.fromkeys(FALSE, False)
    return text.replace_strict(meaning, default=None, return_dtype=pl.Boolean)
