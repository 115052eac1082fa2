"""How little it takes to flip a decision, for someone who seeks it and may only ask for scores."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from proofstone.assess.attack.boundary import Found, Target, most_asked, search
from proofstone.assess.attack.inputs import askable, inputs_of
from proofstone.assess.measured import decisions, measured, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.intervals import wilson
from proofstone.measures.quantiles import quantile_interval
from proofstone.models.contract import Predict

_ROWS = 200
_COSTS = (0.1, 0.25, 0.5)
_WITHIN = 0.25


def _rows(case: DecisionCase) -> int:
    attacked = min(len(case), int(settings(case, "boundary_attack").get("rows", _ROWS)))
    return len(case) + attacked * most_asked(inputs_of(case))


@probe(
    needs=Predict,
    rows=_rows,
    family="robustness",
    metrics=("boundary_flip_rate", "boundary_cost"),
)
def boundary_attack(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Share of right decisions that a small, possible change of the row flips; the median cost.

    At most 200 (`rows`) rightly decided rows are attacked: a greedy search over single columns on
    a grid of quantiles, up to three columns, then taken back to the boundary, by scores alone
    (a decision-based attack after Brendel, Rauber and Bethge 2018, for tables). A change keeps
    what the data dictionary says: columns that may change and in which direction, ranges, known
    categories, relations; whole numbers stay whole, missing values missing. Its cost is the sum of
    the shifts in mid-rank over columns (after Ustun, Spangher and Liu 2019); another category
    counts one half. Every change that counts was seen to flip the decision.

    Not covered: a better attacker may find cheaper changes, so the share is a lower bound of what
    can be flipped. Nothing says that a person could make the change, beyond the constraints.
    """
    inputs = inputs_of(case)
    if not inputs:
        return [_absent(case, message("no input may change"))]
    answers = yield Ask(case.rows, Predict())
    decided = decisions(case, answers)
    right = np.flatnonzero(decided == (case.target == 1))
    most = int(settings(case, "boundary_attack").get("rows", _ROWS))
    if not len(right):
        return [_absent(case, message("no decision is right"))]
    kept = np.sort(rng.permutation(right)[:most])
    target = Target(case.rows.take(kept), case.threshold[kept], decided[kept], case.positive)
    constraints = askable(case.constraints, case.rows.frame)
    gap = target.gap(answers[kept], np.arange(len(kept)))
    found = yield from search(target, inputs, constraints, gap)
    return [*_shares(case, found, inputs.names), _median(case, target, found)]


def _absent(case: DecisionCase, reason: str) -> Finding:
    return Finding(
        probe="boundary_attack", metric="boundary_flip_rate", reason=reason, evidence=case.evidence
    )


def _shares(case: DecisionCase, found: Found, columns: list[str]) -> list[Finding]:
    chosen = settings(case, "boundary_attack")
    within = float(chosen.get("within", _WITHIN))
    costs = dict.fromkeys(float(cost) for cost in chosen.get("costs", _COSTS))
    n = len(found.cost)
    return [
        measured(
            case,
            "boundary_attack",
            "boundary_flip_rate",
            float((found.cost <= cost).mean()),
            partial(wilson, float((found.cost <= cost).sum()), float(n)),
            subject=subject,
            n=n,
            method=message("Wilson"),
            details={"within": cost, "columns": columns},
        )
        for subject, cost in [("all", within), *((f"cost<={cost:g}", cost) for cost in costs)]
    ]


def _median(case: DecisionCase, target: Target, found: Found) -> Finding:
    cost = found.cost
    middle = float(np.sort(cost)[(len(cost) - 1) // 2])
    return measured(
        case,
        "boundary_attack",
        "boundary_cost",
        middle,
        partial(quantile_interval, cost, 0.5),
        n=len(cost),
        method=message("order statistics"),
        absent=message("no change was found for most rows"),
        details={"flipped": float(found.flipped.mean()), "examples": _examples(target, found)},
    )


def _examples(target: Target, found: Found) -> list[dict[str, object]]:
    """The three cheapest changes: what each column was and became."""
    frame = target.rows.frame
    places = [int(at) for at in np.argsort(found.cost, kind="stable")[:3] if found.flipped[at]]
    return [
        {
            "row": int(target.rows.origin[at]),
            "cost": float(found.cost[at]),
            "changes": {
                name: [_plain(frame[name][at]), _plain(found.frame[name][at])]
                for name in frame.columns
                if frame[name][at : at + 1].ne_missing(found.frame[name][at : at + 1]).all()
            },
        }
        for at in places
    ]


def _plain(value: object) -> object:
    """A value as JSON has it: numbers that it does not have, and dates, as text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else str(value)
