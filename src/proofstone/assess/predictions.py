"""Assessments without a project: recorded predictions, or an estimator at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import polars as pl

from proofstone.assess.labels import Labels, column, read_groups, read_labels, read_scores
from proofstone.assess.probes.calibration import calibration
from proofstone.assess.probes.consistency import consistency
from proofstone.assess.probes.decision_rates import decision_rates
from proofstone.assess.probes.discrimination import discrimination
from proofstone.assess.probes.group_fairness import group_fairness
from proofstone.assess.probes.probability import probability
from proofstone.assess.probes.shapley import shapley
from proofstone.assess.probes.weak_slices import weak_slices
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import DecisionCase, Probe
from proofstone.core.errors import DataError, InputError
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.models.contract import Feature, Predict, Signature
from proofstone.models.estimator import Estimator
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows

PROBES: tuple[Probe, ...] = (
    discrimination,
    probability,
    calibration,
    decision_rates,
    group_fairness,
    weak_slices,
    consistency,
    shapley,
)
"""What an assessment of a table runs unless told otherwise."""

Threshold = float | Literal["base_rate"] | None

_BACKGROUND = 200


@dataclass(frozen=True, eq=False)
class Assessed:
    """The findings, the case that they are about, its one threshold and its positive class."""

    case: DecisionCase
    threshold: float
    positive: str
    findings: list[Finding]


def assess_predictions(
    frame: pl.DataFrame,
    *,
    label: str,
    score: str,
    protected: Sequence[str] = (),
    threshold: Threshold = None,
    positive: str | None = None,
    level: float = 0.95,
    levels: Mapping[tuple[str, str], float] | None = None,
    probes: Sequence[Probe] = PROBES,
    seed: int = 0,
) -> Assessed:
    """Assess recorded probabilities of the positive class, column `score`, of rows of a table.

    A score that reaches `threshold` is decided positive: 0.5 unless given; `base_rate` decides
    as many rows positive as are positive. Columns other than label and score are what weak
    slices are sought in. Probes that need answers about changed rows are not applicable.

    Raises:
        DataError: a column is absent, a value does not fit, or the label has one class.
        InputError: the threshold is not between 0 and 1.
    """
    if not frame.height:
        raise DataError("the table has no rows", hint="give a file with predictions in it")
    if label == score:
        raise DataError(f"column {label} is named both as label and as score", hint="name two")
    labels = read_labels(column(frame, label), positive)
    scores = read_scores(column(frame, score))
    people = {name: read_groups(column(frame, name)) for name in dict.fromkeys(protected)}
    rows = Rows.of(_inputs(frame.drop(label, score)))
    model = Recorded(rows, scores, _signature(rows.frame, labels))
    cut = _threshold(threshold, scores, labels.target)
    case = _case(rows, labels.target, cut, people, level, levels)
    fitting = [probe for probe in probes if probe.rows(case) <= len(case)]
    findings = Oracle(model).run(fitting, case, seed=seed)
    beyond = [_beyond(probe) for probe in probes if probe not in fitting]
    return Assessed(case, cut, labels.positive, findings + beyond)


def assess_estimator(
    estimator: Any,
    X: Any,  # noqa: N803  the field's name for the inputs
    y: Any,
    *,
    protected: Sequence[str] | Mapping[str, Any] = (),
    threshold: Threshold = None,
    positive: Any = None,
    level: float = 0.95,
    levels: Mapping[tuple[str, str], float] | None = None,
    probes: Sequence[Probe] = PROBES,
    seed: int = 0,
) -> Assessed:
    """Assess a fitted classifier of two classes on rows that it has not seen.

    `X` is a polars or pandas frame or a matrix, shape (n, d), as `predict_proba` takes it; `y`
    holds its labels, shape (n,). `protected` names columns of `X`, or maps names to arrays (n,).
    Attributions compare with at most 200 of these rows, as the training rows are not at hand.

    Raises:
        DataError: lengths differ, a column is absent, or the labels have one class.
        InputError: the estimator is no classifier of two classes with `predict_proba`.
    """
    model = Estimator(estimator, X, positive=positive)
    rows = Rows.of(model.frame)
    if not len(rows):
        raise DataError("X has no rows", hint="give rows that the estimator has not seen")
    target = _target(y, model.signature, len(rows))
    at = model.signature.classes.index(str(model.signature.positive))
    cut = _threshold(threshold, model.answer(Predict(), rows)[:, at], target)
    case = _case(rows, target, cut, _people(protected, model.frame), level, levels)
    kept = np.linspace(0, len(rows) - 1, min(_BACKGROUND, len(rows))).astype(np.int64)
    case = replace(case, positive=at, model=model, background=rows.take(kept))
    findings = Oracle(model).run(list(probes), case, seed=seed)
    return Assessed(case, cut, str(model.signature.positive), findings)


def _case(
    rows: Rows,
    target: np.ndarray,
    threshold: float,
    protected: Mapping[str, np.ndarray],
    level: float,
    levels: Mapping[tuple[str, str], float] | None,
) -> DecisionCase:
    return DecisionCase(
        rows=rows,
        target=target,
        threshold=np.full(len(rows), threshold),
        protected=protected,
        level=level,
        levels=levels or {},
    )


def _inputs(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that hold single values; where there are none, the number of each row."""
    plain = [name for name, kind in frame.schema.items() if not kind.is_nested()]
    height = frame.height
    return frame.select(plain) if plain else pl.DataFrame({"row": np.arange(height)})


def _signature(frame: pl.DataFrame, labels: Labels) -> Signature:
    inputs = tuple(
        Feature(name, "number" if kind.is_numeric() else "category")
        for name, kind in frame.schema.items()
    )
    classes = (labels.negative, labels.positive)
    return Signature(inputs, "probabilities", classes, labels.positive)


def _threshold(threshold: Threshold, score: np.ndarray, target: np.ndarray) -> float:
    if threshold is None:
        return 0.5
    if threshold == "base_rate":
        return float(np.sort(score)[len(score) - int(target.sum())])
    if not 0 < threshold < 1:
        raise InputError(
            f"the threshold {threshold} is not between 0 and 1",
            hint="give a probability such as 0.5, or base_rate",
        )
    return float(threshold)


def _beyond(probe: Probe) -> Finding:
    return Finding(
        probe=probe.name,
        metric=probe.metrics[0],
        reason=message("recorded predictions hold no answer about changed rows"),
    )


def _target(y: Any, signature: Signature, rows: int) -> np.ndarray:
    """1 where a label is the positive class; labels compare with classes as text."""
    values = y.to_list() if hasattr(y, "to_list") else np.ravel(y).tolist()
    labels = [str(value) for value in values]
    if len(labels) != rows:
        raise DataError(f"X has {rows} rows but y has {len(labels)} labels", hint="give one a row")
    strange = sorted(set(labels) - set(signature.classes))
    if strange:
        raise DataError(
            f"y holds {strange[0]!r}, which the estimator does not know",
            hint=f"its classes are {', '.join(signature.classes)}",
        )
    return read_labels(pl.Series("y", labels), signature.positive).target


def _people(
    protected: Sequence[str] | Mapping[str, Any], frame: pl.DataFrame
) -> dict[str, np.ndarray]:
    if not isinstance(protected, Mapping):
        return {name: read_groups(column(frame, name)) for name in dict.fromkeys(protected)}
    people = {}
    for name, values in protected.items():
        series = pl.Series(name, list(values), strict=False)
        if len(series) != frame.height:
            raise DataError(
                f"protected {name}: X has {frame.height} rows but it has {len(series)}",
                hint="give one value a row",
            )
        people[name] = read_groups(series)
    return people
