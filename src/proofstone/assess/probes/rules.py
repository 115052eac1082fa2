"""What the model's decisions come down to, as a few rules, and how faithful those are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.cells import plain
from proofstone.assess.measured import decisions, measured, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.explain.conditions import read
from proofstone.explain.levels import features_of
from proofstone.explain.surrogate_tree import LEAVES, Rule, decide, fit_rules
from proofstone.measures.intervals import mean_interval, wilson
from proofstone.models.contract import Predict
from proofstone.models.rows import Rows

_NAME = "rules"
_FEWEST = 40


@probe(needs=Predict, rows=len, family="attribution", metrics=("surrogate_fidelity",))
def rules(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """The share of decisions that a tree of at most eight leaves (`leaves`) decides alike.

    The tree is fitted to the model's decisions about a random half of the rows (Craven and Shavlik
    1996; CART: Breiman et al. 1984); its fidelity is the share of the other half on which it
    decides as the model does, beside that of always taking the more frequent decision.

    Not covered: why the model decides so; a rule that is faithful on the whole may be wrong about
    a single person.
    """
    decided = decisions(case, (yield Ask(case.rows, Predict())))
    inputs = features_of(case.model, case.rows.frame)
    if len(case) < _FEWEST:
        return [_without(case, message("there are fewer than {n} rows").format(n=_FEWEST))]
    if not inputs:
        return [_without(case, message("there is no input to make rules of"))]
    if decided.all() or not decided.any():
        return [_without(case, message("every decision is the same"))]
    order = rng.permutation(len(case))
    fitted, judged = np.sort(order[: len(case) // 2]), np.sort(order[len(case) // 2 :])
    leaves = max(2, int(settings(case, _NAME).get("leaves", LEAVES)))
    found = fit_rules(case.rows.frame[fitted], decided[fitted], inputs, leaves=leaves)
    return [_fidelity(case, found, case.rows.take(judged), decided[judged], decided[fitted])]


def _without(case: DecisionCase, reason: str) -> Finding:
    return Finding(probe=_NAME, metric="surrogate_fidelity", reason=reason, evidence=case.evidence)


def _fidelity(
    case: DecisionCase,
    found: Sequence[Rule],
    rows: Rows,
    decided: np.ndarray,
    seen: np.ndarray,
) -> Finding:
    told = decide(found, rows.frame)
    alike = told == decided
    plainly = decided == (2 * seen.sum() > len(seen))
    gain = alike.astype(np.float64) - plainly
    low, high = mean_interval(gain, case.level_of("surrogate_fidelity"))
    return measured(
        case,
        _NAME,
        "surrogate_fidelity",
        float(alike.mean()),
        partial(wilson, float(alike.sum()), float(len(alike))),
        n=len(alike),
        method=message("Wilson, on rows that the rules were not fitted to"),
        details={
            "majority": float(plainly.mean()),
            "gain": {"value": float(gain.mean()), "low": low, "high": high},
            "positive": _share(told, decided),
            "negative": _share(~told, ~decided),
            "rules": [_rule(rule, rows, decided) for rule in found],
        },
    )


def _share(told: np.ndarray, decided: np.ndarray) -> dict[str, Any]:
    """Of the decisions of one kind, how many the rules make too."""
    count = int(decided.sum())
    return {"n": count, "found": int((told & decided).sum())}


def _rule(rule: Rule, rows: Rows, decided: np.ndarray) -> dict[str, Any]:
    inside = rule.holds(rows.frame)
    conditions = [one | {"value": plain(one["value"])} for one in read(rule.conditions)]
    return {
        "conditions": conditions if rule.conditions else [],
        "decision": "positive" if rule.decision else "negative",
        "rows": int(inside.sum()),
        "alike": int((decided[inside] == rule.decision).sum()),
    }
