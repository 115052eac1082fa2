"""What the model's answers come down to, as a few rules, and how faithful those are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.cells import plain
from proofstone.assess.measured import decisions, measured, settings
from proofstone.checks.cases import ClassesCase, DecisionCase, NumberCase, RankingCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.explain.conditions import read
from proofstone.explain.levels import features_of
from proofstone.explain.surrogate_tree import LEAVES, Rule, decide, fit_rules, most_rows
from proofstone.measures.intervals import mean_interval, wilson
from proofstone.measures.numbers import r_squared, r_squared_interval
from proofstone.models.contract import Predict
from proofstone.models.rows import Rows

_NAME = "rules"
_FEWEST = 40

AnyCase = DecisionCase | ClassesCase | NumberCase | RankingCase


@probe(
    needs=Predict,
    rows=len,
    family="attribution",
    metrics=("surrogate_fidelity", "surrogate_r_squared"),
    about=(DecisionCase, ClassesCase, NumberCase, RankingCase),
)
def rules(case: AnyCase, rng: np.random.Generator) -> Probing:
    """The share of decisions that a tree of at most eight leaves (`leaves`) decides alike.

    The tree is fitted to the model's decisions about a random half of the rows (Craven and Shavlik
    1996; CART: Breiman et al. 1984), of many as many as let it try every split in 100 MB, which
    `fitted` in the details counts; its fidelity is the share of the other half on which it
    decides as the model does, beside that of always taking the most frequent decision. Of several
    classes the likeliest is decided. Of numbers and rankings it is fitted to what is answered, and
    its fidelity is the share of their variance on the other half that it accounts for (R²).

    Not covered: why the model decides so; a rule that is faithful on the whole may be wrong about
    a single person; several labels of a row.
    """
    answered = _answered(case, (yield Ask(case.rows, Predict())))
    inputs = features_of(case.model, case.rows.frame)
    if len(case) < _FEWEST:
        return [_without(case, message("there are fewer than {n} rows").format(n=_FEWEST))]
    if not inputs:
        return [_without(case, message("there is no input to make rules of"))]
    if (answered == answered[0]).all():
        return [_without(case, _same(case))]
    order = rng.permutation(len(case))
    fitted = np.sort(order[: min(len(case) // 2, most_rows(inputs))])
    judged = np.sort(order[len(case) // 2 :])
    leaves = max(2, int(settings(case, _NAME).get("leaves", LEAVES)))
    found = fit_rules(case.rows.frame[fitted], answered[fitted], inputs, leaves=leaves)
    rows, truth = case.rows.take(judged), answered[judged]
    if isinstance(case, NumberCase | RankingCase):
        return [_explained(case, found, rows, truth, len(fitted))]
    return [_fidelity(case, found, rows, truth, answered[fitted])]


def _answered(case: AnyCase, answers: np.ndarray) -> np.ndarray:
    """What rules are made of, (n,): the decision, the place of the likeliest class, the number."""
    if isinstance(case, DecisionCase):
        return decisions(case, answers)
    if isinstance(case, ClassesCase):
        return np.asarray(answers.argmax(axis=1))
    return np.asarray(answers[:, 0], dtype=np.float64)


def _same(case: AnyCase) -> str:
    if isinstance(case, NumberCase | RankingCase):
        return message("every answer is the same")
    return message("every decision is the same")


def _without(case: AnyCase, reason: str) -> Finding:
    number = isinstance(case, NumberCase | RankingCase)
    metric = "surrogate_r_squared" if number else "surrogate_fidelity"
    return Finding(probe=_NAME, metric=metric, reason=reason, evidence=case.evidence)


def _fidelity(
    case: DecisionCase | ClassesCase,
    found: Sequence[Rule],
    rows: Rows,
    decided: np.ndarray,
    seen: np.ndarray,
) -> Finding:
    told = decide(found, rows.frame)
    alike = told == decided
    kinds, count = np.unique(seen, return_counts=True)
    plainly = decided == kinds[count.argmax()]
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
            "fitted": len(seen),
            **_by_decision(case, told, decided),
            "rules": [_rule(case, rule, rows, decided) for rule in found],
        },
    )


def _by_decision(
    case: DecisionCase | ClassesCase, told: np.ndarray, decided: np.ndarray
) -> dict[str, Any]:
    """Of the decisions of each kind, how many the rules make too."""
    if isinstance(case, DecisionCase):
        return {"positive": _share(told, decided), "negative": _share(~told, ~decided)}
    return {
        "classes": {
            case.classes[at]: _share(told == at, decided == at) for at in np.unique(decided)
        }
    }


def _share(told: np.ndarray, decided: np.ndarray) -> dict[str, Any]:
    count = int(decided.sum())
    return {"n": count, "found": int((told & decided).sum())}


def _rule(
    case: DecisionCase | ClassesCase, rule: Rule, rows: Rows, decided: np.ndarray
) -> dict[str, Any]:
    inside = rule.holds(rows.frame)
    decision = "positive" if rule.decision else "negative"
    return {
        "conditions": _conditions(rule),
        "decision": case.classes[int(rule.decision)] if isinstance(case, ClassesCase) else decision,
        "rows": int(inside.sum()),
        "alike": int((decided[inside] == rule.decision).sum()),
    }


def _conditions(rule: Rule) -> list[dict[str, Any]]:
    conditions = [one | {"value": plain(one["value"])} for one in read(rule.conditions)]
    return conditions if rule.conditions else []


def _explained(
    case: NumberCase | RankingCase,
    found: Sequence[Rule],
    rows: Rows,
    answered: np.ndarray,
    fitted: int,
) -> Finding:
    """The share of the variance of numbers that the rules account for."""
    told = decide(found, rows.frame)
    n = len(answered)
    return measured(
        case,
        _NAME,
        "surrogate_r_squared",
        r_squared(answered, told).value,
        partial(r_squared_interval, answered, told),
        n=n,
        method=message("delta method, on rows that the rules were not fitted to"),
        absent=_same(case),
        details={
            "fitted": fitted,
            "rules": [
                {
                    "conditions": _conditions(rule),
                    "estimate": float(rule.decision),
                    "rows": int((inside := rule.holds(rows.frame)).sum()),
                    "mean": float(answered[inside].mean()) if inside.any() else None,
                }
                for rule in found
            ],
        },
    )
