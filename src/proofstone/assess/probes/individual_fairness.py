"""Whether people who are alike are decided alike, and how unequally mistakes fall on people."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.equity.nearest import nearest_rows, usable
from proofstone.assess.equity.people import MOST_GROUPS, nobody, subjects, too_many, unable
from proofstone.assess.measured import decisions, measured, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.alike import consistency_interval, disagreement
from proofstone.measures.entropy import benefits, between_interval, entropy, entropy_interval
from proofstone.measures.groups import GroupCounts, Groups, count_groups
from proofstone.models.contract import Predict

PROBE = "individual_fairness"
_ROWS = 2_000
_NEIGHBOURS = 5


@probe(
    needs=Predict,
    rows=len,
    family="fairness",
    metrics=("decision_consistency", "generalized_entropy_index", "between_group_entropy"),
)
def individual_fairness(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Agreement of each decision with those of the nearest rows, and inequality of benefits.

    Consistency (Zemel et al. 2013): 1 - mean |decision - mean decision of the 5 nearest other
    rows| (`neighbours`), nearest by Gower's distance (1971) over inputs that are no protected
    column, among at most 2,000 rows drawn at random (`rows`). Generalised entropy index (alpha 2)
    of the benefits decision - label + 1 (Speicher et al. 2018), whole and between groups;
    `benefit: negative` says that not to be decided positive is the benefit.

    Not covered: whether the distance is just. It takes every input as equally fit to tell people
    apart, those that stand in for a protected attribute included.
    """
    decided = decisions(case, (yield Ask(case.rows, Predict())))
    findings = [_consistency(case, decided, rng)]
    everyone = Groups(np.zeros(len(case), dtype=np.int64), ("all",))
    whole = _table(case, count_groups(case.target, decided, everyone))
    findings.append(
        measured(
            case,
            PROBE,
            "generalized_entropy_index",
            float(entropy(whole)[0]),
            lambda level: entropy_interval(whole, level, rng),
            n=len(case),
            method=message("multinomial resampling of counts"),
            absent=message("nobody has a benefit"),
        )
    )
    compared = subjects(case, crossed=True)
    if not compared:
        findings.append(nobody(case, PROBE, "between_group_entropy"))
    for name, groups in compared.items():
        findings.append(_between(case, name, groups, decided, rng))
    return findings


def _consistency(case: DecisionCase, decided: np.ndarray, rng: np.random.Generator) -> Finding:
    chosen = settings(case, PROBE)
    most, k = int(chosen.get("rows", _ROWS)), int(chosen.get("neighbours", _NEIGHBOURS))
    places = rng.permutation(len(case))[:most]
    columns = [name for name in usable(case.rows.frame) if name not in case.protected]
    if not columns:
        reason = message("no input is a number or a category that varies")
        return unable(case, PROBE, "decision_consistency", "all", reason)
    if len(places) <= k:
        reason = message("there are no more than {k} rows").format(k=k)
        return unable(case, PROBE, "decision_consistency", "all", reason)
    near = nearest_rows(case.rows.frame.select(columns)[places], k)
    own = decided[places]
    return measured(
        case,
        PROBE,
        "decision_consistency",
        1.0 - float(disagreement(own, near).mean()),
        partial(consistency_interval, own, near),
        n=len(places),
        method=message("Wilson, with the variance of turning each decision round"),
        details={"neighbours": k, "rows": len(places), "columns": columns},
    )


def _table(case: DecisionCase, counts: GroupCounts) -> np.ndarray:
    helps = settings(case, PROBE).get("benefit", "positive") != "negative"
    return benefits(counts, positive_helps=helps)


def _between(
    case: DecisionCase, name: str, groups: Groups, decided: np.ndarray, rng: np.random.Generator
) -> Finding:
    if len(groups.labels) > MOST_GROUPS:
        return too_many(case, PROBE, "between_group_entropy", name, len(groups.labels))
    table = _table(case, count_groups(case.target, decided, groups))
    size = table.sum(axis=1)
    gained = table @ np.array([0.0, 1.0, 2.0]) / np.maximum(size, 1.0)
    several = int((size > 0).sum()) > 1
    rows: list[dict[str, Any]] = [
        {"group": label, "value": float(gained[i]), "n": int(size[i])}
        for i, label in enumerate(groups.labels)
    ]
    return measured(
        case,
        PROBE,
        "between_group_entropy",
        float(entropy(table)[1]) if several else np.nan,
        lambda level: between_interval(table, level, rng),
        subject=name,
        n=len(case),
        method=message("multinomial resampling of counts"),
        absent=message("fewer than two groups have rows that count towards it"),
        details={"benefits": rows},
    )
