"""What each input adds to the released model's score, overall and for single rows."""

from __future__ import annotations

from functools import partial
from typing import Any, cast, get_args

import numpy as np

from proofstone.assess.cells import plain
from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.explain.attributions import Attributions
from proofstone.explain.shapley import Kind, explainer, most_asked
from proofstone.measures.intervals import mean_interval
from proofstone.models.contract import Model, Predict
from proofstone.models.rows import Rows

_ESTIMATED = 100
_TOLERANCE = 1e-8


def _most_rows(case: DecisionCase) -> int:
    """What the released model itself is asked: to be explained, and its scores of those rows."""
    kept = min(len(case), _ESTIMATED)
    asked = most_asked(case.model, kept)
    return asked + kept if asked else 0


@probe(
    needs=Predict,
    rows=_most_rows,
    family="attribution",
    metrics=("mean_abs_shapley", "local_shapley"),
)
def shapley(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Mean absolute Shapley value of each input in log-odds, and three rows explained.

    They describe the released model, whatever model the case is judged by, against the case's
    background rows. Exact for the built-in kinds of model; any other is asked about hybrids of
    at most 100 rows. `kind: path_dependent` explains trees by the covers of their nodes;
    `groups` of inputs are brought in together (Owen values). The three rows are the most surely
    positive, the most surely negative and the one closest to its threshold.

    Not covered: causes in the world; what would change a decision.
    """
    yield ()
    if case.model is None or case.background is None or not len(case.background):
        return [
            _without(case, Verdict.NOT_APPLICABLE, message("there is no released model to explain"))
        ]
    if all(feature.kind == "text" for feature in case.model.signature.inputs):
        reason = message("the only inputs are texts: their shares say nothing about their words")
        return [_without(case, Verdict.NOT_APPLICABLE, reason)]
    seed = int(rng.integers(2**31))
    groups = settings(case, "shapley").get("groups", ())
    explain = explainer(case.model, case.background, seed=seed, kind=_kind(case), groups=groups)
    kept = np.arange(len(case))
    if not explain.exact and len(case) > _ESTIMATED:
        kept = np.linspace(0, len(case) - 1, _ESTIMATED).astype(np.int64)
    rows = case.rows.take(kept)
    found = explain.explain(rows)
    margin = explain.margin(rows)
    gap = found.gap(margin)
    if not gap <= _TOLERANCE * max(1.0, float(np.abs(margin).max(initial=0.0))):
        reason = message("base and attributions miss the margin by {gap}").format(gap=f"{gap:.2g}")
        return [_without(case, Verdict.NOT_RUN, reason)]
    return [
        *_global(case, found, gap),
        _local(case, case.model, rows, case.threshold[kept], found, gap),
    ]


def _kind(case: DecisionCase) -> Kind:
    chosen = settings(case, "shapley").get("kind", "interventional")
    if chosen not in get_args(Kind):
        raise InputError(
            f"assess.settings.shapley.kind: {str(chosen)[:40]!r} is no kind of Shapley value",
            hint=f"one of {', '.join(get_args(Kind))}",
        )
    return cast(Kind, chosen)


def _without(case: DecisionCase, verdict: Verdict, reason: str) -> Finding:
    return Finding(
        probe="shapley", metric="mean_abs_shapley", verdict=verdict, reason=reason, evidence="bytes"
    )


def _global(case: DecisionCase, found: Attributions, gap: float) -> list[Finding]:
    sizes = np.abs(found.values)
    return [
        measured(
            case,
            "shapley",
            "mean_abs_shapley",
            float(sizes[:, place].mean()),
            partial(mean_interval, sizes[:, place]),
            subject=name,
            n=len(sizes),
            method=message("{method}; t interval over rows").format(method=found.method),
            evidence="bytes",
            details={"efficiency_gap": gap},
        )
        for place, name in enumerate(found.features)
    ]


def _local(
    case: DecisionCase,
    model: Model,
    rows: Rows,
    threshold: np.ndarray,
    found: Attributions,
    gap: float,
) -> Finding:
    score = model.answer(Predict(), rows)[:, case.positive]
    places = [int(score.argmax()), int(score.argmin()), int(np.abs(score - threshold).argmin())]
    examples = [_example(rows, float(score[i]), i, found) for i in dict.fromkeys(places)]
    return Finding(
        probe="shapley",
        metric="local_shapley",
        subject="examples",
        n=len(examples),
        method=found.method,
        evidence="bytes",
        details={"base": found.base, "rows": examples, "efficiency_gap": gap},
    )


def _example(rows: Rows, score: float, place: int, found: Attributions) -> dict[str, Any]:
    row = rows.frame.row(place, named=True)
    return {
        "row": int(rows.origin[place]),
        "score": score,
        "values": {name: plain(row[name]) for name in found.features},
        "contributions": dict(zip(found.features, found.values[place].tolist(), strict=True)),
    }
