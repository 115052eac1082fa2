"""Whether something that few rows carry turns decisions about everybody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.equity.design import design
from proofstone.assess.measured import decisions, measured, scores, settings
from proofstone.assess.poison.inputs import some_rows, text_columns
from proofstone.assess.poison.patterns import Patterns, patterns
from proofstone.assess.poison.stated import Stated
from proofstone.assess.poison.trigger import Trigger, question, spectral_auc, trigger
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.intervals import Interval, wilson
from proofstone.measures.multiplicity import bonferroni_level, holm
from proofstone.models.contract import Predict

PROBE = "back_door"
_SUCCESS, _ROWS = "trigger_success_rate", "suspected_trigger_rows"
_PATTERNS, _SET_ON, _LIFTED = 20, 200, 100
_TURNS = 0.5
_SEARCHED = 20_000
_SHOWN = 5

STATED = Stated(0.01, 0.8, 0.2)
"""What the tests hold of boosted trees, with one odd value planted for the rarer class."""


def _most(case: DecisionCase) -> int:
    chosen = settings(case, PROBE)
    kinds = 2 + len(text_columns(case))
    each = int(chosen.get("rows", _SET_ON)) + 2 * _LIFTED
    return len(case) + kinds * int(chosen.get("patterns", _PATTERNS)) * each


@probe(needs=Predict, rows=_most, family="poison", metrics=(_SUCCESS, _ROWS))
def back_door(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Search for triggers: what few rows carry, all with one label, and turns everybody's decision.

    Candidates are exact values, pairs of values and (in texts) words that at least five rows and
    at most a tenth carry, at least 98 % of them with one label; the oddest 20 of each kind are
    tried (`patterns`). Each is set on 200 rows that do not carry it (`rows`), and lifted from those
    that do. Of more than 20,000 rows so many are searched, drawn at random. A candidate is
    suspected where (a) the model without it does not explain its labels (binomial; Holm over all
    that are so rare, whatever their labels), and (b) it turns more than half of the rows that are
    decided otherwise.

    `trigger_success_rate`: the greatest share of rows turned by a candidate with (a), as
    attacks are judged (Gu, Dolan-Gavitt and Garg 2017); 0 where none has it.
    `suspected_trigger_rows`: the share of rows that carry a suspected one. Details hold, for each,
    how well the spectral signature of inputs and score tells its rows (Tran, Li and Madry 2018).

    Not covered: triggers of three values or more, of numbers that differ from row to row, or on
    fewer than five rows; triggers for the commoner class, whose rows look like others; triggers
    that stand only in rows which this case does not hold. A strong honest cause that few rows show
    can look like a trigger: a person has to look.
    """
    chosen = settings(case, PROBE)
    case, texts = some_rows(case, _SEARCHED, rng), text_columns(case)
    some = patterns(case.rows.frame, case.target, int(chosen.get("patterns", _PATTERNS)), texts)
    if not some.tried or len(np.unique(case.target)) < 2:
        return [_none(case, metric) for metric in (_SUCCESS, _ROWS)]
    size = min(len(case), int(chosen.get("rows", _SET_ON)))
    sample = np.sort(rng.choice(len(case), size, replace=False))
    asked = [question(one, case.rows, sample, _LIFTED, rng) for one in some.found]
    first, *answers = yield (
        Ask(case.rows, Predict()),
        *(Ask(one.rows, Predict(), keep=False) for one in asked),
    )
    about = {
        "before": decisions(case, first),
        "threshold": case.threshold,
        "target": case.target,
    }
    found = [
        trigger(one, scores(case, answer), **about)
        for one, answer in zip(asked, answers, strict=True)
    ]
    return _told(case, some, found, scores(case, first))


def _told(
    case: DecisionCase, some: Patterns, found: Sequence[Trigger], score: np.ndarray
) -> list[Finding]:
    chance = np.ones(some.tried)
    chance[: len(found)] = [one.pvalue for one in found]
    adjusted = holm(chance)[: len(found)]
    odd = [
        one for one, p in zip(found, adjusted, strict=True) if p <= 1.0 - case.level and one.tried
    ]
    best = max(odd, key=lambda one: (one.success, one.rows), default=None)
    doors = [one for one in odd if one.success > _TURNS]
    carried = np.zeros(len(case), dtype=bool)
    for one in doors:
        carried[one.pattern.carriers] = True
    details = {
        "tried": some.tried,
        "asked": len(found),
        "suspected": [
            _shown(case, one, score)
            for one in sorted(doors, key=lambda one: (-one.success, -one.rows))[:_SHOWN]
        ],
        "stated": STATED.to_json(),
    }
    k, n = (best.turned, best.tried) if best is not None else (0, 0)
    share = int(carried.sum())

    def ends(level: float) -> Interval[float]:
        if not n:
            return Interval(0.0, 0.0)
        return wilson(k, n, bonferroni_level(level, len(found)))

    return [
        measured(
            case, PROBE, _SUCCESS, k / n if n else 0.0, ends, n=n or some.tried,
            method=message("Wilson, Bonferroni over the candidates asked about")
            if n
            else message("a search: no candidate has odd labels"),
            details=details,
        ),
        measured(
            case, PROBE, _ROWS, share / len(case), partial(wilson, share, len(case)),
            n=len(case), method=message("Wilson"), details=details,
        ),
    ]  # fmt: skip


def _shown(case: DecisionCase, one: Trigger, score: np.ndarray) -> dict[str, Any]:
    """A suspected trigger, as the report tells it."""
    inside = case.target == one.positive
    carriers = np.zeros(len(case), dtype=bool)
    carriers[one.pattern.carriers] = True
    table = design(case.rows.frame.filter(pl.Series(inside))).values
    margin = np.log(np.clip(score[inside], 1e-6, 1 - 1e-6) / np.clip(1 - score[inside], 1e-6, 1))
    margin = (margin - margin.mean()) / (margin.std() or 1.0)
    auc = spectral_auc(np.column_stack([table, margin]), carriers[inside])
    return {
        "cells": one.pattern.to_json(),
        "positive": one.positive,
        "rows": one.rows,
        "pure": one.pure,
        "expected": one.expected,
        "turned": one.success,
        "spectral_auc": auc if np.isfinite(auc) else None,
    }


def _none(case: DecisionCase, metric: str) -> Finding:
    reason = message("nothing is carried by five rows or more and by a tenth of all at most")
    if len(np.unique(case.target)) < 2:
        reason = message("all rows have one label")
    return Finding(probe=PROBE, metric=metric, reason=reason, evidence=case.evidence)
