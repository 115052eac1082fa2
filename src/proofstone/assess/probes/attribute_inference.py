"""How much a score gives away of a value that its owner kept to themselves."""

from __future__ import annotations

import difflib
from collections.abc import Generator, Mapping
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.inference.attributes import Knowledge, guesses, numbers
from proofstone.assess.labels import read_groups
from proofstone.assess.measured import measured, scores, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.measures.influence import Influence, influence_interval, paired_auc_gain
from proofstone.measures.intervals import Interval
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.models.contract import Predict

_NAME = "attribute_inference"
_METRIC = "attribute_inference_gain"
_CONTROL = 0.999
_MOST_VALUES = 10
_FEWEST = 20
_ROWS = 5_000


def _columns(case: DecisionCase) -> list[str]:
    """The columns that are kept secret: protected ones, and those that the project names."""
    named = settings(case, _NAME).get("columns", ())
    return sorted({*case.protected, *([named] if isinstance(named, str) else map(str, named))})


def _refuse_unknown(case: DecisionCase, columns: list[str]) -> None:
    """Raise where a column that the project names is neither an input nor protected."""
    known = sorted({*case.rows.frame.columns, *case.protected})
    for column in columns:
        if column not in known:
            near = difflib.get_close_matches(column, known, n=1)
            raise InputError(
                f"assess.settings.{_NAME}.columns: no column {column}",
                hint=f"did you mean {near[0]}?" if near else "name inputs or protected columns",
            )


def _most_rows(case: DecisionCase) -> int:
    inputs = [name for name in _columns(case) if name in case.rows.frame.columns]
    return (2 + _MOST_VALUES) * len(inputs) * min(len(case), _ROWS)


@probe(needs=Predict, rows=_most_rows, family="privacy", metrics=(_METRIC,))
def attribute_inference(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """How much better a secret value is guessed with a row's score than without it.

    The attacker knows all other inputs and may ask the model: so also the score that the row would
    have with each of the column's values (Fredrikson et al. 2014; Yeom et al. 2018). Boosted trees,
    cross-fitted, guess the value from that alone, then with the row's own score beside it. The
    gain is the difference of the areas under the ROC curves, paired by row. Columns are the
    protected ones and those of the setting `columns`; `all` is the greatest gain, its level
    corrected for the choice (Bonferroni). Of a column that is no input the score says nothing
    that the other inputs do not: the gain is 0 without measuring.

    Null test: scores of the same rows with the secret value drawn from another row must not show a
    gain at 99.9 %, or the finding is withheld.

    Not covered: what the other inputs give away by themselves; columns of numbers with more than
    ten values; values of fewer than twenty rows; attackers who know the label.
    """
    columns = _columns(case)
    _refuse_unknown(case, columns)
    if not columns:
        reason = message("no column is protected, and settings name none")
        return [Finding(probe=_NAME, metric=_METRIC, reason=reason, evidence=case.evidence)]
    gains: dict[str, Influence] = {}
    findings = []
    for column in columns:
        if column not in case.rows.frame.columns:
            gains[column] = Influence(0.0, np.zeros(len(case)))
            about = {"input": False, "null": None}
            findings.append(_finding(case, column, gains[column], about))
            continue
        found = yield from _attack(case, column, rng)
        if isinstance(found, Finding):
            findings.append(found)
            continue
        gains[column], null = found
        control = {"gain": null.value, "low": influence_interval(null, _CONTROL).low}
        finding = _finding(case, column, gains[column], {"input": True, "null": control})
        if control["low"] > 0.0:
            del gains[column]
            reason = message("the null test found a gain where there was none")
            finding = finding.judged(value=None, low=None, high=None, reason=reason)
        findings.append(finding)
    return [_greatest(case, gains), *findings]


def _attack(
    case: DecisionCase, column: str, rng: np.random.Generator
) -> Generator[Any, Any, tuple[Influence, Influence] | Finding]:
    """Ask for every supposed value; return the gain and that of the null test, or why not."""
    secret = read_groups(case.rows.frame[column])
    _, code, counts = np.unique(secret.astype(str), return_inverse=True, return_counts=True)
    usable = np.isin(code, np.flatnonzero(counts >= _FEWEST)) & ~_missing(case, column)
    kept = np.flatnonzero(usable)
    if len(kept) > _ROWS:
        kept = np.sort(rng.choice(kept, _ROWS, replace=False))
    _, first, code = np.unique(code[kept], return_index=True, return_inverse=True)
    if not 2 <= len(first) <= _MOST_VALUES:
        reason = message("{n} values with at least {least} rows; it takes 2 to {most}").format(
            n=len(first), least=_FEWEST, most=_MOST_VALUES
        )
        return Finding(
            probe=_NAME, metric=_METRIC, subject=column, reason=reason, evidence=case.evidence
        )
    rows, column_values = case.rows.take(kept), case.rows.frame[column][kept]
    asked = [column_values[np.full(len(kept), one)] for one in first]
    asked.append(column_values[rng.permutation(len(kept))])
    own, *others = yield (
        Ask(rows, Predict()),
        *(Ask(rows.replaced(column, one), Predict(), keep=False) for one in asked),
    )
    *supposed, placebo = (scores(case, answers) for answers in others)
    known = Knowledge(numbers(rows.frame.drop(column)), np.stack(supposed, axis=1))
    seed = int(rng.integers(2**31))
    before = guesses(known.alone(), code, seed)
    gain, null = (
        paired_auc_gain(code, before, guesses(known.beside(score), code, seed))
        for score in (scores(case, own), placebo)
    )
    return gain, null


def _missing(case: DecisionCase, column: str) -> np.ndarray:
    return case.rows.frame[column].is_null().to_numpy()


def _finding(case: DecisionCase, column: str, gain: Influence, details: dict[str, Any]) -> Finding:
    return measured(
        case,
        _NAME,
        _METRIC,
        gain.value,
        partial(influence_interval, gain),
        subject=column,
        n=len(gain.rows),
        method=message("paired areas, influence of each row"),
        details=details,
    )


def _greatest(case: DecisionCase, gains: Mapping[str, Influence]) -> Finding:
    """The greatest gain of any column that was measured."""
    if not gains:
        reason = message("no column could be measured")
        return Finding(
            probe=_NAME,
            metric=_METRIC,
            verdict=Verdict.NOT_RUN,
            reason=reason,
            evidence=case.evidence,
        )

    def ends(level: float) -> Interval[float]:
        single = bonferroni_level(level, len(gains))
        found = [influence_interval(one, single) for one in gains.values()]
        return Interval(max(one.low for one in found), max(one.high for one in found))

    best = max(gains, key=lambda name: gains[name].value)
    return measured(
        case,
        _NAME,
        _METRIC,
        gains[best].value,
        ends,
        n=len(gains[best].rows),
        method=message("the greatest of several columns, Bonferroni"),
        details={"column": best},
    )
