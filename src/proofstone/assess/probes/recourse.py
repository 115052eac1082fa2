"""Whether a person who was turned down could change that, by how much, and who has to do more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.cells import plain
from proofstone.assess.equity.people import MOST_GROUPS, too_many
from proofstone.assess.labels import grouped
from proofstone.assess.measured import decisions, measured, scores, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.explain.levels import features_of
from proofstone.explain.recourse import Recourse, kept_relations, most_rows, search
from proofstone.measures.intervals import wilson
from proofstone.measures.medians import median, median_spread
from proofstone.measures.quantiles import quantile_interval
from proofstone.models.constraints import Constraints
from proofstone.models.contract import Feature, Predict
from proofstone.models.rows import Rows

_NAME = "recourse"
_ROWS, _LEVELS, _BUDGET = 100, 10, 60_000
_EXAMPLES = 5
_NONE = message("no row has recourse")
_ORDER = message("order statistics")


def _may_change(case: DecisionCase) -> list[Feature]:
    inputs = features_of(case.model, case.rows.frame)
    free = case.constraints.free([one.name for one in inputs])
    return [one for one in inputs if one.name in free]


def _sizes(case: DecisionCase) -> tuple[int, int]:
    """How many rows are taken, and of how many levels an input; fewer where inputs are many."""
    chosen = settings(case, _NAME)
    most = int(chosen.get("levels", _LEVELS))
    beyond = _BUDGET // max(1, most * len(_may_change(case)))
    return min(len(case), int(chosen.get("rows", _ROWS)), max(10, beyond)), most


def _most_rows(case: DecisionCase) -> int:
    rows, most = _sizes(case)
    return len(case) + rows + most_rows(rows, len(_may_change(case)), most)


@dataclass(frozen=True, eq=False)
class _Sought:
    """What was sought for the rows at `kept` of a case, and how their scores changed.

    `dropped` changes turned a decision once, and not when the model was asked again.
    """

    kept: np.ndarray
    found: Recourse
    before: np.ndarray
    after: np.ndarray
    dropped: int


@probe(
    needs=Predict,
    rows=_most_rows,
    family="recourse",
    metrics=("recourse_rate", "recourse_cost", "recourse_changes", "recourse_cost_difference"),
)
def recourse(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Share of adverse decisions that a change a person could make turns, and its median cost.

    Of at most 100 rows (`rows`) decided negative (`adverse: positive` where that is what nobody
    wants) the least change of up to three inputs is sought under the constraints of the data
    dictionary: immutable and protected columns, ranges, directions, relations. Moving a number
    past a tenth of the rows costs 0.1; another category costs one half. Each change that is
    counted was verified: the model decides otherwise, and the constraints hold. Recourse: Ustun,
    Spangher and Liu (2019).

    Not covered: changes of more inputs at once, so what has none here may have one; what such a
    change takes of a person; whether it would change the outcome in the world.
    """
    adverse = _adverse(case)
    base = yield Ask(case.rows, Predict())
    turned_down = np.flatnonzero(decisions(case, base) == adverse)
    inputs = _may_change(case)
    if not len(turned_down) or not inputs:
        reason = message("no input may change") if len(turned_down) else message(
            "no decision is adverse"
        )  # fmt: skip
        return [Finding(probe=_NAME, metric="recourse_rate", reason=reason)]
    rows, most = _sizes(case)
    kept = np.sort(rng.choice(turned_down, min(rows, len(turned_down)), replace=False))
    about, threshold = case.rows.take(kept), case.threshold[kept]
    seeking = search(about, threshold, inputs, case.rows.frame, case.constraints,
                     above=not adverse, grid=most)  # fmt: skip
    asked = next(seeking)
    while True:
        answers = scores(case, (yield Ask(asked, Predict(), keep=False)))
        try:
            asked = seeking.send(answers)
        except StopIteration as stop:
            found: Recourse = stop.value
            break
    after = scores(case, (yield Ask(found.after, Predict(), keep=False)))
    found, dropped = _verified(case, about, found, (after >= threshold) == adverse)
    return _findings(case, _Sought(kept, found, scores(case, base)[kept], after, dropped), rng)


def _adverse(case: DecisionCase) -> bool:
    chosen = settings(case, _NAME).get("adverse", "negative")
    if chosen not in ("negative", "positive"):
        raise InputError(
            f"assess.settings.recourse.adverse: {str(chosen)[:40]!r} is no decision",
            hint="negative, or positive where the positive class is what nobody wants",
        )
    return bool(chosen == "positive")


def _verified(
    case: DecisionCase, about: Rows, found: Recourse, adverse: np.ndarray
) -> tuple[Recourse, int]:
    """The changes that turn the decision again and are allowed, and how many did not."""
    known = Constraints(case.constraints.bounds, kept_relations(case.constraints, about.frame))
    wrong = found.found & (adverse | ~known.kept(about.frame, found.after.frame))
    held = replace(
        found,
        found=found.found & ~wrong,
        cost=np.where(wrong, np.nan, found.cost),
        changed=np.where(wrong, 0, found.changed),
    )
    return held, int(wrong.sum())


