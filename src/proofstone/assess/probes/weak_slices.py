"""Parts of the data where the model is weakest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from proofstone.assess.measured import measured, scores, settings
from proofstone.assess.probes.class_quality import only_decided
from proofstone.assess.slices import Cut, Slices, cuts, describe, members, search
from proofstone.checks.cases import ClassesCase, DecisionCase, NumberCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.classes import class_log_losses
from proofstone.measures.classification import log_losses
from proofstone.measures.intervals import Interval, mean_interval
from proofstone.measures.multiplicity import bonferroni_level, holm
from proofstone.models.contract import Predict

_TOP = 5
_OVERLAP = 0.5


AnyCase = DecisionCase | ClassesCase | NumberCase


class _Loss(NamedTuple):
    """What is averaged over slices, each (n,): the loss, and what the answers announce of it."""

    metric: str
    values: np.ndarray
    expected: np.ndarray | None


@probe(
    needs=Predict,
    rows=len,
    family="slices",
    metrics=("slice_log_loss", "slice_error", "slice_absolute_error"),
    about=(DecisionCase, ClassesCase, NumberCase),
)
def weak_slices(case: AnyCase, rng: np.random.Generator) -> Probing:
    """The five worst slices of one or two columns: loss, share of rows, adjusted p-value.

    The loss is the log loss; the error rate where only decided classes are known; the absolute
    error of numbers. Every slice of at least 50 rows (`rows`) is tested one-sidedly against the
    rest (Welch 1947) and adjusted for all slices tried (Holm 1979), so that in data without weak
    slices any is named with a chance of at most 5 % (`alpha`). Intervals are widened for the same
    number. Of more than 150 columns none are paired. A slice may be weak because its cases are
    hard: `expected` is the log loss that its own predictions announce, so a loss far above it is
    the model's fault.
    """
    chosen = settings(case, "weak_slices")
    loss = _loss(case, (yield Ask(case.rows, Predict())))
    inputs = () if case.model is None else case.model.signature.inputs
    texts = {feature.name for feature in inputs if feature.kind == "text"}
    parts = cuts(case.rows.frame, case.protected, texts)
    found = search(parts, loss.values, int(chosen.get("rows", 50)))
    adjusted = holm(welch(found, loss.values))
    worst = _worst(found, adjusted, parts, float(chosen.get("alpha", 0.05)))
    if not worst:
        return [_none(case, loss, len(found.conditions))]
    tried = len(found.conditions)
    return [
        _weak(
            case, loss, describe(parts, found.conditions[place]),
            members(parts, found.conditions[place]), tried, float(adjusted[place]),
        )
        for place in worst
    ]  # fmt: skip


def _loss(case: AnyCase, answers: np.ndarray) -> _Loss:
    if isinstance(case, NumberCase):
        return _Loss("slice_absolute_error", np.abs(answers[:, 0] - case.target), None)
    if isinstance(case, DecisionCase):
        score = scores(case, answers)
        return _Loss("slice_log_loss", log_losses(case.target, score), _entropy(score))
    if only_decided(answers):
        wrong = (answers.argmax(axis=1) != case.target).astype(np.float64)
        return _Loss("slice_error", wrong, None)
    announced = -(answers * np.log(np.clip(answers, 1e-15, 1.0))).sum(axis=1)
    return _Loss("slice_log_loss", class_log_losses(case.target, answers), announced)


def _weak(
    case: AnyCase, loss: _Loss, subject: str, inside: np.ndarray, tried: int, adjusted: float
) -> Finding:
    count = int(inside.sum())
    details = {
        "rows": count,
        "share": count / len(case),
        "p_adjusted": adjusted,
        "overall": float(loss.values.mean()),
    }
    if loss.expected is not None:
        details["expected"] = float(loss.expected[inside].mean())
    return measured(
        case,
        "weak_slices",
        loss.metric,
        float(loss.values[inside].mean()),
        partial(_ends, loss.values[inside], tried),
        subject=subject,
        n=count,
        method=message("t interval, Bonferroni over {tried} slices").format(tried=tried),
        details=details,
    ).judged(level=bonferroni_level(case.level_of(loss.metric, subject), tried))


def _ends(loss: np.ndarray, tried: int, asked: float) -> Interval[float]:
    return mean_interval(loss, bonferroni_level(asked, tried))


def _none(case: AnyCase, loss: _Loss, tried: int) -> Finding:
    return measured(
        case,
        "weak_slices",
        loss.metric,
        float(loss.values.mean()),
        partial(mean_interval, loss.values),
        n=len(case),
        method=message("t interval of the mean"),
        details={"rows": len(case), "share": 1.0, "tried": tried},
    ).judged(
        reason=message("none of {tried} slices is worse than the rest beyond chance").format(
            tried=tried
        )
    )


def _worst(
    found: Slices, adjusted: np.ndarray, parts: Mapping[str, Cut], alpha: float
) -> list[int]:
    """The significant slices of highest loss, skipping those that mostly repeat a worse one."""
    mean = found.total / found.rows
    kept: list[int] = []
    rows: list[np.ndarray] = []
    for place in np.lexsort((np.arange(len(mean)), -mean)):
        if adjusted[place] > alpha:
            continue
        inside = members(parts, found.conditions[place])
        if all((inside & other).sum() <= _OVERLAP * inside.sum() for other in rows):
            kept.append(int(place))
            rows.append(inside)
        if len(kept) == _TOP:
            break
    return kept


def welch(found: Slices, loss: np.ndarray) -> np.ndarray:
    """One-sided p-values that each slice's mean loss exceeds that of the rest, shape (slices,).

    Log losses lean to the right, which makes this test err on the side of silence.
    """
    rows, rest = found.rows, len(loss) - found.rows
    mean, other = found.total / rows, (loss.sum() - found.total) / rest
    squares = (loss * loss).sum() - found.squares
    own = np.maximum(found.squares / rows - mean**2, 0.0) / np.maximum(rows - 1, 1)
    others = np.maximum(squares / rest - other**2, 0.0) / np.maximum(rest - 1, 1)
    spread = own + others
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(spread > 0, (mean - other) / np.sqrt(spread), 0.0)
        df = spread**2 / (own**2 / (rows - 1) + others**2 / (rest - 1))
    return np.array([tail(*pair) for pair in zip(t, np.nan_to_num(df, nan=1.0), strict=True)])


def tail(t: float, df: float) -> float:
    """The upper tail of Student's t, by the normal approximation of Wallace (1959).

    >>> round(tail(2.0, 60.0), 3)
    0.025
    """
    z = (8 * df + 1) / (8 * df + 3) * math.sqrt(df * math.log1p(t * t / df))
    return 0.5 * math.erfc(math.copysign(z, t) / math.sqrt(2))


def _entropy(score: np.ndarray) -> np.ndarray:
    """The log loss of each row that the score itself expects, in nats."""
    p = np.clip(score, 1e-15, 1 - 1e-15)
    return np.asarray(-(p * np.log(p) + (1 - p) * np.log1p(-p)))
