"""What the answers of a model from elsewhere mean, found from them and from the labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from proofstone.assess.answerable import unfit
from proofstone.assess.asked import Table
from proofstone.assess.foreign.kind import Task, check_task
from proofstone.assess.labels import read_labels, texts
from proofstone.assess.predictions import refuse_unread
from proofstone.core.errors import DataError
from proofstone.core.project.known import Kind
from proofstone.models.foreign.model import ForeignModel
from proofstone.models.foreign.reading import Reading, numbers_a_row
from proofstone.models.foreign.source import Source
from proofstone.models.rows import Rows

_SAMPLE, _FEW = 256, 16


@dataclass(frozen=True)
class Said:
    """What the caller says of a model; the rest is found."""

    task: Task = "auto"
    classes: Sequence[str] = ()
    positive: str | None = None
    logits: bool = False


UNSAID = Said()
"""Everything is found."""


def meant(source: Source, table: Table, said: Said = UNSAID) -> ForeignModel:
    """Return the model that `source` is, judged by its answers to the first rows of `table`.

    With a query: ranking. With several label columns: labels. Two numbers a row, decided labels of
    two values, or one number where the label has two: decisions. More: classes. Else a number.

    Raises:
        DataError: labels do not fit the answers, or which of two is positive is unclear.
        InputError: answers are no probabilities, or of another shape than the task needs; `said`
            names no kind of task, or what the task has no use for.
        RowError, EndpointError, OverBudget: the source does not answer the first rows.
    """
    sample = _FEW if source.costly else _SAMPLE
    check_task(said.task)
    rows = table.rows([one.name for one in source.inputs], sample)
    if not source.costly:
        rows = _taken(source, rows)
    found = source.ask(rows)
    told = _told(table)
    kind = said.task if said.task != "auto" else _kind(found, table, told)
    refuse_unread(kind, positive=said.positive, query=table.query)
    reading = _reading(kind, found, source, table, told, said)
    reading.check(found, rows, source.name)
    return ForeignModel(source, replace(reading, told=numbers_a_row(found)))


def _taken(source: Source, rows: Rows) -> Rows:
    """The rows that the source takes; all of them where it takes none, so that it says why."""
    fits = ~unfit(source.ask, rows)
    return rows if fits.all() or not fits.any() else rows.take(fits)


def _told(table: Table) -> list[str]:
    """The labels that occur, numbers in the order of numbers."""
    if len(table.labels) > 1:
        return []
    found = texts(table.frame[table.labels[0]]).unique().to_list()
    return sorted(found, key=_order)


def _order(label: str) -> tuple[bool, float, str]:
    try:
        return False, float(label), label
    except ValueError:
        return True, 0.0, label


def _kind(found: np.ndarray, table: Table, told: Sequence[str]) -> Kind:
    if table.query is not None:
        return "ranking"
    if len(table.labels) > 1:
        return "labels"
    width = found.shape[1] if found.ndim == 2 else 1
    if width > 1:
        return "decision" if width == 2 else "classes"
    if found.dtype.kind != "f":
        return "decision" if len(told) <= 2 else "classes"
    return "decision" if len(told) <= 2 else "number"


def _reading(
    kind: Kind,
    found: np.ndarray,
    source: Source,
    table: Table,
    told: Sequence[str],
    said: Said,
) -> Reading:
    if kind in ("number", "ranking"):
        return Reading("number")
    if kind == "labels":
        return Reading("labels", tuple(said.classes) or table.labels, None, said.logits)
    width = found.shape[1] if found.ndim == 2 else 1
    classes = tuple(said.classes) or source.classes or _counted(told, width, found, table)
    if kind == "classes":
        return Reading("probabilities", classes, None, said.logits)
    positive = said.positive or _positive(table, classes)
    if positive not in classes:
        raise DataError(
            f"{source.name}: {positive!r} is none of its classes {', '.join(classes[:10])}",
            hint="name one of them as positive",
        )
    return Reading("probabilities", classes, positive, said.logits)


def _counted(told: Sequence[str], width: int, found: np.ndarray, table: Table) -> tuple[str, ...]:
    """The labels as classes, where there are as many as answers in a row."""
    wanted = max(2, width) if found.dtype.kind == "f" else len(told)
    if len(told) == wanted:
        return tuple(told)
    numbered = tuple(str(at) for at in range(wanted))
    if set(told) <= set(numbered):
        return numbered
    raise DataError(
        f"column {table.label}: holds {len(told)} labels, where the model answers for {wanted}",
        hint="name the classes in the model's order (--classes a,b,c)",
    )


def _positive(table: Table, classes: Sequence[str]) -> str:
    if len(classes) != 2:
        raise DataError(
            f"the model has {len(classes)} classes, decisions are between two",
            hint="name the positive one, or the task classes",
        )
    return read_labels(table.frame[table.labels[0]]).positive
