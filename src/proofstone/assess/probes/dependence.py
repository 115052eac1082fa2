"""What the answer does as one input moves: partial dependence and accumulated local effects."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.explained import names_of
from proofstone.assess.labels import texts
from proofstone.assess.measured import measured, scores, settings
from proofstone.checks.cases import ROW_CASES, DecisionCase, NumberCase, RankingCase, RowCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.explain.levels import at_levels, features_of, levels
from proofstone.measures.dependence import Curve, curve, places
from proofstone.measures.intervals import Interval
from proofstone.models.contract import Feature, Predict
from proofstone.models.rows import Rows

_NAME = "dependence"
_ROWS, _FEATURES, _LEVELS = 200, 6, 12
_TRIM = 0.01
"""The share of rows at either end of a number that no level lies in: there are too few to tell."""

_COARSE_ROWS, _COARSE_LEVELS, _COARSE = 50, 5, 20_000

_CLASSES_TOLD = 10

Sweep = tuple[pl.Series, np.ndarray]
"""The levels (k,) that an input was set to, and the answers there, shape (rows, k, answers)."""


def _sizes(case: RowCase) -> tuple[int, int, int]:
    """Rows, inputs and levels of the curves."""
    chosen = settings(case, _NAME)
    rows = min(len(case), int(chosen.get("rows", _ROWS)))
    return rows, int(chosen.get("features", _FEATURES)), int(chosen.get("levels", _LEVELS))


def _coarse_rows(case: RowCase, inputs: int) -> int:
    """Rows of the first turn, which tries every input; fewer where inputs are many."""
    return min(len(case), _COARSE_ROWS, max(5, _COARSE // (_COARSE_LEVELS * max(1, inputs))))


def _most_rows(case: RowCase) -> int:
    rows, features, most = _sizes(case)
    inputs = len(features_of(case.model, case.rows.frame))
    coarse = _coarse_rows(case, inputs) * _COARSE_LEVELS * inputs if inputs > features else 0
    return coarse + rows * most * min(features, inputs)


@probe(
    needs=Predict,
    rows=_most_rows,
    family="attribution",
    metrics=(
        "partial_dependence_range",
        "accumulated_effect_range",
        "estimate_dependence_range",
        "estimate_effect_range",
    ),
    about=ROW_CASES,
)
def dependence(case: RowCase, rng: np.random.Generator) -> Probing:
    """How far the mean answer moves as one input moves, for the six inputs that move it most.

    The answer is the score of a decision; of several classes or labels the probability of the one
    that the input moves most; of numbers and rankings the number (`estimate_...`). Of 200 rows
    (`rows`) each has one input set to each of at most 12 observed levels (`levels`).
    The partial dependence at a level is the mean answer of all these rows there (Friedman 2001);
    accumulated effects add up mean differences between neighbouring levels over the rows that lie
    between them (Apley and Zhu 2020), for numbers only. The value is the greatest less the least
    of the curve. The six inputs (`features`) have the largest of a first, coarse curve.

    Not covered: what several inputs do together; causes in the world.
    """
    rows, most, fine = _sizes(case)
    inputs = features_of(case.model, case.rows.frame)
    if len(inputs) > most:
        few = _drawn(case.rows, _coarse_rows(case, len(inputs)), rng)
        found = yield from _swept(case, few, inputs, _COARSE_LEVELS)
        inputs = _widest(inputs, found)[:most]
    some = _drawn(case.rows, rows, rng)
    found = yield from _swept(case, some, inputs, fine)
    if not found or len(some) < 2:
        reason = message("no input takes two values")
        return [Finding(probe=_NAME, metric=_metrics(case)[0], reason=reason)]
    kinds = {one.name: one.kind for one in inputs}
    return [
        finding
        for name, sweep in found.items()
        for finding in _curves(case, name, some, sweep, kinds[name] == "number", rng)
    ]


def _drawn(rows: Rows, count: int, rng: np.random.Generator) -> Rows:
    return rows.take(np.sort(rng.choice(len(rows), min(count, len(rows)), replace=False)))


def _swept(
    case: RowCase, rows: Rows, inputs: Sequence[Feature], most: int
) -> Generator[Ask, np.ndarray, dict[str, Sweep]]:
    """Ask once about `rows` with each input at each of its levels; constant inputs are left out."""
    frame = case.rows.frame
    known = {one.name: levels(frame[one.name], one, most, trim=_TRIM) for one in inputs}
    known = {name: values for name, values in known.items() if len(values) > 1}
    if not known or not len(rows):
        return {}
    asked = [at_levels(rows, name, values) for name, values in known.items()]
    answers = _explained(case, (yield Ask(Rows.concat(asked), Predict(), keep=False)))
    parts = np.split(answers, np.cumsum([len(part) for part in asked])[:-1])
    return {
        name: (values, part.reshape(len(rows), len(values), -1))
        for (name, values), part in zip(known.items(), parts, strict=True)
    }


def _explained(case: RowCase, answers: np.ndarray) -> np.ndarray:
    """The answers whose curves are drawn, shape (n, answers): one, or one a class or label."""
    return scores(case, answers)[:, None] if isinstance(case, DecisionCase) else answers


def _metrics(case: RowCase) -> tuple[str, str]:
    """What is measured of partial dependence and of accumulated effects."""
    if isinstance(case, NumberCase | RankingCase):
        return "estimate_dependence_range", "estimate_effect_range"
    return "partial_dependence_range", "accumulated_effect_range"


def _ranges(answers: np.ndarray) -> np.ndarray:
    """The range of the partial dependence of each answer, shape (answers,)."""
    return np.asarray(np.ptp(answers.mean(axis=0), axis=0))


def _widest(inputs: Sequence[Feature], found: dict[str, Sweep]) -> list[Feature]:
    spans = {name: float(_ranges(answers).max()) for name, (_, answers) in found.items()}
    return sorted(inputs, key=lambda one: (-spans.get(one.name, 0.0), one.name))


def _curves(
    case: RowCase,
    name: str,
    rows: Rows,
    sweep: Sweep,
    ordered: bool,
    rng: np.random.Generator,
) -> list[Finding]:
    """Partial dependence of an input, and of a number its accumulated effects too."""
    values, answers = sweep
    ranges, (whole, steps) = _ranges(answers), _metrics(case)
    chosen = int(ranges.argmax())
    score = answers[:, :, chosen]
    about = {"kind": "number" if ordered else "category", "levels": _plain(values, ordered)}
    about |= _classes(case, ranges, chosen)
    of_all = curve(score, case.level_of(whole, name), rng)
    findings = [_finding(case, whole, name, of_all, len(rows), about)]
    if ordered:
        own = rows.frame[name].cast(pl.Float64).to_numpy()
        place = places(own, values.cast(pl.Float64).to_numpy())
        local = curve(score, case.level_of(steps, name), rng, place)
        findings.append(_finding(case, steps, name, local, int((place >= 0).sum()), about))
    return findings


def _classes(case: RowCase, ranges: np.ndarray, chosen: int) -> dict[str, Any]:
    """The class or label that the curve is of, and the ranges of those that move most."""
    names = names_of(case)
    if not names:
        return {}
    most = np.argsort(-ranges, kind="stable")[:_CLASSES_TOLD]
    return {"class": names[chosen], "classes": {names[at]: float(ranges[at]) for at in most}}


def _finding(
    case: RowCase, metric: str, name: str, found: Curve, n: int, about: Mapping[str, Any]
) -> Finding:
    return measured(
        case,
        _NAME,
        metric,
        found.range,
        lambda _: Interval(found.range_low, found.range_high),
        subject=name,
        n=n,
        method=message("bootstrap over rows"),
        details={
            **about,
            "curve": found.value.tolist(),
            "low": found.low.tolist(),
            "high": found.high.tolist(),
        },
    )


def _plain(values: pl.Series, ordered: bool) -> list[Any]:
    if ordered:
        known: list[Any] = values.cast(pl.Float64).to_list()
        return known
    return texts(values).to_list()
