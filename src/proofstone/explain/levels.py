"""Values that an input is set to, to see what a model makes of them."""

from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.models.contract import Feature, Model
from proofstone.models.rows import Rows


def levels(series: pl.Series, feature: Feature, most: int, *, trim: float = 0.0) -> pl.Series:
    """At most `most` observed values of an input, of the column's type; none of a text.

    Of numbers ascending, evenly spread over the ranks of the rows but for a share `trim` at
    either end, or all where there are no more; of categories and truth values the most frequent
    first.
    """
    known = series.drop_nulls()
    if feature.kind == "text" or known.dtype.is_nested():
        return known.clear()
    if feature.kind == "number" and known.dtype.is_numeric():
        finite = known.filter(known.is_finite()) if known.dtype.is_float() else known
        distinct = finite.unique().sort()
        if len(distinct) <= most:
            return distinct
        last = len(finite) - 1
        ranks = np.linspace(trim * last, (1 - trim) * last, most).round().astype(np.int64)
        chosen: pl.Series = finite.sort()[ranks]
        return chosen.unique().sort()
    counts = known.alias("value").value_counts(name="count")
    ranked = counts.sort(["count", "value"], descending=[True, False])
    return ranked["value"].head(most).alias(series.name)


def at_levels(rows: Rows, column: str, values: pl.Series) -> Rows:
    """Each row with its column set to each value: all values of the first row first."""
    repeated = rows.take(np.repeat(np.arange(len(rows)), len(values)))
    return repeated.replaced(column, values[np.tile(np.arange(len(values)), len(rows))])


def features_of(model: Model | None, frame: pl.DataFrame) -> list[Feature]:
    """The inputs of `model` among the columns of `frame`, texts left out.

    Without a model, or where it names none of them, every column counts, by its type.
    """
    named = () if model is None else model.signature.inputs
    known = [one for one in named if one.name in frame.columns]
    plain = ((name, kind) for name, kind in frame.schema.items() if not kind.is_nested())
    found = known or [_guessed(name, kind) for name, kind in plain]
    return [one for one in found if one.kind != "text"]


def _guessed(name: str, kind: pl.DataType) -> Feature:
    if kind.is_numeric():
        return Feature(name, "number")
    return Feature(name, "boolean" if kind == pl.Boolean else "category")
