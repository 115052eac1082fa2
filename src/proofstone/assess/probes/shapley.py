"""What each input adds to the model's answer, overall and for single rows."""

from __future__ import annotations

from functools import partial
from typing import Any, cast, get_args

import numpy as np

from proofstone.assess.cells import plain
from proofstone.assess.explained import Chosen, background_of, chosen_of, names_of
from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import ROW_CASES, DecisionCase, NumberCase, RankingCase, RowCase
from proofstone.checks.probe import Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.explain.several import Explained, SeveralExplainer, most_asked_of
from proofstone.explain.shapley import Kind, most_asked
from proofstone.measures.arrays import evenly
from proofstone.measures.intervals import mean_interval
from proofstone.models.contract import Model, Predict
from proofstone.models.rows import Rows

_ESTIMATED, _FEWEST, _HYBRIDS = 100, 20, 200_000
_TOLERANCE = 1e-8


def _most_rows(case: RowCase) -> int:
    """What the model itself is asked: to be explained, and its answers to those rows."""
    kept = _estimated(case)
    asked = most_asked_of(case.model, kept, len(names_of(case)))
    return asked + kept if asked else 0


def _estimated(case: RowCase) -> int:
    """How many rows are explained where values are estimated: fewer where inputs are many."""
    each = most_asked(case.model, 1)
    return min(len(case), _ESTIMATED, max(_FEWEST, _HYBRIDS // max(1, each)))


@probe(
    needs=Predict,
    rows=_most_rows,
    family="attribution",
    metrics=("mean_abs_shapley", "local_shapley"),
    about=ROW_CASES,
)
def shapley(case: RowCase, rng: np.random.Generator) -> Probing:
    """Mean absolute Shapley value of each input, and three rows explained.

    Of a decision between two classes they describe the released model, whatever model the case is
    judged by, in log-odds and against the case's background rows. Of several classes or labels
    each row's likeliest is explained, as a probability; of numbers and rankings the number: both
    against at most 200 of the rows. Exact for the built-in kinds of model; any other is asked about
    hybrids of at most 100 rows, of fewer where inputs are many. `kind: path_dependent` explains
    trees by the covers of their nodes; `groups` of inputs are brought in together (Owen values).
    The three rows are the most surely positive, the most surely negative and the one closest to
    its threshold; of other kinds those with the highest answer, the lowest, and in the middle.

    Not covered: causes in the world; what would change a decision; classes that a row is not taken
    for.
    """
    yield ()
    background = background_of(case)
    if case.model is None or background is None or not len(background):
        return [_without(Verdict.NOT_APPLICABLE, message("there is no released model to explain"))]
    if all(feature.kind == "text" for feature in case.model.signature.inputs):
        reason = message("the only inputs are texts: their shares say nothing about their words")
        return [_without(Verdict.NOT_APPLICABLE, reason)]
    return _explained(case, case.model, background, rng)


def _explained(
    case: RowCase, model: Model, background: Rows, rng: np.random.Generator
) -> list[Finding]:
    explain, kept, chosen = _ready(case, model, background, int(rng.integers(2**31)))
    rows = case.rows.take(kept)
    found = explain.explain(rows, chosen.which)
    if not found.gap <= _TOLERANCE * max(1.0, found.largest):
        reason = message("base and attributions miss the margin by {gap}").format(
            gap=f"{found.gap:.2g}"
        )
        return [_without(Verdict.NOT_RUN, reason)]
    return [*_global(case, found, chosen), _local(case, kept, found, chosen)]


def _ready(
    case: RowCase, model: Model, background: Rows, seed: int
) -> tuple[SeveralExplainer, np.ndarray, Chosen]:
    """The explainer, the places of the rows that it is to explain, and what of each."""
    groups = settings(case, "shapley").get("groups", ())
    kept = evenly(len(case), _estimated(case))
    if isinstance(case, DecisionCase):
        explain = SeveralExplainer(
            model, background, {0: None}, seed=seed, kind=_kind(case), groups=groups
        )
        kept = np.arange(len(case)) if explain.exact else kept
        return explain, kept, chosen_of(case, model, case.rows.take(kept))
    chosen = chosen_of(case, model, case.rows.take(kept))
    explain = SeveralExplainer(model, background, chosen.outputs, seed=seed, groups=groups)
    return explain, kept, chosen


def _kind(case: DecisionCase) -> Kind:
    chosen = settings(case, "shapley").get("kind", "interventional")
    if chosen not in get_args(Kind):
        raise InputError(
            f"assess.settings.shapley.kind: {str(chosen)[:40]!r} is no kind of Shapley value",
            hint=f"one of {', '.join(get_args(Kind))}",
        )
    return cast(Kind, chosen)


def _without(verdict: Verdict, reason: str) -> Finding:
    return Finding(
        probe="shapley", metric="mean_abs_shapley", verdict=verdict, reason=reason, evidence="bytes"
    )


def _global(case: RowCase, found: Explained, chosen: Chosen) -> list[Finding]:
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
            details={
                "efficiency_gap": found.gap,
                **_error(found, place),
                **_each(case, sizes[:, place], chosen),
            },
        )
        for place, name in enumerate(found.features)
    ]


def _error(found: Explained, place: int) -> dict[str, Any]:
    """The root mean square of an input's standard errors over rows, where it has been estimated."""
    if found.errors is None:
        return {}
    return {"standard_error": float(np.sqrt((found.errors[:, place] ** 2).mean()))}


def _each(case: RowCase, sizes: np.ndarray, chosen: Chosen) -> dict[str, Any]:
    """An input's mean for each class or label that some row is taken for."""
    names = names_of(case)
    means = {names[at]: float(sizes[chosen.which == at].mean()) for at in chosen.outputs if names}
    return {"classes": means} if names else {}


def _local(case: RowCase, kept: np.ndarray, found: Explained, chosen: Chosen) -> Finding:
    rows, score, names = case.rows.take(kept), chosen.score, names_of(case)
    middle = case.threshold[kept] if isinstance(case, DecisionCase) else np.median(score)
    places = [int(score.argmax()), int(score.argmin()), int(np.abs(score - middle).argmin())]
    examples = [
        _example(rows, place, found, chosen, names[chosen.which[place]] if names else None)
        for place in dict.fromkeys(places)
    ]
    number = isinstance(case, NumberCase | RankingCase)
    return Finding(
        probe="shapley",
        metric="local_shapley",
        subject="examples",
        n=len(examples),
        method=found.method,
        evidence="bytes",
        details={
            **({} if names else {"base": float(found.base[0])}),
            "rows": examples,
            "efficiency_gap": found.gap,
            "scale": "number" if number else "probability" if names else "log_odds",
        },
    )


def _example(
    rows: Rows, place: int, found: Explained, chosen: Chosen, name: str | None
) -> dict[str, Any]:
    row = rows.frame.row(place, named=True)
    about: dict[str, Any] = {}
    if name is not None:
        about = {"class": name, "base": float(found.base[place])}
    if found.errors is not None:
        errors = found.errors[place].tolist()
        about["standard_errors"] = dict(zip(found.features, errors, strict=True))
    return {
        "row": int(rows.origin[place]),
        "score": float(chosen.score[place]),
        **about,
        "values": {one: plain(row[one]) for one in found.features},
        "contributions": dict(zip(found.features, found.values[place].tolist(), strict=True)),
    }
