"""Estimators at hand in a notebook: classifiers, regressors, rankers, several labels at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.answerable import run_answerable, without
from proofstone.assess.foreign.columns import (
    labelled,
    read_classes,
    read_flags,
    read_numbers,
    read_relevance,
    read_target,
)
from proofstone.assess.foreign.kind import Task, check_task
from proofstone.assess.foreign.recorded import people, queries
from proofstone.assess.labels import read_groups
from proofstone.assess.predictions import (
    PROBES,
    Assessed,
    Threshold,
    compared,
    cut_off,
    decision_case,
    decision_threshold,
    refuse_unread,
)
from proofstone.assess.usable import Refuse, Sieve
from proofstone.checks.answers import broken, fault
from proofstone.checks.cases import Case, ClassesCase, LabelsCase, NumberCase, RankingCase
from proofstone.checks.memory import never
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.errors import DataError, InputError
from proofstone.core.project.known import Kind
from proofstone.models.contract import Predict
from proofstone.models.estimator import Estimator
from proofstone.models.rows import Rows


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

    def kept(self, known: np.ndarray) -> Truth:
        """The labels of the rows where `known`, bool (n,), is true."""
        return Truth(tuple(one.filter(pl.Series(known)) for one in self.columns))

    @property
    def name(self) -> str:
        """The name of the label, or all names."""
        return ", ".join(one.name for one in self.columns)


def estimator_kind(
    estimator: Any, y: Any, *, task: Task = "auto", query: Any = None, positive: Any = None
) -> Kind:
    """Return what kind of task an estimator does, by what it answers and by its labels.

    Several label columns: labels. A query of each row: ranking. Without `predict_proba` and
    `classes_`: a number. Two classes: decisions; else classes.

    Raises:
        InputError: `task` is no kind of task.
    """
    check_task(task)
    if task != "auto":
        return task
    if query is not None:
        return "ranking"
    if len(Truth.of(y).columns) > 1:
        return "labels"
    known = getattr(estimator, "classes_", None)
    if known is None and not callable(getattr(estimator, "predict_proba", None)):
        return "number" if callable(getattr(estimator, "predict", None)) else "decision"
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
    cancelled: Callable[[], bool] = never,
) -> Assessed:
    """Assess a fitted estimator on rows that it has not seen.

    `X` is a polars or pandas frame or a matrix, shape (n, d), as the estimator takes it; `y`
    holds its labels, shape (n,), or (n, labels). `protected` names columns of `X`, or maps names
    to arrays (n,). `query`, shape (n,), says which rows are ranked together. Attributions of
    decisions compare with at most 200 of these rows, as the training rows are not at hand. Rows
    without a label are left out, and a finding says how many; so are rows whose label or answer
    cannot be used: what is measured on the others is then inconclusive.

    Raises:
        DataError: lengths differ, a column is absent, no row has a label, or all of one class.
        InputError: the estimator has neither `predict_proba` nor `predict`, or not of this task;
            or threshold, positive or query is given where the task knows no such thing.
    """
    kind = estimator_kind(estimator, y, task=task, query=query, positive=positive)
    refuse_unread(kind, threshold=threshold, positive=positive, query=query)
    truth = Truth.of(y)
    model = _model(estimator, X, truth, kind, positive)
    asked = None if query is None else pl.Series("query", list(query), strict=False)
    _as_many(model.frame.height, truth, asked)
    known, sieve = labelled(truth.columns), Sieve(model.frame.height)
    sieve.lacking(np.flatnonzero(~known), [one.name for one in truth.columns])
    rows, truth = Rows.of(model.frame).take(known), truth.kept(known)
    groups = {name: group[known] for name, group in _people(protected, model.frame).items()}
    shared = {"rows": rows, "protected": groups, "level": level, "levels": levels or {}}
    cut: float | None = None
    case: Case
    if kind == "decision":
        case, cut = _decision(model, truth, threshold, shared, sieve)
    elif kind == "labels":
        cut = cut_off(threshold)
        case = _labels(truth, cut, shared, sieve.refuse)
    else:
        chosen = None if asked is None else asked.filter(pl.Series(known))
        case = _other(kind, model, truth, chosen, shared, sieve.refuse)
    if not sieve.usable[known].all():
        case = without(case, ~sieve.usable[known])
    findings = run_answerable(Oracle(model, cancelled=cancelled), probes, case, seed=seed)
    findings = sieve.told(findings)
    positive = model.signature.positive or ""
    return Assessed(case, cut, positive, findings, kind, truth.name, tuple(groups))


def _as_many(height: int, truth: Truth, query: pl.Series | None) -> None:
    """Refuse other numbers of labels or queries than of rows, and no rows at all."""
    if not height:
        raise DataError("X has no rows", hint="give rows that the estimator has not seen")
    for one in truth.columns:
        if len(one) != height:
            raise DataError(
                f"X has {height} rows but y has {len(one)} labels", hint="give one a row"
            )
    if query is not None and len(query) != height:
        raise DataError(f"X has {height} rows but query has {len(query)}", hint="one a row")


def _model(estimator: Any, sample: Any, truth: Truth, kind: Kind, positive: Any) -> Estimator:
    """The estimator, asked for what the kind of task needs."""
    if kind in ("number", "ranking"):
        return Estimator(estimator, sample, asked="number")
    if kind == "labels":
        names = [one.name for one in truth.columns]
        return Estimator(estimator, sample, classes=names, asked="labels")
    known = getattr(estimator, "classes_", None)
    decided = known is not None or kind == "classes"
    if callable(getattr(estimator, "predict_proba", None)) or not decided:
        return Estimator(estimator, sample, positive=positive)
    if kind == "decision" and positive is None and known is not None:
        positive = known[-1]
    return Estimator(estimator, sample, positive=positive, asked="decisions")


def _decision(
    model: Estimator, truth: Truth, threshold: Threshold, shared: Mapping[str, Any], sieve: Sieve
) -> tuple[Case, float]:
    rows, classes = shared["rows"], model.signature.classes
    if len(classes) != 2:
        raise InputError(
            f"the estimator has {len(classes)} classes, decisions are between two",
            hint="leave out the task, or say classes",
        )
    target = read_target(truth.columns[0], model.signature, rows.origin, sieve)
    at, usable = classes.index(str(model.signature.positive)), sieve.usable[rows.origin]
    if threshold == "base_rate":
        cut = _base_rate(model, rows.take(usable), target[usable], at)
    else:
        cut = cut_off(threshold)
    named = {name: shared[name] for name in ("protected", "level", "levels")}
    case = decision_case(rows, target, cut, **named)
    return replace(case, positive=at, model=model, background=compared(rows)), cut


def _base_rate(model: Estimator, rows: Rows, target: np.ndarray, at: int) -> float:
    """The score that as many rows reach as are positive, of those with a usable answer."""
    answers = model.answer(Predict(), rows)
    usable = ~broken(Predict(), model.signature, answers)
    wrong = fault(Predict(), model.signature, answers, rows)
    if wrong is not None and not usable.any():
        raise wrong
    return decision_threshold("base_rate", answers[usable, at], target[usable])


def _labels(truth: Truth, cut: float, shared: Mapping[str, Any], refuse: Refuse) -> LabelsCase:
    labels = tuple(one.name for one in truth.columns)
    target = read_flags(truth.columns, shared["rows"].origin, refuse)
    threshold = np.full(len(labels), cut)
    return LabelsCase(target=target, labels=labels, threshold=threshold, **shared)


def _other(
    kind: Kind,
    model: Estimator,
    truth: Truth,
    query: pl.Series | None,
    shared: Mapping[str, Any],
    refuse: Refuse,
) -> Case:
    """The case of classes, a number or a ranking."""
    (label,) = truth.columns
    origin = shared["rows"].origin
    if kind == "classes":
        classes = model.signature.classes
        place = {name: at for at, name in enumerate(classes)}
        told = read_classes(label, classes, origin, refuse)
        target = told.replace_strict(place, default=0, return_dtype=pl.Int64).to_numpy()
        return ClassesCase(target=target, classes=classes, model=model, **shared)
    if kind == "number":
        target = read_numbers(label, "the true number", origin, refuse)
        return NumberCase(target=target, model=model, **shared)
    if query is None:
        raise DataError("a ranking needs the query of each row", hint="give query=, one a row")
    target = read_relevance(label, origin, refuse)
    asked = queries(query, origin, refuse)
    return RankingCase(target=target, query=asked, model=model, **shared)


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
