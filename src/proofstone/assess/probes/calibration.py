"""Whether a predicted probability is the frequency that is observed."""

from __future__ import annotations

import numpy as np

from proofstone.assess.measured import measured, scores
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.i18n import message
from proofstone.measures.classification import calibration_curve, expected_calibration_error
from proofstone.measures.intervals import calibration_error_interval
from proofstone.models.contract import Predict


@probe(
    needs=Predict,
    rows=len,
    family="quality",
    metrics=("expected_calibration_error",),
)
def calibration(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Expected calibration error over ten bins of equal mass, with the reliability curve."""
    score = scores(case, (yield Ask(case.rows, Predict())))
    curve = calibration_curve(case.target, score, level=case.level)
    columns = (curve.mean_score, curve.observed_rate, curve.low, curve.high, curve.count)
    names = ("mean", "rate", "low", "high", "n")
    points = zip(*(column.tolist() for column in columns), strict=True)
    return [
        measured(
            case,
            "calibration",
            "expected_calibration_error",
            expected_calibration_error(case.target, score),
            lambda level: calibration_error_interval(case.target, score, level, rng),
            n=len(case),
            method=message("bins held, gaps drawn from their normal distribution"),
            details={"curve": [dict(zip(names, point, strict=True)) for point in points]},
        )
    ]
