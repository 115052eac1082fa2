"""Where unfairness comes in: data, model, algorithm, interaction, evaluation, told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.equity.people import CROSSED, MOST_GROUPS, nobody, subjects, too_many, unable
from proofstone.assess.equity.sources import (
    added_by_decisions,
    moved_by_threshold,
    not_explained,
    told_by_score,
    told_interval,
)
from proofstone.assess.measured import measured, scores, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.groups import Groups, count_groups, difference, intersect, rate
from proofstone.measures.intervals import Interval, wilson
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.measures.spread import difference_interval
from proofstone.models.contract import Predict

PROBE = "bias_sources"
MOST = 30
_SHIFT = 0.05
_ROUNDED = 0.01
_POSTERIOR = message("Jeffreys posteriors, corrected for looking for the extremes")
_ONE_GROUP = message("fewer than two groups have rows that count towards it")

SOURCES = {
    "base_rate_difference": "data",
    "missingness_difference": "data",
    "representation_difference": "data",
    "score_group_auc": "model",
    "added_gap": "algorithm",
    "intersectional_excess": "interaction",
    "threshold_gap_shift": "evaluation",
}
"""Which of the five sources each metric is about."""


@probe(needs=Predict, rows=len, family="fairness", metrics=tuple(SOURCES))
def bias_sources(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """One measurement for each place where unfairness may come in, by protected column.

    Data: largest difference of base rates, of rows with a missing input, and of a group's share
    from a reference (`reference: {column: {group: share}}`). Model: AUC of the group by the score
    among rows of one label. Algorithm: by how much the gap in decisions goes beyond the gap in
    labels. Interaction: largest departure of an intersection from what its columns add up to.
    Evaluation: how far the gap moves as 5 % more or fewer rows are selected (`shift`). Each is 0
    (0.5 for the AUC) where that source adds nothing. The classes of sources follow Suresh and
    Guttag (2021); separation and amplification Hardt et al. (2016) and Zhao et al. (2017).

    Not covered: whether labels are right, and causes. A source that is found says where to look;
    a model that reads the group from its inputs may widen gaps in decisions too, and is then
    found under both.
    """
    score = scores(case, (yield Ask(case.rows, Predict())))
    compared = subjects(case, crossed=False)
    if not compared:
        return [nobody(case, PROBE, metric) for metric in SOURCES]
    findings = []
    small = {}
    missing = _missing(case.rows.frame)
    for name, groups in compared.items():
        if len(groups.labels) > MOST:
            size = len(groups.labels)
            findings += [
                too_many(case, PROBE, metric, name, size, MOST)
                for metric in SOURCES
                if metric != "intersectional_excess"
            ]
            continue
        small[name] = groups
        findings += _data(case, name, groups, missing)
        findings += [
            _model(case, name, groups, score),
            _algorithm(case, name, groups, score, rng),
            _evaluation(case, name, groups, score, rng),
        ]
    return [*findings, _interaction(case, small, score, rng)]


def _finding(
    case: DecisionCase, metric: str, subject: str, value: float, ends: Any, **told: Any
) -> Finding:
    details: Mapping[str, Any] = {"source": SOURCES[metric], **told.pop("details", {})}
    told = {"n": len(case), "method": _POSTERIOR, "absent": _ONE_GROUP, **told}
    return measured(case, PROBE, metric, value, ends, subject=subject, details=details, **told)


def _missing(frame: pl.DataFrame) -> np.ndarray:
    """Whether any input of each row is missing: bool, shape (n,)."""
    if not frame.width:
        return np.zeros(frame.height, dtype=bool)
    gone = (
        pl.col(one).is_null() | (pl.col(one).is_nan() if kind.is_float() else pl.lit(value=False))
        for one, kind in frame.schema.items()
    )
    return frame.select(pl.any_horizontal(gone)).to_series().to_numpy()


def _data(
    case: DecisionCase,
    name: str,
    groups: Groups,
    missing: np.ndarray,
) -> list[Finding]:
    parts = {
        "base_rate_difference": case.target.astype(bool),
        "missingness_difference": missing,
    }
    return [_rates(case, metric, name, groups, one) for metric, one in parts.items()] + [
        _representation(case, name, groups)
    ]


def _rates(
    case: DecisionCase,
    metric: str,
    name: str,
    groups: Groups,
    marked: np.ndarray,
) -> Finding:
    size = len(groups.labels)
    trials = np.bincount(groups.codes, minlength=size)
    found = np.bincount(groups.codes[marked], minlength=size)
    several = int((trials > 0).sum()) > 1
    return _finding(
        case,
        metric,
        name,
        difference(rate(found, trials)) if several else np.nan,
        partial(difference_interval, found, trials),
        details={"groups": _groups(groups, rate(found, trials), trials)},
    )


def _groups(groups: Groups, values: np.ndarray, rows: np.ndarray) -> list[dict[str, Any]]:
    return [
        {"group": label, "value": float(values[i]), "n": int(rows[i])}
        for i, label in enumerate(groups.labels)
        if rows[i] > 0
    ]


def _representation(case: DecisionCase, name: str, groups: Groups) -> Finding:
    metric = "representation_difference"
    reference = _reference(case, name)
    if not reference:
        reason = message("no reference says how large each group is where the model is used")
        return unable(case, PROBE, metric, name, reason)
    rows = dict(
        zip(groups.labels, np.bincount(groups.codes, minlength=len(groups.labels)), strict=True)
    )
    gaps = {group: rows.get(group, 0) / len(case) - share for group, share in reference.items()}
    worst = max(gaps, key=lambda group: abs(gaps[group]))

    def ends(level: float) -> Interval[float]:
        each = bonferroni_level(level, len(gaps))
        found = [wilson(float(rows.get(group, 0)), float(len(case)), each) for group in gaps]
        moved = [
            (end.low - reference[group], end.high - reference[group])
            for group, end in zip(gaps, found, strict=True)
        ]
        low = max(max(down, -up, 0.0) for down, up in moved)
        return Interval(low, max(max(abs(down), abs(up)) for down, up in moved))

    return _finding(
        case,
        metric,
        name,
        abs(gaps[worst]),
        ends,
        method=message("Wilson"),
        details={"group": worst, "reference": reference},
    )


def _reference(case: DecisionCase, name: str) -> dict[str, float]:
    """The share of each group of a column where the model is used; empty where none is told.

    Raises:
        InputError: the shares are no numbers from 0 to 1 that add up to 1.
    """
    told = dict(settings(case, PROBE).get("reference", {})).get(name)
    if not told:
        return {}
    shares = dict(told).values() if isinstance(told, Mapping) else [math.nan]
    known = all(isinstance(one, (int, float)) and 0.0 <= one <= 1.0 for one in shares)
    if not known or abs(sum(shares) - 1.0) > _ROUNDED:
        raise InputError(
            f"assess.settings.{PROBE}.reference.{name}: the shares of groups must be numbers from "
            "0 to 1 that add up to 1",
            hint="give every group its share, such as {f: 0.51, m: 0.49}",
        )
    # YAML reads the groups true and 1 as no texts.
    return {
        str(group).lower() if isinstance(group, bool) else str(group): float(share)
        for group, share in told.items()
    }


def _model(case: DecisionCase, name: str, groups: Groups, score: np.ndarray) -> Finding:
    told = told_by_score(case.target, score, groups)
    worst = max(told, key=lambda one: abs(one.auc - 0.5), default=None)
    return _finding(
        case,
        "score_group_auc",
        name,
        0.5 + abs(worst.auc - 0.5) if worst else np.nan,
        lambda level: told_interval(told, level),
        method=message("DeLong within each label"),
        details={
            "within": [
                {"label": one.label, "group": groups.labels[one.group], "auc": one.auc}
                for one in told
            ]
        },
    )


def _algorithm(
    case: DecisionCase,
    name: str,
    groups: Groups,
    score: np.ndarray,
    rng: np.random.Generator,
) -> Finding:
    counts = count_groups(case.target, score >= case.threshold, groups)
    rows = counts.rows
    value, ends = added_by_decisions(counts, case.level_of("added_gap", name), rng)
    return _finding(
        case,
        "added_gap",
        name,
        value,
        lambda level: ends,
        details={
            "labels": _groups(groups, rate(counts.tp + counts.fn, rows), rows),
            "decisions": _groups(groups, rate(counts.tp + counts.fp, rows), rows),
        },
    )


def _evaluation(
    case: DecisionCase,
    name: str,
    groups: Groups,
    score: np.ndarray,
    rng: np.random.Generator,
) -> Finding:
    share = float(settings(case, PROBE).get("shift", _SHIFT))
    level = case.level_of("threshold_gap_shift", name)
    margin = score - case.threshold
    found = moved_by_threshold(case.target, margin, groups, share, level, rng)
    if found is None:
        reason = message("fewer than two groups have rows of both labels")
        return unable(case, PROBE, "threshold_gap_shift", name, reason)
    rates = dict(zip(("lower", "used", "higher"), found.rates.tolist(), strict=True))
    return _finding(
        case,
        "threshold_gap_shift",
        name,
        found.value,
        lambda level: found.interval,
        details={"shift": share, "groups": [groups.labels[i] for i in found.kept], "rates": rates}
        | {"least_known": _least_known(case, groups, score)},
    )


def _least_known(case: DecisionCase, groups: Groups, score: np.ndarray) -> dict[str, Any]:
    """The group whose error rate is known least, with the interval that its few rows leave."""
    wrong = (score >= case.threshold) != case.target.astype(bool)
    rows = np.bincount(groups.codes, minlength=len(groups.labels))
    at = int(np.argmin(np.where(rows > 0, rows, rows.max() + 1)))
    errors = int(wrong[groups.codes == at].sum())
    low, high = wilson(float(errors), float(rows[at]), case.level)
    return {"group": groups.labels[at], "n": int(rows[at]), "low": low, "high": high}


def _interaction(
    case: DecisionCase, compared: dict[str, Groups], score: np.ndarray, rng: np.random.Generator
) -> Finding:
    metric = "intersectional_excess"
    if len(compared) < 2:
        reason = message("it takes two protected columns to cross")
        return unable(case, PROBE, metric, "all", reason)
    name = CROSSED.join(compared)
    columns = list(compared.values())
    crossed = intersect(columns)
    if len(crossed.labels) > MOST_GROUPS:
        return too_many(case, PROBE, metric, name, len(crossed.labels))
    level = case.level_of(metric, name)
    decided = score >= case.threshold
    found = not_explained(case.target, decided, crossed, columns, level, rng)
    if found is None:
        reason = message("too few intersections have rows of both labels")
        return unable(case, PROBE, metric, name, reason)
    worst = int(np.argmax(np.abs(found.values)))
    rows = np.bincount(crossed.codes, minlength=len(crossed.labels))[found.kept]
    return _finding(
        case,
        metric,
        name,
        float(np.abs(found.values[worst])),
        lambda level: found.interval,
        details={
            "worst": crossed.labels[int(found.kept[worst])],
            "left_out": len(crossed.labels) - len(found.kept),
            "groups": [
                {"group": crossed.labels[int(at)], "value": float(value), "n": int(count)}
                for at, value, count in zip(found.kept, found.values, rows, strict=True)
            ],
        },
    )
