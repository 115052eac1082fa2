"""How well scores put positive rows above negative ones."""

from __future__ import annotations

from functools import partial

import numpy as np

from proofstone.assess.measured import measured, scores
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.i18n import message
from proofstone.measures.classification import average_precision, roc_auc, roc_curve
from proofstone.measures.influence import average_precision_interval, delong_auc
from proofstone.models.contract import Predict

_ONE_CLASS = "the rows hold one class only"


@probe(
    needs=Predict,
    rows=len,
    family="quality",
    metrics=("roc_auc", "average_precision"),
)
def discrimination(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Area under the ROC curve (DeLong 1988) with the curve, and average precision."""
    score = scores(case, (yield Ask(case.rows, Predict())))
    curve = roc_curve(case.target, score)
    points = zip(curve.false_positive_rate, curve.true_positive_rate, strict=True)
    return [
        measured(
            case,
            "discrimination",
            "roc_auc",
            roc_auc(case.target, score),
            partial(delong_auc, case.target, score),
            n=len(case),
            method=message("DeLong's variance, score interval (Newcombe)"),
            absent=_ONE_CLASS,
            details={"curve": [[float(x), float(y)] for x, y in points]},
        ),
        measured(
            case,
            "discrimination",
            "average_precision",
            average_precision(case.target, score),
            partial(average_precision_interval, case.target, score),
            n=len(case),
            method=message("infinitesimal jackknife, logit scale"),
            absent=_ONE_CLASS,
        ),
    ]
