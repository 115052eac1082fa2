"""What the gates would say at other decision thresholds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from proofstone.assess.equity.people import compared
from proofstone.assess.measured import scores
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.groups import RATES, GroupCounts, count_groups, group, rate
from proofstone.measures.intervals import wilson
from proofstone.measures.spread import difference_interval, ratio_interval
from proofstone.models.contract import Predict

SHIFTS = np.round(np.arange(-0.10, 0.101, 0.01), 2)
_SPREADS = {"difference": difference_interval, "ratio": ratio_interval}


@probe(needs=Predict, rows=len, family="thresholds", metrics=("threshold_sweep",))
def threshold_sweep(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Accuracy and the ends of every gated rate, with each threshold moved by -0.10 to +0.10.

    It says what would open a shut gate; it judges nothing: a threshold picked here has to be
    written in the project file and measured anew. Only metrics that a gate names are swept.
    """
    score = scores(case, (yield Ask(case.rows, Predict())))
    gated = [key for key in case.levels if _swept(case, *key)]
    if not gated:
        return []
    return [
        Finding(
            probe="threshold_sweep",
            metric="threshold_sweep",
            n=len(case),
            method=message("each threshold moved by the same amount"),
            reason="",
            evidence=case.evidence,
            details={"points": [_point(case, score, float(one), gated) for one in SHIFTS]},
        )
    ]


def _swept(case: DecisionCase, metric: str, subject: str) -> bool:
    name, _, kind = metric.rpartition("_")
    if kind in _SPREADS:
        few = subject in case.protected and compared(case, subject)
        return name in RATES and few
    return metric in RATES and subject == "all"


def _point(
    case: DecisionCase,
    score: np.ndarray,
    shift: float,
    gated: list[tuple[str, str]],
) -> dict[str, Any]:
    decided = score >= case.threshold + shift
    return {
        "shift": shift,
        "accuracy": float(np.mean(decided == (case.target == 1))),
        "metrics": dict(_ends(case, decided, gated)),
    }


def _ends(
    case: DecisionCase, decided: np.ndarray, gated: list[tuple[str, str]]
) -> Iterator[tuple[str, list[float]]]:
    for metric, subject in gated:
        name, _, kind = metric.rpartition("_")
        level = case.level_of(metric, subject)
        counts = _counts(case, decided, subject)
        if kind in _SPREADS:
            successes, trials = RATES[name](counts)
            if np.isfinite(rate(successes, trials)).sum() < 2:
                continue
            low, high = _SPREADS[kind](successes, trials, level)
        else:
            successes, trials = RATES[metric](counts)
            low, high = wilson(float(successes[0]), float(trials[0]), level)
        yield f"{metric}|{subject}", [float(low), float(high)]


def _counts(case: DecisionCase, decided: np.ndarray, subject: str) -> GroupCounts:
    if subject == "all":
        return count_groups(case.target, decided, np.zeros(len(case), dtype=np.int64))
    return count_groups(case.target, decided, group(case.protected[subject]))
