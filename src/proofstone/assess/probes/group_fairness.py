"""How decisions and errors differ between groups of people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.equity.people import MOST_GROUPS, nobody, subjects, too_many
from proofstone.assess.measured import decisions, measured
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.groups import (
    RATES,
    GroupCounts,
    Groups,
    count_groups,
    difference,
    equalized_odds_difference,
    rate,
    ratio,
)
from proofstone.measures.intervals import wilson
from proofstone.measures.spread import (
    difference_interval,
    equalized_odds_interval,
    ratio_interval,
)
from proofstone.models.contract import Predict

METRICS = (
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "false_negative_rate",
    "precision",
    "accuracy",
)
"""`precision` by group is what is called predictive parity (Chouldechova 2017)."""

_DECLARED = (
    *(f"{metric}_{kind}" for metric in METRICS for kind in ("difference", "ratio")),
    "equalized_odds_difference",
)
_ABSENT = message("no group has rows that count towards it")
POSTERIOR = message("Jeffreys posteriors, corrected for looking for the extremes")
_BOTH = message("Jeffreys posteriors, corrected for looking for the extremes, both rates at once")


@probe(
    needs=Predict,
    rows=len,
    family="fairness",
    metrics=_DECLARED,
)
def group_fairness(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Rates of each group, and their differences and ratios, by protected column.

    The last subject crosses all protected columns. Groups without rows that count towards a rate
    are left out of its differences; a group of few rows has a wide interval.
    """
    decided = decisions(case, (yield Ask(case.rows, Predict())))
    findings = []
    for subject, groups in subjects(case, crossed=True).items():
        if len(groups.labels) > MOST_GROUPS:
            size = len(groups.labels)
            findings += [too_many(case, "group_fairness", one, subject, size) for one in _DECLARED]
        else:
            findings += _subject(case, subject, groups, decided)
    return findings or [nobody(case, "group_fairness", one) for one in _DECLARED]


def _subject(
    case: DecisionCase, subject: str, groups: Groups, decided: np.ndarray
) -> list[Finding]:
    counts = count_groups(case.target, decided, groups)
    each, spread = [], []
    for metric in METRICS:
        found = _groups(case, subject, metric, counts)
        each += found
        spread += _spread(case, subject, metric, counts, table(found))
    spread.append(
        measured(
            case,
            "group_fairness",
            "equalized_odds_difference",
            equalized_odds_difference(counts),
            partial(equalized_odds_interval, counts),
            subject=subject,
            n=len(case),
            method=_BOTH,
            absent=_ABSENT,
        )
    )
    return each + spread


def _groups(case: DecisionCase, subject: str, metric: str, counts: GroupCounts) -> list[Finding]:
    successes, trials = RATES[metric](counts)
    values = rate(successes, trials)
    return [
        measured(
            case,
            "group_fairness",
            metric,
            values[i],
            partial(wilson, float(successes[i]), float(trials[i])),
            subject=f"{subject}={label}",
            n=int(trials[i]),
            method=message("Wilson"),
            absent=message("no row of the group counts towards it"),
        )
        for i, label in enumerate(counts.labels)
    ]


def _spread(
    case: DecisionCase,
    subject: str,
    metric: str,
    counts: GroupCounts,
    details: Mapping[str, Any],
) -> list[Finding]:
    successes, trials = RATES[metric](counts)
    values = rate(successes, trials)
    kinds = {"difference": (difference, difference_interval), "ratio": (ratio, ratio_interval)}
    return [
        measured(
            case,
            "group_fairness",
            f"{metric}_{kind}",
            value_of(values),
            partial(interval, successes, trials),
            subject=subject,
            n=int(trials.sum()),
            method=POSTERIOR,
            absent=_ABSENT,
            details=details,
        )
        for kind, (value_of, interval) in kinds.items()
    ]


def table(findings: list[Finding]) -> dict[str, Any]:
    """The group table that goes with a difference: each group's value, interval and rows."""
    return {
        "groups": [
            {
                "group": one.subject.partition("=")[2],
                "value": one.value,
                "low": one.low,
                "high": one.high,
                "n": one.n,
            }
            for one in findings
        ]
    }
