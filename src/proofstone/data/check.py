"""The step that holds a table to its declarations; rows at fault are set aside and shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.errors import DataError
from proofstone.core.i18n import message
from proofstone.core.project.nearest import nearest
from proofstone.core.project.schema import Data, Rule, Task
from proofstone.core.step import Context, step
from proofstone.data.faults import Fault, column_faults, fault, infinities
from proofstone.data.kinds import Kind, cells, written
from proofstone.data.table import Table, parquet
from proofstone.data.warnings import warnings
from proofstone.models.rules import broken

_MOST_GROUPS = 20
_EACH = 5

Problem = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Examination:
    """Rows that hold, rows that do not, and what was found.

    `quarantine` has the source's columns as they stood, with `__row__` (0-based, in the source)
    and `__problem__`. The label and protected columns of `table` are text.
    """

    table: Table
    quarantine: pl.DataFrame
    problems: list[Problem]


@step("data.check", outputs=("table", "quarantine"))
def check(context: Context) -> Mapping[str, Draft]:
    """Check the table against data dictionary and rules; returns `table` and `quarantine`."""
    data = Data.model_validate(context.settings["data"])
    task = Task.model_validate(context.settings["task"])
    found = examine(Table.open(context.inputs["table"]), data, task)
    context.progress(message("{n} rows quarantined").format(n=found.quarantine.height))
    files = {
        "rows.parquet": parquet(found.quarantine),
        "problems.json": canonical_json(found.problems),
    }
    meta = {"rows": found.quarantine.height}
    return {"table": found.table.draft(), "quarantine": Draft("quarantine", files, meta)}


def examine(table: Table, data: Data, task: Task) -> Examination:
    """Return `table` without the rows at fault, those rows, and every problem and warning.

    Raises:
        DataError: a declared column is absent; the share of rows at fault exceeds
            `data.quarantine`; the label has not exactly two values, or `task.positive` is none
            of them.
        InputError: a rule's expression is not understood.
    """
    _present(table.frame.columns, data, task)
    faults = list(_faults(table, data, task))
    rows = _rows_at_fault(faults, table.frame.height)
    _bounded(faults, len(rows), table.frame.height, data.quarantine)
    clean = _clean(table, rows, task)
    _binary(clean.frame[task.label], task)
    found = [*(one.to_json() for one in faults), *warnings(clean, data, task)]
    return Examination(clean, _quarantine(table.frame, faults, rows), found)


def _present(columns: Sequence[str], data: Data, task: Task) -> None:
    wanted = list(dict.fromkeys([*data.columns, task.label, *task.protected]))
    absent = [name for name in wanted if name not in columns]
    if absent:
        each = "; ".join(f"{name}: {nearest(name, columns)}" for name in absent[:_EACH])
        noun = "column is" if len(absent) == 1 else "columns are"
        raise DataError(
            f"{data.source}: {len(absent)} declared {noun} not in the table: {', '.join(absent)}",
            hint=each,
        )


def _faults(table: Table, data: Data, task: Task) -> Iterator[Fault]:
    frame, kinds = table.frame, table.kinds
    for series in frame:
        declared, kind = data.columns.get(series.name), kinds[series.name]
        if declared is None:
            yield from infinities(series, kind)
        else:
            yield from column_faults(series, kind, declared)
    label = frame[task.label]
    entry = data.columns.get(task.label)
    if entry is None or entry.missing > 0:
        yield from fault("missing", task.label, message("the label is missing"), label.is_null())
    fitting = _fitting(frame, kinds)
    for rule in data.rules:
        yield from fault(rule.name, "", _says(rule), broken(rule, fitting))


def _says(rule: Rule) -> str:
    """What is wrong with a row that breaks `rule`."""
    if not rule.reason:
        return message("breaks the rule {expression}").format(expression=rule.expression)
    return message("breaks the rule {expression} ({reason})").format(
        expression=rule.expression, reason=rule.reason
    )


def _fitting(frame: pl.DataFrame, kinds: Mapping[str, Kind]) -> pl.DataFrame:
    """The table in its declared types, null where a cell does not fit."""
    return pl.DataFrame([cells(series, kinds[series.name]) for series in frame])


def _rows_at_fault(faults: Sequence[Fault], height: int) -> np.ndarray:
    bad = np.zeros(height, dtype=np.bool_)
    for one in faults:
        bad[one.rows] = True
    return np.flatnonzero(bad).astype(np.int64)


def _bounded(faults: Sequence[Fault], bad: int, height: int, limit: float) -> None:
    if bad <= limit * height and bad < height:
        return
    each = "; ".join(
        f"{one.column or 'rule'} {one.rule}: {len(one.rows)} ({one.message}; first rows: "
        f"{', '.join(map(str, one.rows[:_EACH].tolist()))})"
        for one in sorted(faults, key=lambda one: -len(one.rows))
    )
    allowed = f"more than the {limit:.1%} that data.quarantine allows" if bad < height else "all"
    raise DataError(
        f"{bad} of {height} rows ({bad / height:.1%}) are at fault, {allowed}: {each}",
        hint="mend these rows in the source (rows count from 0), or the declarations that they "
        "break; or raise data.quarantine",
    )


def _clean(table: Table, bad: np.ndarray, task: Task) -> Table:
    """The rows that hold, in their types; label and protected columns as text."""
    keep = np.ones(table.frame.height, dtype=np.bool_)
    keep[bad] = False
    frame = _fitting(table.frame.filter(pl.Series(keep)), table.kinds)
    kinds = dict(table.kinds)
    for name in (task.label, *task.protected):
        few = frame[name].n_unique() <= _MOST_GROUPS
        if name == task.label or kinds[name] != "number" or few:
            frame = frame.with_columns(written(frame[name]))
            kinds[name] = "category"
    return Table(frame, kinds, table.facts)


def _binary(label: pl.Series, task: Task) -> None:
    counts = label.value_counts(sort=True)
    values = counts[label.name].to_list()
    shown = ", ".join(f'"{value}"' for value in values[:_EACH])
    if len(values) > 2:
        raise DataError(
            f"the label {task.label} has {len(values)} values (such as {shown}); "
            "only two can be told apart for now",
            hint=f"choose another label, or list two values in data.columns.{task.label}.values",
        )
    if len(values) < 2:
        raise DataError(
            f"the label {task.label} has one class only: every row is {shown}",
            hint="there is nothing to learn: take rows of the other class into the source",
        )
    if task.positive not in values:
        raise DataError(
            f'task.positive: the label {task.label} is never "{task.positive}" but {shown}',
            hint=nearest(task.positive, values),
        )


def _quarantine(frame: pl.DataFrame, faults: Iterable[Fault], rows: np.ndarray) -> pl.DataFrame:
    said: dict[int, list[str]] = {int(row): [] for row in rows}
    pairs = chain.from_iterable(((int(row), one) for row in one.rows) for one in faults)
    for row, one in pairs:
        said[row].append(f"{one.column}: {one.message}" if one.column else one.message)
    return frame[rows].with_columns(
        pl.Series("__row__", rows, dtype=pl.Int64),
        pl.Series("__problem__", ["; ".join(each) for each in said.values()], dtype=pl.String),
    )
