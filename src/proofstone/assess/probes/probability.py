"""How close predicted probabilities come to what happened."""

from __future__ import annotations

from functools import partial

import numpy as np

from proofstone.assess.measured import measured, scores
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.i18n import message
from proofstone.measures.classification import log_losses, squared_errors
from proofstone.measures.delta import skewed_mean_interval
from proofstone.measures.intervals import UNKNOWN, Interval
from proofstone.models.contract import Predict

FEWEST = 3
"""Rows of either label without which there is no interval."""


@probe(
    needs=Predict,
    rows=len,
    family="quality",
    metrics=("log_loss", "brier_score"),
)
def probability(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Log loss in nats and Brier score: means over rows.

    Without three rows of either label there is no interval: what a label costs that hardly
    occurred is not known.
    """
    score = scores(case, (yield Ask(case.rows, Predict())))
    losses = {
        "log_loss": (log_losses(case.target, score), np.inf),
        "brier_score": (squared_errors(case.target, score), 1.0),
    }
    rarer = int(np.bincount(case.target, minlength=2).min())
    return [
        measured(
            case,
            "probability",
            metric,
            float(loss.mean()),
            partial(_ends, loss, most, rarer),
            n=len(case),
            method=message("Hall's interval of the mean, for values that lean to the right"),
        )
        for metric, (loss, most) in losses.items()
    ]


def _ends(loss: np.ndarray, most: float, rarer: int, level: float) -> Interval[float]:
    return skewed_mean_interval(loss, level, most) if rarer >= FEWEST else UNKNOWN
