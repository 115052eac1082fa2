"""Which columns of a table a model may look at, and what it is to predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.errors import DataError, InputError
from proofstone.core.project.schema import Data, Split, Task
from proofstone.models.contract import Feature
from proofstone.models.prepare.values import texts

_UNUSED_ROLES = {"label", "ignore", "id", "time", "group"}
_TRUE, _FALSE = ("true", "t", "yes", "y", "1"), ("false", "f", "no", "n", "0")
_MISSING_GROUP = "missing"


def features(
    schema: Sequence[Mapping[str, Any]], task: Task, data: Data, split: Split
) -> tuple[Feature, ...]:
    """Return the features of a table whose `schema` lists `name` and `kind` of each column.

    All columns but the label, those that the project file gives another role, and protected ones
    unless `task.use_protected`.

    Raises:
        InputError: none is left.
    """
    unused = {task.label, split.group, split.time}
    unused |= {name for name, column in data.columns.items() if column.role in _UNUSED_ROLES}
    if not task.use_protected:
        unused |= set(task.protected)
    found = []
    for column in schema:
        name = column["name"]
        if name not in unused:
            declared = data.columns.get(name)
            values = () if declared is None else declared.values or ()
            listed = tuple(values) if column["kind"] == "category" else ()
            found.append(Feature(name, column["kind"], listed))
    if not found:
        raise InputError(
            "no column is left to predict from",
            hint="give columns the role `feature`, or see task.use_protected",
        )
    return tuple(found)


def target(frame: pl.DataFrame, task: Task) -> tuple[np.ndarray, tuple[str, str]]:
    """Return whether each row's label is the positive one, bool (n,), and (negative, positive).

    Raises:
        DataError: the label is absent or missing somewhere, has not two values, or none of them
            is `task.positive`.
    """
    if task.label not in frame.columns:
        raise DataError(
            f"there is no column {task.label}",
            hint=f"name the label in task.label; columns: {', '.join(frame.columns)}",
        )
    series = frame[task.label]
    if series.null_count():
        row = series.is_null().arg_max()
        raise DataError(
            f"column {task.label}, row {row}: the label is missing",
            hint="remove rows without a label, or declare `missing: 0` to quarantine them",
        )
    labels = texts(series)
    positive = _positive(series, task.positive)
    values = sorted({str(label) for label in labels})
    if positive not in values or len(values) != 2:
        raise DataError(
            f"column {task.label}: its values are {', '.join(values[:8]) or 'none'}, "
            f"not {task.positive} and one other",
            hint="name one of two values in task.positive; both must occur",
        )
    negative = next(value for value in values if value != positive)
    return np.array([label == positive for label in labels]), (negative, positive)


def groups(frame: pl.DataFrame, attribute: str) -> np.ndarray:
    """Return the group of each row as text, shape (n,); a missing one is a group of its own."""
    found = texts(frame[attribute])
    return np.array([_MISSING_GROUP if one is None else one for one in found], dtype=object)


def _positive(series: pl.Series, named: str) -> str:
    """The positive label as `texts` writes it."""
    if series.dtype == pl.Boolean and named.lower() in _TRUE + _FALSE:
        return "true" if named.lower() in _TRUE else "false"
    if series.dtype.is_numeric():
        try:
            return str(texts(pl.Series([float(named)]))[0])
        except ValueError:
            return named
    return named