def _findings(case: DecisionCase, sought: _Sought, rng: np.random.Generator) -> list[Finding]:
    every = np.ones(len(sought.kept), dtype=bool)
    findings = [*_of(case, sought, every, "all", _told(case, sought)), _changes(case, sought)]
    for subject, values in case.protected.items():
        groups = grouped(values)
        if len(groups.labels) > MOST_GROUPS:
            many = len(groups.labels)
            findings.append(too_many(case, _NAME, "recourse_cost_difference", subject, many))
        else:
            inside = [groups.codes[sought.kept] == code for code in range(len(groups.labels))]
            for label, mask in zip(groups.labels, inside, strict=True):
                if mask.any():
                    findings += _of(case, sought, mask, f"{subject}={label}", {})
            findings.append(_difference(case, sought, subject, groups.labels, inside, rng))
    return findings


def _of(
    case: DecisionCase,
    sought: _Sought,
    mask: np.ndarray,
    subject: str,
    details: Mapping[str, Any],
) -> list[Finding]:
    """Share with recourse and median cost of the rows in `mask`."""
    valid, n = int(sought.found.found[mask].sum()), int(mask.sum())
    cost = sought.found.cost[mask & sought.found.found]
    return [
        measured(
            case,
            _NAME,
            "recourse_rate",
            valid / n,
            partial(wilson, float(valid), float(n)),
            subject=subject,
            n=n,
            method=message("Wilson"),
            details=details,
        ),
        measured(
            case,
            _NAME,
            "recourse_cost",
            median(cost),
            partial(quantile_interval, cost, 0.5),
            subject=subject,
            n=len(cost),
            method=_ORDER,
            absent=_NONE,
        ),
    ]


def _changes(case: DecisionCase, sought: _Sought) -> Finding:
    changed = sought.found.changed[sought.found.found].astype(np.float64)
    counts = {str(many): int((changed == many).sum()) for many in (1, 2, 3)}
    return measured(
        case,
        _NAME,
        "recourse_changes",
        median(changed),
        partial(quantile_interval, changed, 0.5),
        n=len(changed),
        method=_ORDER,
        absent=_NONE,
        details={"changes": counts},
    )


def _difference(
    case: DecisionCase,
    sought: _Sought,
    subject: str,
    labels: tuple[str, ...],
    inside: list[np.ndarray],
    rng: np.random.Generator,
) -> Finding:
    costs = [sought.found.cost[mask & sought.found.found] for mask in inside]
    level = case.level_of("recourse_cost_difference", subject)
    value, ends = median_spread(costs, level, rng)
    groups = [
        {"group": label, "value": median(cost) if len(cost) else None, "n": len(cost),
         **dict(zip(("low", "high"), _known(quantile_interval(cost, 0.5, level)), strict=True))}
        for label, cost in zip(labels, costs, strict=True)
    ]  # fmt: skip
    return measured(
        case,
        _NAME,
        "recourse_cost_difference",
        value,
        lambda _: ends,
        subject=subject,
        n=sum(map(len, costs)),
        method=message("bootstrap within groups"),
        absent=message("fewer than two groups have recourse"),
        details={"groups": groups},
    )


def _known(ends: tuple[float, float]) -> tuple[float | None, float | None]:
    low, high = (None if np.isnan(end) else end for end in ends)
    return low, high


def _told(case: DecisionCase, sought: _Sought) -> dict[str, Any]:
    """Examples from the cheapest to the dearest, what was held fixed, which relations were not."""
    valid = np.flatnonzero(sought.found.found)
    ranked = valid[np.argsort(sought.found.cost[valid], kind="stable")]
    spread = np.linspace(0, len(ranked) - 1, min(_EXAMPLES, len(ranked))).round().astype(int)
    names = [one.name for one in features_of(case.model, case.rows.frame)]
    asked = kept_relations(case.constraints, case.rows.frame)
    return {
        "adverse": "positive" if _adverse(case) else "negative",
        "fixed": [name for name in names if not case.constraints.free([name])],
        "dropped": sought.dropped,
        "relations": [rule.name for rule in asked],
        "relations_left_out": [
            rule.name for rule in case.constraints.relations if rule not in asked
        ],
        "examples": [_example(case, sought, int(place)) for place in ranked[spread]],
    }


def _example(case: DecisionCase, sought: _Sought, place: int) -> dict[str, Any]:
    own, new = case.rows.frame[int(sought.kept[place])], sought.found.after.frame[place]
    before, after = (
        {name: plain(value) for name, value in one.row(0, named=True).items()} for one in (own, new)
    )
    return {
        "row": int(case.rows.origin[sought.kept[place]]),
        "cost": float(sought.found.cost[place]),
        "score": float(sought.before[place]),
        "score_after": float(sought.after[place]),
        "threshold": float(case.threshold[sought.kept[place]]),
        "changes": [
            {"column": name, "from": before[name], "to": after[name]}
            for name in before
            if before[name] != after[name]
        ],
    }
