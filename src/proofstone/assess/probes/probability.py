"""How close predicted probabilities come to what happened."""

from __future__ import annotations

from functools import partial

import numpy as np

from proofstone.assess.measured import measured, scores
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.i18n import message
from proofstone.measures.classification import log_losses, squared_errors
from proofstone.measures.intervals import mean_interval
from proofstone.models.contract import Predict


@probe(
    needs=Predict,
    rows=len,
    family="quality",
    metrics=("log_loss", "brier_score"),
)
def probability(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Log loss in nats and Brier score: means over rows, with t intervals."""
    score = scores(case, (yield Ask(case.rows, Predict())))
    losses = {
        "log_loss": log_losses(case.target, score),
        "brier_score": squared_errors(case.target, score),
    }
    return [
        measured(
            case,
            "probability",
            metric,
            float(loss.mean()),
            partial(mean_interval, loss),
            n=len(case),
            method=message("t interval of the mean"),
        )
        for metric, loss in losses.items()
    ]
