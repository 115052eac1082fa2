"""What a person should look at in a table whose rows all hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from proofstone.core.i18n import message
from proofstone.core.project.schema import Data, Task
from proofstone.data.kinds import cells
from proofstone.data.leakage import leaks
from proofstone.data.table import Table

_NO_FEATURES = frozenset({"label", "protected", "group", "time", "id", "ignore"})
_MOSTLY = 0.9


def warnings(table: Table, data: Data, task: Task) -> Iterator[dict[str, Any]]:
    """Yield each warning as a problem that concerns no single row: count 0, rows empty."""
    yield from _guessed_encoding(table)
    features = features_of(table, data, task)
    frame = table.frame
    positive = (frame[task.label] == task.positive).to_numpy()
    for name, area in leaks(frame, features, positive).items():
        says = message(
            "tells the label near perfectly on its own (area under the curve {area}): "
            "was it known before the outcome? If not, give it the role ignore"
        ).format(area=f"{area:.4f}")
        yield _warning("leakage", name, says)
    for name in features:
        if data.columns and name not in data.columns:
            says = message(
                "is not in data.columns, yet becomes a feature: declare it or give it a role"
            )
            yield _warning("undeclared", name, says)
        yield from _mostly_numbers(frame[name])
    for name in task.protected:
        if frame.schema[name] == pl.Float64:
            says = message(
                "is a number of many values, so groups are small: bring it into a few ranges"
            )
            yield _warning("groups", name, says)


def features_of(table: Table, data: Data, task: Task) -> list[str]:
    """Return the columns that a model may see, in the table's order."""
    roles = {name: column.role for name, column in data.columns.items()}
    hidden = {name for name, role in roles.items() if role in _NO_FEATURES} | {task.label}
    hidden |= set(task.protected)
    return [name for name in table.frame.columns if name not in hidden]


def _guessed_encoding(table: Table) -> Iterator[dict[str, Any]]:
    if table.facts.get("encoding") == "latin-1" and not table.facts.get("encoding_declared"):
        says = message(
            "the source is no UTF-8 and was read as Latin-1, which any bytes are: look at the "
            "texts, then declare data.encoding"
        )
        yield _warning("encoding", "", says)


def _mostly_numbers(series: pl.Series) -> Iterator[dict[str, Any]]:
    present = series.drop_nulls()
    if series.dtype != pl.String or present.is_empty():
        return
    numbers = len(present) - cells(present, "number").null_count()
    if _MOSTLY * len(present) <= numbers < len(present):
        says = message(
            "is text, but {numbers} of its {present} values are numbers: declare it as a "
            "number and the others are quarantined"
        ).format(numbers=numbers, present=len(present))
        yield _warning("numbers", series.name, says)


def _warning(rule: str, column: str, says: str) -> dict[str, Any]:
    return {
        "rule": rule,
        "column": column,
        "message": says,
        "count": 0,
        "rows": [],
        "severity": "warning",
    }
