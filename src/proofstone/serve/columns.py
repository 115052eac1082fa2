"""Columns of plain values, checked against the model's signature before they are queued."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import polars as pl

from proofstone.models.contract import Feature, Signature
from proofstone.serve.errors import FieldError

Columns: TypeAlias = "dict[str, list[Any]]"
"""Feature name -> one value a row, None where it is missing."""

_SHOWN = 40
_TYPES: Mapping[str, type[pl.DataType]] = {
    "number": pl.Float64,
    "boolean": pl.Boolean,
    "category": pl.String,
    "text": pl.String,
}


def check_columns(columns: Mapping[str, Sequence[Any]], signature: Signature) -> Columns:
    """Return `columns` in the signature's order, numbers as float, every value of its kind.

    Raises:
        FieldError: a value does not fit, or a feature is wanting or unknown; the first is named.
    """
    known = {feature.name for feature in signature.inputs}
    for name in columns:
        if name not in known:
            hint = f"the model's inputs: {', '.join(known)}"
            raise FieldError(0, name, "the model has no such input", hint=hint)
    checked: Columns = {}
    for feature in signature.inputs:
        if feature.name not in columns:
            hint = "give every input; null where a value is missing"
            raise FieldError(0, feature.name, "is wanting", hint=hint)
        checked[feature.name] = _CHECKS[feature.kind](feature, columns[feature.name])
    return checked


def columns_of_rows(rows: Sequence[Mapping[str, Any]], signature: Signature) -> Columns:
    """Return checked columns of `rows`, each a mapping of feature to value.

    Raises:
        FieldError: as `check_columns`; a wanting or unknown feature names its row.
    """
    names = [feature.name for feature in signature.inputs]
    for place, row in enumerate(rows):
        if strange := next((name for name in names if name not in row), None):
            hint = "give every input; null where a value is missing"
            raise FieldError(place, strange, "is wanting", hint=hint)
        if len(row) != len(names):
            strange = next(name for name in row if name not in names)
            hint = f"the model's inputs: {', '.join(names)}"
            raise FieldError(place, strange, "the model has no such input", hint=hint)
    return check_columns({name: [row[name] for row in rows] for name in names}, signature)


def frame_of(parts: Sequence[Columns], signature: Signature) -> pl.DataFrame:
    """Return one frame of the rows of all `parts`, in order."""
    series = []
    for feature in signature.inputs:
        values = parts[0][feature.name]
        if len(parts) > 1:
            values = [value for part in parts for value in part[feature.name]]
        series.append(pl.Series(feature.name, values, _TYPES[feature.kind], strict=True))
    return pl.DataFrame(series)


def height(columns: Columns) -> int:
    """The number of rows."""
    return len(next(iter(columns.values()), []))


def _numbers(feature: Feature, values: Sequence[Any]) -> list[Any]:
    checked: list[float | None] = []
    for row, value in enumerate(values):
        if value is None:
            checked.append(None)
            continue
        if type(value) not in (int, float):
            raise _unfit(row, feature, value, "is not a number", "give a number or null")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            hint = "give a finite number, or null where it is missing"
            raise _unfit(row, feature, value, "is not a finite number", hint)
        checked.append(number)
    return checked


def _texts(feature: Feature, values: Sequence[Any]) -> list[Any]:
    for row, value in enumerate(values):
        if value is not None and type(value) is not str:
            raise _unfit(row, feature, value, "is not text", "give text in quotes, or null")
        if value is not None and not _encodable(value):
            raise _unfit(row, feature, value, "is not valid Unicode", "mend its surrogates")
    return list(values)


def _booleans(feature: Feature, values: Sequence[Any]) -> list[Any]:
    for row, value in enumerate(values):
        if value is not None and type(value) is not bool:
            hint = "give true, false or null"
            raise _unfit(row, feature, value, "is not true or false", hint)
    return list(values)


_CHECKS: Mapping[str, Callable[[Feature, Sequence[Any]], list[Any]]] = {
    "number": _numbers,
    "boolean": _booleans,
    "category": _texts,
    "text": _texts,
}


def _encodable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _unfit(row: int, feature: Feature, value: object, problem: str, hint: str) -> FieldError:
    shown = ascii(value) if isinstance(value, str) else str(type(value).__name__)
    if isinstance(value, (int, float)):
        shown = "a number beyond the range of floats" if isinstance(value, int) else repr(value)
        shown = repr(value) if isinstance(value, bool) else shown
    return FieldError(row, feature.name, f"{shown[:_SHOWN]} {problem}", hint=hint)
