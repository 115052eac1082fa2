"""Whether a probability means the same for every group of people."""

from __future__ import annotations

from functools import partial

import numpy as np

from proofstone.assess.equity.people import MOST_GROUPS, nobody, subjects, too_many
from proofstone.assess.measured import measured, scores, settings
from proofstone.assess.probes.group_fairness import table
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.group_calibration import (
    corrected_calibration_error,
    corrected_calibration_interval,
    error_difference_interval,
    mean_gap_difference,
    mean_gap_difference_interval,
    mean_gap_interval,
    mean_gaps,
    pair_level,
)
from proofstone.measures.groups import Groups
from proofstone.measures.intervals import Interval
from proofstone.models.contract import Predict

PROBE = "group_calibration"
METRICS = (
    "calibration_gap",
    "calibration_gap_difference",
    "group_calibration_error",
    "group_calibration_error_difference",
)
FEWEST = 10
"""A group with fewer rows of either label has no calibration error: its bins would be empty."""


@probe(
    needs=Predict,
    rows=len,
    family="fairness",
    metrics=METRICS,
)
def group_calibration(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Mean probability against observed rate of each group, and its calibration error over bins.

    Calibration within groups (Kleinberg, Mullainathan, Raghavan 2017): of the people of a group
    who get the score s, the share s is positive. The error is taken over ten bins of equal mass
    (`bins`) within the group and corrected for chance, which makes small groups look bad.

    Not covered: calibration of parts of a group that no bin separates (multicalibration).
    """
    score = scores(case, (yield Ask(case.rows, Predict())))
    bins = int(settings(case, PROBE).get("bins", 10))
    findings = []
    for subject, groups in subjects(case, crossed=True).items():
        if len(groups.labels) > MOST_GROUPS:
            size = len(groups.labels)
            findings += [too_many(case, PROBE, metric, subject, size) for metric in METRICS]
            continue
        findings += _gaps(case, subject, groups, score, rng)
        findings += _errors(case, subject, groups, score, bins, rng)
    return findings or [nobody(case, PROBE, metric) for metric in METRICS]


def _gaps(
    case: DecisionCase, subject: str, groups: Groups, score: np.ndarray, rng: np.random.Generator
) -> list[Finding]:
    size = len(groups.labels)
    values, errors, rows = mean_gaps(case.target, score, groups.codes, size)
    predicted = np.bincount(groups.codes, score, minlength=size) / np.maximum(rows, 1)
    each = [
        measured(
            case,
            PROBE,
            "calibration_gap",
            values[i],
            partial(mean_gap_interval, values[i], errors[i], int(rows[i])),
            subject=f"{subject}={label}",
            n=int(rows[i]),
            method=message("t interval of the mean"),
            details={"predicted": predicted[i], "observed": predicted[i] - values[i]},
        )
        for i, label in enumerate(groups.labels)
    ]
    spread = measured(
        case,
        PROBE,
        "calibration_gap_difference",
        mean_gap_difference(values, rows),
        lambda level: mean_gap_difference_interval(values, errors, rows, level, rng),
        subject=subject,
        n=len(case),
        method=message("normal draws of each group's mean"),
        absent=message("fewer than two groups have rows that count towards it"),
        details=table(each),
    )
    return [*each, spread]


def _errors(
    case: DecisionCase,
    subject: str,
    groups: Groups,
    score: np.ndarray,
    bins: int,
    rng: np.random.Generator,
) -> list[Finding]:
    size = len(groups.labels)
    positive = np.bincount(groups.codes, case.target, minlength=size)
    rows = np.bincount(groups.codes, minlength=size)
    enough = np.minimum(positive, rows - positive) >= FEWEST
    parts = {
        i: (case.target[groups.codes == i], score[groups.codes == i])
        for i in np.flatnonzero(enough).tolist()
    }
    values = {i: corrected_calibration_error(y, s, bins) for i, (y, s) in parts.items()}
    each = []
    for i, label in enumerate(groups.labels):
        known = parts.get(i, (np.zeros(0), np.zeros(0)))
        each.append(
            measured(
                case,
                PROBE,
                "group_calibration_error",
                values.get(i, np.nan),
                partial(_ends, known, bins, rng),
                subject=f"{subject}={label}",
                n=int(rows[i]),
                method=message("normal draws of each bin's gap"),
                absent=message("it has fewer than {fewest} rows of one of the two labels").format(
                    fewest=FEWEST
                ),
            )
        )
    known_values = np.array(list(values.values()))

    def ends(level: float) -> Interval[float]:
        at = pair_level(level, len(parts))
        single = [_ends(part, bins, rng, at) for part in parts.values()]
        return error_difference_interval(known_values, single, level)

    spread = measured(
        case,
        PROBE,
        "group_calibration_error_difference",
        float(np.ptp(known_values)) if len(known_values) > 1 else np.nan,
        ends,
        subject=subject,
        n=int(rows[enough].sum()),
        method=message("from the intervals of single groups (MOVER)"),
        absent=message("fewer than two groups have rows that count towards it"),
        details=table(each),
    )
    return [*each, spread]


def _ends(
    part: tuple[np.ndarray, np.ndarray], bins: int, rng: np.random.Generator, level: float
) -> Interval[float]:
    y, score = part
    return corrected_calibration_interval(y, score, level, rng, bins)
