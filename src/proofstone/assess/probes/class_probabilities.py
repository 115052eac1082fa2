"""How good the probabilities of several classes are."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.measured import measured
from proofstone.assess.probes.class_quality import NO_PROBABILITIES, only_decided
from proofstone.checks.cases import ClassesCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.classes import (
    class_log_losses,
    class_squared_errors,
    classwise_calibration_error,
    classwise_calibration_interval,
    macro_roc_auc,
    macro_roc_auc_interval,
)
from proofstone.measures.classification import calibration_curve, expected_calibration_error
from proofstone.measures.delta import skewed_mean_interval
from proofstone.measures.intervals import calibration_error_interval
from proofstone.models.contract import Predict

_MOST = 30
_METRICS = (
    "log_loss",
    "multiclass_brier_score",
    "macro_roc_auc",
    "expected_calibration_error",
    "classwise_calibration_error",
)
_GAPS = message("bins held, gaps drawn from their normal distribution")


@probe(needs=Predict, rows=len, family="quality", metrics=_METRICS, about=ClassesCase)
def class_probabilities(case: ClassesCase, rng: np.random.Generator) -> Probing:
    """Log loss, Brier score (0 to 2), area under the curve of each class, calibration.

    The area is the mean over classes of the class against the rest (Provost and Domingos 2001);
    calibration that of the decided class's probability (Guo et al. 2017), and of every class's
    probability (Kull et al. 2019), in ten bins of equal mass.

    Not covered: calibration of all probabilities of a row together; classes beyond 30 are
    too many for calibration by class.
    """
    answers = yield Ask(case.rows, Predict())
    if only_decided(answers):
        return [
            Finding(
                probe="class_probabilities", metric=metric, reason=NO_PROBABILITIES,
                evidence=case.evidence,
            )
            for metric in _METRICS
        ]  # fmt: skip
    losses = {
        "log_loss": (class_log_losses(case.target, answers), np.inf),
        "multiclass_brier_score": (class_squared_errors(case.target, answers), 2.0),
    }
    found = [
        measured(
            case, "class_probabilities", metric, float(loss.mean()),
            partial(skewed_mean_interval, loss, most=most), n=len(case),
            method=message("Hall's interval of the mean, for values that lean to the right"),
        )
        for metric, (loss, most) in losses.items()
    ]  # fmt: skip
    found.append(
        measured(
            case, "class_probabilities", "macro_roc_auc",
            macro_roc_auc(case.target, answers).value,
            partial(macro_roc_auc_interval, case.target, answers), n=len(case),
            method=message("DeLong's variance and score intervals of the classes, put together"),
            absent=message("the rows hold one class only"),
        )
    )  # fmt: skip
    return [*found, _top_label(case, answers, rng), _classwise(case, answers, rng)]


def _top_label(case: ClassesCase, answers: np.ndarray, rng: np.random.Generator) -> Finding:
    decided = answers.argmax(axis=1)
    right = (decided == case.target).astype(np.int64)
    score = answers[np.arange(len(case)), decided]
    return measured(
        case, "class_probabilities", "expected_calibration_error",
        expected_calibration_error(right, score),
        lambda level: calibration_error_interval(right, score, level, rng),
        n=len(case), method=_GAPS, details={"curve": _curve(right, score, case.level)},
    )  # fmt: skip


def _curve(right: np.ndarray, score: np.ndarray, level: float) -> list[dict[str, Any]]:
    """Mean probability of the decided class, and how often it was right, by bin."""
    curve = calibration_curve(right, score, level=level)
    columns = (curve.mean_score, curve.observed_rate, curve.low, curve.high, curve.count)
    names = ("mean", "rate", "low", "high", "n")
    points = zip(*(column.tolist() for column in columns), strict=True)
    return [dict(zip(names, point, strict=True)) for point in points]


def _classwise(case: ClassesCase, answers: np.ndarray, rng: np.random.Generator) -> Finding:
    if len(case.classes) > _MOST:
        reason = message("{classes} classes are too many; at most {most} are measured").format(
            classes=len(case.classes), most=_MOST
        )
        return Finding(
            probe="class_probabilities", metric="classwise_calibration_error", reason=reason,
            evidence=case.evidence,
        )  # fmt: skip
    value, each = classwise_calibration_error(case.target, answers)
    worst = [
        {"class": case.classes[place], "value": float(each[place])} for place in np.argsort(-each)
    ]
    return measured(
        case, "class_probabilities", "classwise_calibration_error", value,
        lambda level: classwise_calibration_interval(case.target, answers, level, rng),
        n=len(case), method=_GAPS, details={"classes": worst},
    )  # fmt: skip
