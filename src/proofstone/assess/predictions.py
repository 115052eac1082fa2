"""Assessments without a project: recorded predictions of any kind of task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from proofstone.assess.foreign.kind import Found, Task, find_kind
from proofstone.assess.foreign.recorded import (
    About,
    features,
    inputs,
    kept_rows,
    people,
    recorded_case,
)
from proofstone.assess.foreign.replayed import replayed
from proofstone.assess.labels import column, read_labels, read_scores
from proofstone.assess.probes.calibration import calibration
from proofstone.assess.probes.consistency import consistency
from proofstone.assess.probes.decision_rates import decision_rates
from proofstone.assess.probes.discrimination import discrimination
from proofstone.assess.probes.group_fairness import group_fairness
from proofstone.assess.probes.probability import probability
from proofstone.assess.probes.shapley import shapley
from proofstone.assess.probes.weak_slices import weak_slices
from proofstone.assess.usable import Sieve
from proofstone.checks.cases import Case, DecisionCase
from proofstone.checks.oracle import Oracle, unmeasured
from proofstone.checks.probe import Probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.core.project.known import Kind
from proofstone.measures.arrays import evenly
from proofstone.models.contract import Signature
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
"""What an assessment of decisions runs unless told otherwise."""

_BACKGROUND = 200

Threshold = float | Literal["base_rate"] | None


@dataclass(frozen=True, eq=False)
class Assessed:
    """The findings, the case that they are about, and the kind of its task.

    `threshold` is None and `positive` empty where the task knows no such thing; `label` names the
    label's column, or all of them.
    """

    case: Case
    threshold: float | None
    positive: str
    findings: list[Finding]
    kind: Kind = "decision"
    label: str = ""
    protected: tuple[str, ...] = ()


def assess_predictions(
    frame: pl.DataFrame,
    *,
    label: str,
    score: str,
    query: str | None = None,
    task: Task = "auto",
    protected: Sequence[str] = (),
    threshold: Threshold = None,
    positive: str | None = None,
    level: float = 0.95,
    levels: Mapping[tuple[str, str], float] | None = None,
    probes: Sequence[Probe] = PROBES,
    seed: int = 0,
) -> Assessed:
    """Assess recorded predictions: what `label` and `score` name says the kind of task.

    Decisions: `score` is the probability of the positive class; what reaches `threshold` is decided
    positive: 0.5 unless given; `base_rate` decides as many rows positive as are positive.
    Classes: a score column for each (`p_*`, or a list), or one that holds the decided class.
    Labels: columns of 0 and 1, and as many scores. Numbers: label and estimate. Rankings: `label`
    is the relevance, `query` says what is ranked together. Columns other than these are what weak
    slices are sought in. Probes that need answers about changed rows are not applicable.

    Rows without a label are left out, and a finding says how many. So are rows whose label or score
    cannot be used; what is measured on the others is then inconclusive.

    Raises:
        DataError: a column is absent, no row can be used, or the label has one class.
        InputError: the threshold is not between 0 and 1, `task` is none, or threshold, positive
            or query is given where the task knows no such thing.
    """
    found = find_kind(
        frame, label=label, score=score, query=query, task=task, positive=positive
    )  # fmt: skip
    refuse_unread(found.kind, threshold=threshold, positive=positive, query=query)
    groups, sieve = people(frame, protected), Sieve(frame.height)
    case: Case
    cut: float | None
    if found.kind == "decision":
        about = About(groups, level=level, levels=levels or {})
        case, model, cut, named = _decision(frame, found, about, threshold, positive, sieve)
    else:
        cut, named = cut_off(threshold) if found.kind == "labels" else None, ""
        about = About(groups, 0.5 if cut is None else cut, level, levels or {})
        case, model = recorded_case(frame, found, about, sieve)
    fitting = [probe for probe in probes if probe.rows(case) <= len(case)]
    findings = Oracle(model).run([replayed(one, model) for one in fitting], case, seed=seed)
    no = message("recorded predictions hold no answer about changed rows")
    beyond = [one for probe in probes if probe not in fitting for one in unmeasured(probe, no)]
    told = sieve.told(findings + beyond)
    return Assessed(case, cut, named, told, found.kind, found.label, tuple(groups))


def _decision(
    frame: pl.DataFrame,
    found: Found,
    about: About,
    threshold: Threshold,
    positive: str | None,
    sieve: Sieve,
) -> tuple[DecisionCase, Recorded, float, str]:
    (label,), (score,) = found.labels.values(), found.scores.values()
    labels = read_labels(column(frame, label), positive, sieve.refuse)
    scores = sieve.kept(read_scores(column(frame, score), sieve.refuse))
    target = sieve.kept(labels.target)
    rows = kept_rows(inputs(frame.drop(label, score)), sieve)
    groups = {name: sieve.kept(one) for name, one in about.protected.items()}
    classes = (labels.negative, labels.positive)
    signature = Signature(features(rows.frame), "probabilities", classes, labels.positive)
    model = Recorded(rows, scores, signature)
    cut = decision_threshold(threshold, scores, target)
    case = decision_case(rows, target, cut, groups, about.level, about.levels)
    return case, model, cut, labels.positive


def decision_case(
    rows: Rows,
    target: np.ndarray,
    threshold: float,
    protected: Mapping[str, np.ndarray],
    level: float,
    levels: Mapping[tuple[str, str], float],
) -> DecisionCase:
    """Return the case of decisions at one threshold."""
    return DecisionCase(
        rows=rows,
        target=target,
        threshold=np.full(len(rows), threshold),
        protected=protected,
        level=level,
        levels=levels,
    )


def refuse_unread(
    kind: Kind, *, threshold: object = None, positive: object = None, query: object = None
) -> None:
    """Refuse what was given and would not be read by an assessment of this kind of task.

    Raises:
        InputError: names what was given.
    """
    for name, given, kinds in (
        ("threshold", threshold, ("decision", "labels")),
        ("positive", positive, ("decision",)),
        ("query", query, ("ranking",)),
    ):
        if given is not None and kind not in kinds:
            raise InputError(
                f"{name} is given, but the task is {kind}",
                hint=f"leave {name} out; it is for the task {' or '.join(kinds)}",
            )


def compared(rows: Rows) -> Rows:
    """At most 200 of the rows, evenly spread, for attributions to compare with."""
    return rows.take(evenly(len(rows), _BACKGROUND))


def decision_threshold(threshold: Threshold, score: np.ndarray, target: np.ndarray) -> float:
    """Return the score from which on a row is decided positive.

    Raises:
        InputError: it is not between 0 and 1.
    """
    if threshold == "base_rate":
        return float(np.sort(score)[len(score) - int(target.sum())])
    return cut_off(threshold)


def cut_off(threshold: Threshold) -> float:
    """Return a threshold between 0 and 1, 0.5 unless given.

    Raises:
        InputError: it is not between 0 and 1.
    """
    if threshold is None:
        return 0.5
    if isinstance(threshold, str) or not 0 < threshold < 1:
        raise InputError(
            f"the threshold {threshold} is not between 0 and 1",
            hint="give a probability such as 0.5, or base_rate for decisions",
        )
    return float(threshold)
