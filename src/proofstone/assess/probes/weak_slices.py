"""Parts of the data where the model is weakest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import numpy as np

from proofstone.assess.measured import measured, scores, settings
from proofstone.assess.slices import Cut, Slices, cuts, describe, members, search
from proofstone.checks.probe import Ask, DecisionCase, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.classification import log_losses
from proofstone.measures.intervals import Interval, mean_interval
from proofstone.measures.multiplicity import bonferroni_level, holm
from proofstone.models.contract import Predict

_TOP = 5
_OVERLAP = 0.5


@probe(needs=Predict, rows=len, family="slices", metrics=("slice_log_loss",))
def weak_slices(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """The five worst slices of one or two columns: log loss, share of rows, adjusted p-value.

    Every slice of at least 50 rows (`rows`) is tested one-sidedly against the rest (Welch 1947)
    and adjusted for all slices tried (Holm 1979), so that in data without weak slices any is
    named with a chance of at most 5 % (`alpha`). Intervals are widened for the same number.
    A slice may be weak because its cases are hard: `expected` is the log loss that its own
    predictions announce, so a loss far above it is the model's fault.
    """
    chosen = settings(case, "weak_slices")
    score = scores(case, (yield Ask(case.rows, Predict())))
    loss = log_losses(case.target, score)
    inputs = () if case.model is None else case.model.signature.inputs
    texts = {feature.name for feature in inputs if feature.kind == "text"}
    parts = cuts(case.rows.frame, case.protected, texts)
    found = search(parts, loss, int(chosen.get("rows", 50)))
    adjusted = holm(welch(found, loss))
    worst = _worst(found, adjusted, parts, float(chosen.get("alpha", 0.05)))
    if not worst:
        return [_none(case, loss, len(found.conditions))]
    expected = _entropy(score)
    level = bonferroni_level(case.level, len(found.conditions))
    findings = []
    for place in worst:
        inside = members(parts, found.conditions[place])
        count = int(inside.sum())
        findings.append(
            measured(
                case,
                "weak_slices",
                "slice_log_loss",
                float(loss[inside].mean()),
                partial(_ends, loss[inside], level),
                subject=describe(parts, found.conditions[place]),
                n=count,
                method=message("t interval, Bonferroni over {tried} slices").format(
                    tried=len(found.conditions)
                ),
                details={
                    "rows": count,
                    "share": count / len(case),
                    "p_adjusted": float(adjusted[place]),
                    "expected": float(expected[inside].mean()),
                    "overall": float(loss.mean()),
                },
            ).judged(level=level)
        )
    return findings


def _ends(loss: np.ndarray, level: float, asked: float) -> Interval[float]:
    return mean_interval(loss, max(level, asked))


def _none(case: DecisionCase, loss: np.ndarray, tried: int) -> Finding:
    return measured(
        case,
        "weak_slices",
        "slice_log_loss",
        float(loss.mean()),
        partial(mean_interval, loss),
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
