"""Which kind of task recorded predictions are about, and which columns hold what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from proofstone.assess.foreign.columns import named, shortened
from proofstone.assess.labels import FALSE, TRUE, column, texts
from proofstone.core.errors import DataError, InputError
from proofstone.core.i18n import message
from proofstone.core.project.known import Kind

Task = Literal["auto", "decision", "classes", "labels", "number", "ranking"]

_FEW = 20


@dataclass(frozen=True)
class Found:
    """The kind of task, why it was taken for that (a message), and the columns.

    `labels` and `scores` map short names to columns: one each, or one a label or class.
    """

    kind: Kind
    why: str
    labels: Mapping[str, str]
    scores: Mapping[str, str]
    query: str | None = None

    @property
    def label(self) -> str:
        """The label's column, or all of them."""
        return ", ".join(self.labels.values())


def find_kind(
    frame: pl.DataFrame,
    *,
    label: str,
    score: str,
    query: str | None = None,
    task: Task = "auto",
    positive: str | None = None,
) -> Found:
    """Find what `label` and `score` name in `frame`, and the kind of task unless `task` says it.

    Raises:
        DataError: a column is absent, or is named twice, or columns do not fit the task.
        InputError: `task` is no kind of task.
    """
    check_task(task)
    if not frame.height:
        raise DataError("the table has no rows", hint="give a file with predictions in it")
    labels, scores = named(frame, label), named(frame, score)
    for name in scores.values():
        if name in labels.values():
            raise DataError(f"column {name} is named both as label and as score", hint="name two")
    if query is not None:
        column(frame, query)
    kind, why = _kind(frame, labels, scores, query, positive)
    if task != "auto":
        kind, why = task, message("it was said")
    _check(kind, labels, scores, query)
    if kind == "labels":
        labels, scores = _paired(labels, scores)
    return Found(kind, why, labels, scores, query)


def check_task(task: str) -> None:
    """Raise unless `task` is a kind of task, or `auto`.

    Raises:
        InputError: it is none.
    """
    if task not in get_args(Task):
        raise InputError(f"{task!r} is no kind of task", hint=f"one of {', '.join(get_args(Task))}")


def _kind(
    frame: pl.DataFrame,
    labels: Mapping[str, str],
    scores: Mapping[str, str],
    query: str | None,
    positive: str | None,
) -> tuple[Kind, str]:
    if query is not None:
        return "ranking", message("a query column is named")
    if len(labels) > 1:
        return "labels", message("there are several label columns")
    if len(scores) > 1:
        return "classes", message("there is a score column for each class")
    (told,), (given,) = ([frame[name] for name in columns.values()] for columns in (labels, scores))
    if positive is not None:
        return "decision", message("a positive label is named")
    truth = texts(told).drop_nulls().unique()
    if len(truth) > 2 and _yes_or_no(truth) and not (_worded(given) or _within(given, truth)):
        return "decision", message("the label says yes or no, and the score is a number")
    if len(truth) > 2 and _numeric(told) and _numeric(given):
        if len(truth) > _FEW or not _within(given, truth):
            return "number", message("label and score are numbers")
        return "classes", message("the scores are labels themselves")
    if len(truth) > 2 or _worded(given):
        return "classes", message("the scores are labels themselves")
    if len(truth) > 1 and not _numeric(given) and _within(given, truth):
        return "classes", message("the scores are labels themselves")
    return "decision", message("the label has two values, and the score is a number")


def _yes_or_no(truth: pl.Series) -> bool:
    """Whether every label is a word for yes or no; more than two of them spell one twice."""
    return bool(truth.str.to_lowercase().is_in([*TRUE, *FALSE]).all())


def _numeric(series: pl.Series) -> bool:
    return series.dtype.is_numeric()


def _worded(series: pl.Series) -> bool:
    """Whether most values are words, which no scores are."""
    told = texts(series).drop_nulls()
    return 2 * told.cast(pl.Float64, strict=False).null_count() > len(told)


def _within(given: pl.Series, truth: pl.Series) -> bool:
    """Whether every value of `given` is a label that occurs."""
    return bool(texts(given).drop_nulls().unique().is_in(truth.implode()).all())


def _check(
    kind: Kind, labels: Mapping[str, str], scores: Mapping[str, str], query: str | None
) -> None:
    """Refuse columns that the kind of task has no use for, or lacks."""
    if kind != "labels" and len(labels) > 1:
        raise DataError(
            f"{len(labels)} label columns are named, but the task is {kind}",
            hint="name one label column, or the task labels",
        )
    if kind in ("decision", "number", "ranking") and len(scores) > 1:
        raise DataError(
            f"{len(scores)} score columns are named, but the task is {kind}",
            hint="name one score column, or the task classes or labels",
        )
    if kind == "ranking" and query is None:
        raise DataError(
            "a ranking needs the query of each row", hint="name the column that holds the query"
        )


def _paired(
    labels: Mapping[str, str], scores: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Label and score columns under the same names in the same order."""
    for first in (dict(labels), shortened(labels)):
        for second in (dict(scores), shortened(scores)):
            if first.keys() == second.keys():
                return first, {name: second[name] for name in first}
    if len(labels) != len(scores):
        raise DataError(
            f"there are {len(labels)} label columns but {len(scores)} score columns",
            hint="give each label a score column of its own",
        )
    return dict(labels), dict(zip(labels, scores.values(), strict=True))
