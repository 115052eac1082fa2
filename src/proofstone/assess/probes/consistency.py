"""Whether decisions hold when inputs change a little, and for whom they do not."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import polars as pl

from proofstone.assess.equity.people import MOST_GROUPS, too_many
from proofstone.assess.labels import grouped
from proofstone.assess.measured import decisions, measured, settings
from proofstone.assess.probes.group_fairness import table
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.groups import difference, rate
from proofstone.measures.intervals import wilson
from proofstone.measures.spread import difference_interval
from proofstone.models.contract import Predict
from proofstone.models.rows import Rows

_DRAWS = 8
_SHARE = 0.05


@probe(
    needs=Predict,
    rows=lambda case: (1 + int(settings(case, "consistency").get("draws", _DRAWS))) * len(case),
    family="robustness",
    metrics=("decision_flip_rate", "decision_flip_rate_difference"),
)
def consistency(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Share of rows whose decision any small change flips, and how it differs between groups.

    A change moves every number at once, up or down by 5 % (`share`) of the column's interquartile
    range, within the column's range; 8 changes (`draws`) are tried. Whole numbers move to the
    nearest whole number, so some stay; categories and missing values stay.

    Not covered: changes sought to flip a decision. This bounds chance, not an adversary.
    """
    chosen = settings(case, "consistency")
    draws, share = int(chosen.get("draws", _DRAWS)), float(chosen.get("share", _SHARE))
    steps = _steps(case.rows.frame, share)
    if not steps:
        return [_absent(case)]
    changed = tuple(Ask(_moved(case.rows, steps, rng), Predict(), keep=False) for _ in range(draws))
    first, *others = yield (Ask(case.rows, Predict()), *changed)
    before = decisions(case, first)
    flipped = np.zeros(len(case), dtype=bool)
    for answers in others:
        flipped |= decisions(case, answers) != before
    details = {"draws": draws, "share": share, "columns": sorted(steps)}
    findings = [
        measured(
            case,
            "consistency",
            "decision_flip_rate",
            float(flipped.mean()),
            partial(wilson, float(flipped.sum()), float(len(case))),
            n=len(case),
            method=message("Wilson"),
            details=details,
        )
    ]
    for subject, values in case.protected.items():
        findings += _by_group(case, subject, values, flipped)
    return findings


def _absent(case: DecisionCase) -> Finding:
    reason = message("no input is a number that varies")
    return Finding(
        probe="consistency", metric="decision_flip_rate", reason=reason, evidence=case.evidence
    )


def _steps(frame: pl.DataFrame, share: float) -> dict[str, float]:
    """How far each numeric column is moved; columns whose middle half is one value are left."""
    steps = {}
    for name in frame.columns:
        if not frame.schema[name].is_numeric():
            continue
        values = frame[name].cast(pl.Float64).fill_nan(None).drop_nulls()
        if values.len():
            step = share * float(np.subtract(*np.quantile(values.to_numpy(), [0.75, 0.25])))
            if step > 0 and math.isfinite(step):
                steps[name] = step
    return steps


def _moved(rows: Rows, steps: dict[str, float], rng: np.random.Generator) -> Rows:
    for name, step in steps.items():
        column = rows.frame[name]
        known = column.cast(pl.Float64)
        signs = rng.integers(0, 2, len(rows)) * 2 - 1
        least, most = known.fill_nan(None).drop_nulls().sort()[[0, -1]]
        moved = (known + pl.Series(signs * step)).clip(least, most)
        if column.dtype.is_integer():
            moved = moved.round()
        rows = rows.replaced(name, moved)
    return rows


def _by_group(
    case: DecisionCase,
    subject: str,
    values: np.ndarray,
    flipped: np.ndarray,
) -> list[Finding]:
    groups = grouped(values)
    size = len(groups.labels)
    if size > MOST_GROUPS:
        return [too_many(case, "consistency", "decision_flip_rate_difference", subject, size)]
    trials = np.bincount(groups.codes, minlength=size)
    flips = np.bincount(groups.codes[flipped], minlength=size)
    rates = rate(flips, trials)
    each = [
        measured(
            case,
            "consistency",
            "decision_flip_rate",
            rates[i],
            partial(wilson, float(flips[i]), float(trials[i])),
            subject=f"{subject}={label}",
            n=int(trials[i]),
            method=message("Wilson"),
        )
        for i, label in enumerate(groups.labels)
    ]
    spread = measured(
        case,
        "consistency",
        "decision_flip_rate_difference",
        difference(rates),
        partial(difference_interval, flips, trials),
        subject=subject,
        n=len(case),
        method=message("Jeffreys posteriors, corrected for looking for the extremes"),
        details=table(each),
    )
    return [*each, spread]
