"""Probes over a live model, some of whose answers cannot be used: what the other rows tell."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from proofstone.assess.usable import partly, unusable
from proofstone.checks.answers import Unusable
from proofstone.checks.cases import ROW_CASES, Case, DecisionCase, RankingCase
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe, Probing
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.models.contract import Predict
from proofstone.models.errors import RowError
from proofstone.models.rows import Rows

_BROKEN = message(
    "{bad} of {rows} rows got an answer that cannot be used, and were left out; "
    "no gate opens on the rest (row {places}): {says}"
)
_UNFIT = message(
    "{bad} of {rows} rows do not fit what the model takes, and were left out; "
    "no gate opens on the rest (row {places}): {says}"
)
_TRIES = 3


@dataclass(eq=False)
class _Met:
    """Which rows of the case got no usable answer, bool (n,), who asked, and what was said.

    `refused` is what a model says that does not take a row; which others it does not is unknown.
    """

    bad: np.ndarray
    probes: set[str] = field(default_factory=set)
    says: str = ""
    refused: RowError | None = None


def run_answerable(
    oracle: Oracle,
    probes: Sequence[Probe],
    case: Case,
    *,
    seed: int = 0,
    progress: Callable[[str], None] = lambda note: None,
) -> list[Finding]:
    """Run the probes; those that met unusable answers about rows of the case run on the others.

    So do those that met rows which the model does not take, where asking for these apart costs
    nothing. What was measured without some rows is inconclusive, so that no gate opens on it, and a
    finding says which rows those are. Answers that are there already are not asked for again.
    """
    found: dict[str, list[Finding]] = {one.name: [] for one in probes}
    lost, rest, kept = np.zeros(len(case), dtype=bool), list(probes), case
    why: dict[str, tuple[np.ndarray, str]] = {}
    for _ in range(_TRIES):
        met = _Met(np.zeros(len(kept), dtype=bool))
        watched = [_watched(one, kept, met) for one in rest]
        findings = oracle.run(watched, kept, seed=seed, progress=progress)
        found |= {one.name: [] for one in rest}
        for one in findings:
            told = partly(one, int(lost.sum()), len(case)) if lost.any() else one
            found.setdefault(told.probe, []).append(told)
        if not met.probes or not isinstance(case, ROW_CASES):
            break
        if met.refused is not None and not getattr(oracle.model, "costly", False):
            met.bad |= unfit(lambda rows: oracle.model.answer(Predict(), rows), kept.rows)
        fresh = np.flatnonzero(~lost)[met.bad]
        reason = _BROKEN if met.refused is None else _UNFIT
        before, says = why.get(reason, (fresh[:0], met.says))
        why[reason] = (np.concatenate([before, fresh]), says)
        lost[fresh] = True
        if not len(fresh) or lost.all():
            break
        rest = [one for one in rest if one.name in met.probes]
        kept = without(case, lost)
    every = [one for each in found.values() for one in each]
    for reason, (rows, says) in why.items():
        if len(rows):
            left = np.sort(case.rows.origin[rows])
            every.append(unusable(reason, left, len(case), says=says))
    return every


def unfit(ask: Callable[[Rows], object], rows: Rows) -> np.ndarray:
    """Which rows a model does not take, bool (n,): asked in halves until those are found."""
    try:
        ask(rows)
    except RowError:
        if len(rows) == 1:
            return np.ones(1, dtype=bool)
    except Exception:  # another matter, which the oracle tells
        return np.zeros(len(rows), dtype=bool)
    else:
        return np.zeros(len(rows), dtype=bool)
    middle = len(rows) // 2
    halves = np.arange(middle), np.arange(middle, len(rows))
    return np.concatenate([unfit(ask, rows.take(half)) for half in halves])


def without(case: Case, lost: np.ndarray) -> Any:
    """The case without the rows where `lost`, bool (n,), is true; background rows alike."""
    assert isinstance(case, ROW_CASES)
    keep = ~lost
    changed: dict[str, Any] = {
        "rows": case.rows.take(keep),
        "target": case.target[keep],
        "protected": {name: groups[keep] for name, groups in case.protected.items()},
    }
    if isinstance(case, RankingCase):
        changed["query"] = case.query[keep]
    if isinstance(case, DecisionCase):
        changed["threshold"] = case.threshold[keep]
        if case.background is not None:
            out = np.isin(case.background.origin, case.rows.origin[lost])
            changed["background"] = case.background.take(~out)
    return replace(case, **changed)


def _watched(probe: Probe, case: Case, met: _Met) -> Probe:
    """The probe, with what it meets noted."""

    def function(own: Case, rng: np.random.Generator) -> Probing:
        return _noted(probe, own, rng, met, case.rows)

    return replace(probe, function=function)


def _noted(
    probe: Probe, case: Case, rng: np.random.Generator, met: _Met, rows: Rows
) -> Generator[Any, Any, Any]:
    """The probe's questions and answers; of unusable ones it is noted for which rows they are."""
    probing = probe.function(case, rng)
    try:
        question = next(probing)
        while True:
            try:
                answers = yield question
            except Exception as error:  # the oracle says so; the probe may know what to do
                _note(error, probe.name, met, rows)
                question = probing.throw(error)
            else:
                question = probing.send(answers)
    except StopIteration as stop:
        return stop.value
    except Exception as error:  # where the probe asked the case's model itself
        _note(error, probe.name, met, rows)
        raise


def _note(error: Exception, name: str, met: _Met, rows: Rows) -> None:
    """Note the rows of the case itself; an answer about a changed row is the probe's own matter."""
    if isinstance(error, RowError):
        met.refused, met.says = met.refused or error, met.says or str(error)
        met.probes.add(name)
    asked = error.rows if isinstance(error, Unusable) else None
    if asked is None or asked.frame.schema != rows.frame.schema:
        return
    order = np.argsort(rows.origin, kind="stable")
    at = np.searchsorted(rows.origin, asked.origin, sorter=order)
    at = order[np.minimum(at, len(rows) - 1)]
    same, own = rows.origin[at] == asked.origin, rows.frame[at]
    for column in own.columns:
        same &= asked.frame[column].eq_missing(own[column]).to_numpy()
    if same.any():
        met.bad[at[same]] = True
        met.probes.add(name)
        met.says = met.says or str(error)
