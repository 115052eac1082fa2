"""Estimators at hand in a notebook: classifiers, regressors, rankers, several labels at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.foreign.columns import read_numbers
from proofstone.assess.foreign.kind import Task
from proofstone.assess.foreign.recorded import people, queries
from proofstone.assess.labels import read_groups, read_labels
from proofstone.assess.predictions import (
    PROBES,
    Assessed,
    Threshold,
    cut_off,
    decision_case,
    decision_threshold,
)
from proofstone.checks.cases import Case, ClassesCase, LabelsCase, NumberCase, RankingCase
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.errors import DataError, InputError
from proofstone.core.project.known import Kind
from proofstone.models.contract import Predict
from proofstone.models.estimator import Estimator
from proofstone.models.rows import Rows

_BACKGROUND = 200


@dataclass(frozen=True, eq=False)
class Truth:
    """The labels at hand: one column, or one a label with their names."""

    columns: tuple[pl.Series, ...]

    @classmethod
    def of(cls, y: Any) -> Truth:
        """Read a list, an array (n,) or (n, labels), a series or a frame."""
        if isinstance(y, pl.DataFrame):
            return cls(tuple(y.get_columns()))
        if hasattr(y, "columns") and hasattr(y, "dtypes"):
            return cls(tuple(pl.Series(str(name), y[name].to_list()) for name in y.columns))
        name = str(getattr(y, "name", None) or "y")
        plain = y.toarray() if hasattr(y, "toarray") else y
        if isinstance(plain, np.ndarray) and plain.ndim == 2 and plain.shape[1] > 1:
            return cls(tuple(pl.Series(f"{name}{at}", one) for at, one in enumerate(plain.T)))
        values = plain.to_list() if hasattr(plain, "to_list") else np.ravel(plain).tolist()
        return cls((pl.Series(name, values, strict=False),))

    @property
    def name(self) -> str:
        """The name of the label, or all names."""
        return ", ".join(one.name for one in self.columns)


def estimator_kind(
    estimator: Any, y: Any, *, task: Task = "auto", query: Any = None, positive: Any = None
) -> Kind:
    """Return what kind of task an estimator does, by what it answers and by its labels.

    Several label columns: labels. A query of each row: ranking. Without `predict_proba` and
    `classes_`: a number. Two classes with probabilities: decisions; else classes.
    """
    if task != "auto":
        return task
    if query is not None:
        return "ranking"
    if len(Truth.of(y).columns) > 1:
        return "labels"
    known = getattr(estimator, "classes_", None)
    if not callable(getattr(estimator, "predict_proba", None)):
        predicts = callable(getattr(estimator, "predict", None))
        return "classes" if known is not None else "number" if predicts else "decision"
    return "classes" if known is not None and len(known) > 2 and positive is None else "decision"


def assess_estimator(
    estimator: Any,
    X: Any,  # noqa: N803  the field's name for the inputs
    y: Any,
    *,
    protected: Sequence[str] | Mapping[str, Any] = (),
    threshold: Threshold = None,
    positive: Any = None,
    task: Task = "auto",
    query: Any = None,
    level: float = 0.95,
    levels: Mapping[tuple[str, str], float] | None = None,
    probes: Sequence[Probe] = PROBES,
    seed: int = 0,
) -> Assessed:
    """Assess a fitted estimator on rows that it has not seen.

    `X` is a polars or pandas frame or a matrix, shape (n, d), as the estimator takes it; `y`
    holds its labels, shape (n,), or (n, labels). `protected` names columns of `X`, or maps names
    to arrays (n,). `query`, shape (n,), says which rows are ranked together. Attributions of
    decisions compare with at most 200 of these rows, as the training rows are not at hand.

    Raises:
        DataError: lengths differ, a column is absent, or the labels have one class.
        InputError: the estimator has neither `predict_proba` nor `predict`, or not of this task.
    """
    kind = estimator_kind(estimator, y, task=task, query=query, positive=positive)
    truth = Truth.of(y)
    model = _model(estimator, X, truth, kind, positive)
    rows = Rows.of(model.frame)
    if not len(rows):
        raise DataError("X has no rows", hint="give rows that the estimator has not seen")
    for one in truth.columns:
        if len(one) != len(rows):
            raise DataError(
                f"X has {len(rows)} rows but y has {len(one)} labels",
                hint="give one a row",
            )
    groups = _people(protected, model.frame)
    shared = {"rows": rows, "protected": groups, "level": level, "levels": levels or {}}
    cut: float | None = None
    case: Case
    if kind == "decision":
        case, cut = _decision(model, rows, truth, threshold, shared)
    elif kind == "labels":
        cut = cut_off(threshold)
        case = _labels(truth, cut, shared)
    else:
        case = _other(kind, model, truth, query, shared)
    findings = Oracle(model).run(list(probes), case, seed=seed)
    positive = model.signature.positive or ""
    return Assessed(case, cut, positive, findings, kind, truth.name, tuple(groups))


def _model(estimator: Any, sample: Any, truth: Truth, kind: Kind, positive: Any) -> Estimator:
    """The estimator, asked for what the kind of task needs."""
    if kind in ("number", "ranking"):
        return Estimator(estimator, sample, asked="number")
    if kind == "labels":
        names = [one.name for one in truth.columns]
        return Estimator(estimator, sample, classes=names, asked="labels")
    if callable(getattr(estimator, "predict_proba", None)) or kind == "decision":
        return Estimator(estimator, sample, positive=positive)
    return Estimator(estimator, sample, asked="decisions")


def _decision(
    model: Estimator, rows: Rows, truth: Truth, threshold: Threshold, shared: Mapping[str, Any]
) -> tuple[Case, float]:
    classes = model.signature.classes
    if len(classes) != 2:
        raise InputError(
            f"the estimator has {len(classes)} classes, decisions are between two",
            hint="leave out the task, or say classes",
        )
    target = read_labels(_known(truth.columns[0], classes), model.signature.positive).target
    at = classes.index(str(model.signature.positive))
    cut = decision_threshold(threshold, model.answer(Predict(), rows)[:, at], target)
    named = {name: shared[name] for name in ("protected", "level", "levels")}
    case = decision_case(rows, target, cut, **named)
    kept = np.linspace(0, len(rows) - 1, min(_BACKGROUND, len(rows))).astype(np.int64)
    return replace(case, positive=at, model=model, background=rows.take(kept)), cut


def _labels(truth: Truth, cut: float, shared: Mapping[str, Any]) -> LabelsCase:
    columns = []
    for one in truth.columns:
        values = read_numbers(one, "0 or 1 for each label")
        odd = (values != 0) & (values != 1)
        if odd.any():
            row = int(odd.argmax())
            raise DataError(f"{one.name}, row {row}: {one[row]!r} is neither 0 nor 1")
        columns.append(values == 1)
    labels = tuple(one.name for one in truth.columns)
    threshold = np.full(len(labels), cut)
    return LabelsCase(
        target=np.stack(columns, axis=1), labels=labels, threshold=threshold, **shared
    )


def _other(
    kind: Kind, model: Estimator, truth: Truth, query: Any, shared: Mapping[str, Any]
) -> Case:
    """The case of classes, a number or a ranking."""
    (label,) = truth.columns
    if kind == "classes":
        classes = model.signature.classes
        place = {name: at for at, name in enumerate(classes)}
        target = np.array([place[one] for one in _known(label, classes).to_list()], dtype=np.int64)
        return ClassesCase(target=target, classes=classes, model=model, **shared)
    target = read_numbers(label, "the true number")
    if kind == "number":
        return NumberCase(target=target, model=model, **shared)
    if query is None:
        raise DataError("a ranking needs the query of each row", hint="give query=, one a row")
    if (target < 0).any():
        raise DataError(f"{label.name}: a relevance is below 0", hint="0 says: not relevant")
    asked = pl.Series("query", list(query), strict=False)
    if len(asked) != len(target):
        raise DataError(f"X has {len(target)} rows but query has {len(asked)}", hint="one a row")
    return RankingCase(target=target, query=queries(asked), model=model, **shared)


def _known(series: pl.Series, classes: tuple[str, ...]) -> pl.Series:
    """The labels as texts, all of them classes of the estimator."""
    labels = [str(value) for value in series.to_list()]
    strange = sorted(set(labels) - set(classes))
    if strange:
        raise DataError(
            f"{series.name} holds {strange[0]!r}, which the estimator does not know",
            hint=f"its classes are {', '.join(classes)}",
        )
    return pl.Series(series.name, labels)


def _people(
    protected: Sequence[str] | Mapping[str, Any], frame: pl.DataFrame
) -> dict[str, np.ndarray]:
    if not isinstance(protected, Mapping):
        return people(frame, protected)
    found = {}
    for name, values in protected.items():
        series = pl.Series(name, list(values), strict=False)
        if len(series) != frame.height:
            raise DataError(
                f"protected {name}: X has {frame.height} rows but it has {len(series)}",
                hint="give one value a row",
            )
        found[name] = read_groups(series)
    return found
