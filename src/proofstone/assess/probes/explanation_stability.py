"""Whether explanations hold under noise and other background, and decisions under refits."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from proofstone.assess.attack.noise import noisy, spreads
from proofstone.assess.equity.people import MOST_GROUPS, subjects
from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Probing, probe
from proofstone.checks.shadows import Shadows
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.explain.shapley import Explainer, explainer, most_asked
from proofstone.measures.intervals import Interval, mean_interval
from proofstone.measures.rank_agreement import kendall, spearman
from proofstone.measures.refits import deviation, disagreement
from proofstone.models.contract import Model, Predict
from proofstone.models.rows import Rows

_NAME = "explanation_stability"
_NOISE, _BACKGROUND = "attribution_noise_agreement", "attribution_background_agreement"
_DEVIATION, _DISAGREEMENT = "refit_score_deviation", "refit_disagreement"
_DRAWS, _SIGMA = 4, 0.05
_EXACT_ROWS, _ESTIMATED_ROWS = 100, 20
_EQUAL = message("all inputs count alike")


def _most_rows(case: DecisionCase) -> int:
    """What the released model itself is asked: as it is, under noise, on other backgrounds."""
    draws = int(settings(case, _NAME).get("draws", _DRAWS))
    kept = min(len(case), _ESTIMATED_ROWS)
    return (1 + 2 * draws) * most_asked(case.model, kept)


@probe(
    needs=Predict,
    rows=_most_rows,
    family="attribution",
    metrics=(_NOISE, _BACKGROUND, _DEVIATION, _DISAGREEMENT),
)
def explanation_stability(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Rank agreement of explanations under noise, and what refits make of the same rows.

    Of at most 100 rows the inputs' Shapley values are ordered by size; the value is the mean
    Spearman correlation (1904) with their order after noise of 5 % (`sigma`) of each number's
    standard deviation, and with their order against resampled background rows, over 4 draws
    (`draws`). Where shadows were fitted: the mean standard deviation of a row's score between
    those that never saw it, and the share of their pairs that decide differently about it
    (self-consistency: Cooper et al. 2024).

    Not covered: whether the explanation is right; explanations of refits, whose scores alone are
    kept.
    """
    yield ()
    return [*_explained(case, rng), *_refitted(case)]


def _explained(case: DecisionCase, rng: np.random.Generator) -> list[Finding]:
    model, background = case.model, case.background
    if model is None or background is None or not len(background):
        reason = message("there is no released model to explain")
        return [_without(case, metric, reason) for metric in (_NOISE, _BACKGROUND)]
    if sum(feature.kind != "text" for feature in model.signature.inputs) < 2:
        reason = message("there are fewer than two inputs to put in order")
        return [_without(case, metric, reason) for metric in (_NOISE, _BACKGROUND)]
    seed = int(rng.integers(2**31))
    explain = explainer(model, background, seed=seed)
    most = _EXACT_ROWS if explain.exact else _ESTIMATED_ROWS
    kept = np.unique(np.linspace(0, len(case) - 1, min(most, len(case))).astype(np.int64))
    rows = case.rows.take(kept)
    sizes = np.abs(explain.explain(rows).values)
    return [
        _under_noise(case, explain, rows, sizes, rng),
        _under_background(case, model, background, rows, sizes, seed, rng),
    ]


def _chosen(case: DecisionCase) -> tuple[int, float]:
    chosen = settings(case, _NAME)
    return max(1, int(chosen.get("draws", _DRAWS))), float(chosen.get("sigma", _SIGMA))


def _under_noise(
    case: DecisionCase,
    explain: Explainer,
    rows: Rows,
    sizes: np.ndarray,
    rng: np.random.Generator,
) -> Finding:
    draws, sigma = _chosen(case)
    spread = spreads(case.rows.frame.select(explain.features))
    if not spread:
        return _without(case, _NOISE, message("no input is a number that varies"))
    moved = explain.explain(noisy(rows, spread, sigma, draws, rng)).values
    others = np.abs(moved).reshape(len(rows), draws, -1).transpose(1, 0, 2)
    return _agreement(case, _NOISE, sizes, others, {"draws": draws, "sigma": sigma})


def _under_background(
    case: DecisionCase,
    model: Model,
    background: Rows,
    rows: Rows,
    sizes: np.ndarray,
    seed: int,
    rng: np.random.Generator,
) -> Finding:
    draws, _ = _chosen(case)
    others = []
    for _ in range(draws):
        drawn = background.take(np.sort(rng.integers(0, len(background), len(background))))
        others.append(np.abs(explainer(model, drawn, seed=seed).explain(rows).values))
    about = {"draws": draws, "background": len(background)}
    return _agreement(case, _BACKGROUND, sizes, np.stack(others), about)


def _agreement(
    case: DecisionCase,
    metric: str,
    sizes: np.ndarray,
    others: np.ndarray,
    about: Mapping[str, float],
) -> Finding:
    """Mean agreement of each row's order with those of `others`, shape (draws, n, features)."""
    each = np.stack([spearman(sizes, other) for other in others]).mean(axis=0)
    tau = np.stack([kendall(sizes, other) for other in others]).mean(axis=0)
    top = (others.argmax(axis=2) == sizes.argmax(axis=1)).mean(axis=0)
    known = ~np.isnan(each)
    return measured(
        case,
        _NAME,
        metric,
        float(each[known].mean()) if known.any() else np.nan,
        lambda level: Interval(*np.clip(mean_interval(each[known], level), -1.0, 1.0)),
        n=int(known.sum()),
        method=message("t interval over rows"),
        absent=_EQUAL,
        evidence="bytes",
        details={
            **about,
            "kendall": float(tau[known].mean()) if known.any() else None,
            "strongest_kept": float(top[known].mean()) if known.any() else None,
        },
    )


def _refitted(case: DecisionCase) -> list[Finding]:
    if case.shadows is None or len(case.shadows) < 2:
        reason = message("no shadow models were fitted")
        return [_without(case, metric, reason) for metric in (_DEVIATION, _DISAGREEMENT)]
    counted = (~case.shadows.member).astype(np.float64)
    differ = disagreement((case.shadows.score >= case.threshold).astype(np.float64), counted)
    spread = deviation(case.shadows.score, counted)
    findings = [
        _mean(case, _DEVIATION, "all", spread, case.shadows),
        _mean(case, _DISAGREEMENT, "all", differ, case.shadows),
    ]
    for subject, groups in subjects(case, crossed=False).items():
        if len(groups.labels) <= MOST_GROUPS:
            findings += [
                _mean(case, _DISAGREEMENT, f"{subject}={label}", differ[groups.codes == code],
                      case.shadows)
                for code, label in enumerate(groups.labels)
            ]  # fmt: skip
    return findings


def _mean(
    case: DecisionCase, metric: str, subject: str, values: np.ndarray, shadows: Shadows
) -> Finding:
    known = values[~np.isnan(values)]
    return measured(
        case,
        _NAME,
        metric,
        float(known.mean()) if len(known) else np.nan,
        partial(mean_interval, known),
        subject=subject,
        n=len(known),
        method=message("t interval over rows"),
        evidence="procedure",
        details={"refits": len(shadows)} if subject == "all" else {},
    )


def _without(case: DecisionCase, metric: str, reason: str) -> Finding:
    return Finding(probe=_NAME, metric=metric, reason=reason, evidence=case.evidence)
