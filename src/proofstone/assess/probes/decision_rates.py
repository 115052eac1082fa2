"""What the decisions at the chosen threshold come to."""

from __future__ import annotations

from functools import partial

import numpy as np

from proofstone.assess.measured import decisions, measured
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.i18n import message
from proofstone.measures.groups import RATES, count_groups, rate
from proofstone.measures.intervals import wilson
from proofstone.models.contract import Predict


@probe(needs=Predict, rows=len, family="quality", metrics=tuple(RATES))
def decision_rates(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Accuracy, selection rate, TPR, FPR, TNR, FNR and precision, with Wilson intervals."""
    decided = decisions(case, (yield Ask(case.rows, Predict())))
    counts = count_groups(case.target, decided, np.zeros(len(case), dtype=np.int64))
    findings = []
    for metric, tally in RATES.items():
        successes, trials = tally(counts)
        value = float(rate(successes, trials)[0])
        ends = partial(wilson, float(successes[0]), float(trials[0]))
        findings.append(
            measured(
                case,
                "decision_rates",
                metric,
                value,
                ends,
                n=int(trials[0]),
                method=message("Wilson"),
                absent="no row counts towards it",
                details={"threshold": thresholds(case)},
            )
        )
    return findings


def thresholds(case: DecisionCase) -> list[float]:
    """The different thresholds in use (one a fold, or one a group), at most ten of them."""
    found = np.unique(case.threshold)
    if len(found) > 10:
        found = np.quantile(found, np.linspace(0, 1, 10))
    return [float(value) for value in found]
