"""How well the inputs tell a protected attribute that the model may not read."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.equity.design import Design, design
from proofstone.assess.equity.people import nobody, subjects, too_many, unable
from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Probing, probe
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.measures.classification import roc_auc
from proofstone.measures.groups import Groups
from proofstone.measures.influence import delong_auc
from proofstone.measures.intervals import Interval
from proofstone.measures.logistic import cross_fitted, fit_logistic
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.models.contract import Predict

PROBE = "proxies"
MOST = 12
FEWEST = 20
"""A group with fewer rows cannot be told by a regression on five folds."""
_ROWS = 3_000
_WIDEST = 300
_COLUMNS = 5


@probe(needs=Predict, rows=lambda case: 0, family="fairness", metrics=("proxy_auc",))
def proxies(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """How well a cross-fitted logistic regression tells a group from the inputs left to a model.

    The area under the ROC curve of "belongs to the group" against all others, by inputs that are
    no protected column: 0.5 where they give nothing away. With more than two groups the largest
    counts, at a level corrected for them. Leaving an attribute out of the inputs does not keep a
    model from using it (Pedreshi, Ruggieri, Turini 2008). Asks the model nothing; at most 3,000
    rows, drawn at random (`rows`).

    Not covered: relations that only a more flexible learner would find; whether the model uses
    what the inputs give away (`bias_sources`).
    """
    yield from ()
    if not case.protected:
        return [nobody(case, PROBE, "proxy_auc")]
    most = int(settings(case, PROBE).get("rows", _ROWS))
    places = np.arange(len(case))
    if len(case) > most:
        places = np.sort(rng.choice(len(case), most, replace=False))
    others = [name for name in case.rows.frame.columns if name not in case.protected]
    if len(others) > _WIDEST:
        reason = message("{inputs} inputs are too many for a regression; at most {most} are read")
        wide = reason.format(inputs=len(others), most=_WIDEST)
        return [
            unable(case, PROBE, "proxy_auc", name, wide).judged(verdict=Verdict.NOT_RUN)
            for name in case.protected
        ]
    table = design(case.rows.frame.select(others)[places])
    return [
        _subject(case, name, Groups(groups.codes[places], groups.labels), table, rng)
        for name, groups in subjects(case, crossed=False).items()
    ]


def _subject(
    case: DecisionCase, name: str, groups: Groups, table: Design, rng: np.random.Generator
) -> Finding:
    if not table.columns:
        reason = message("no input is a number or a category that varies")
        return unable(case, PROBE, "proxy_auc", name, reason)
    rows = np.bincount(groups.codes, minlength=len(groups.labels))
    told = np.flatnonzero((rows >= FEWEST) & (len(groups.codes) - rows >= FEWEST))
    if len(groups.labels) == 2:
        told = told[-1:]
    if len(told) > MOST:
        return too_many(case, PROBE, "proxy_auc", name, len(told), MOST)
    inside = [groups.codes == at for at in told]
    guesses = [cross_fitted(table.values, one, rng) for one in inside]
    values = [roc_auc(one, guess) for one, guess in zip(inside, guesses, strict=True)]
    place = int(np.argmax(values)) if values else -1
    details = {
        "groups": [
            {"group": groups.labels[at], "value": value, "n": int(rows[at])}
            for at, value in zip(told.tolist(), values, strict=True)
        ],
        "inputs": _strongest(table, inside[place]) if values else [],
    }
    return measured(
        case,
        PROBE,
        "proxy_auc",
        values[place] if values else np.nan,
        partial(_ends, inside, guesses),
        subject=name,
        n=len(groups.codes),
        method=message("DeLong, cross-fitted logistic regression"),
        absent=message("no two groups have {fewest} rows each").format(fewest=FEWEST),
        details=details,
        evidence="procedure",
    )


def _ends(inside: list[np.ndarray], guesses: list[np.ndarray], level: float) -> Interval[float]:
    if not inside:
        return Interval(np.nan, np.nan)
    each = bonferroni_level(level, len(inside))
    ends = [delong_auc(one, guess, each) for one, guess in zip(inside, guesses, strict=True)]
    return Interval(max(end.low for end in ends), max(end.high for end in ends))


def _strongest(table: Design, inside: np.ndarray) -> list[dict[str, Any]]:
    """The inputs that move the log-odds of the group most, by the standard deviation of that."""
    weights = fit_logistic(table.values, inside)[1:]
    moved = {}
    for name in dict.fromkeys(table.columns):
        own = np.array([column == name for column in table.columns])
        moved[name] = float((table.values[:, own] @ weights[own]).std())
    ordered = sorted(moved, key=lambda name: (-moved[name], name))
    return [{"input": name, "log_odds": moved[name]} for name in ordered[:_COLUMNS]]
