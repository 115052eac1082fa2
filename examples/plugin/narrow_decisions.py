"""A stranger's probe in one file: how many decisions hang on little."""

from __future__ import annotations

import numpy as np

from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.measures.intervals import wilson
from proofstone.models.contract import Predict


@probe(needs=Predict, rows=len, family="robustness", metrics=("narrow_decision_rate",))
def narrow_decisions(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Share of rows whose score lies within 0.05 (`margin`) of its threshold.

    Not covered: whether a score that close is wrong; it only says that little would turn it.
    """
    margin = float(case.settings.get("narrow_decisions", {}).get("margin", 0.05))
    score = (yield Ask(case.rows, Predict()))[:, case.positive]
    near = int((np.abs(score - case.threshold) <= margin).sum())
    level = case.level_of("narrow_decision_rate")
    low, high = wilson(near, len(case), level)
    return [
        Finding(
            probe="narrow_decisions",
            metric="narrow_decision_rate",
            value=near / len(case),
            low=low,
            high=high,
            n=len(case),
            level=level,
            method="Wilson",
            evidence=case.evidence,
            details={"margin": margin},
        )
    ]
