"""What ordinary damage to the data does to the model: a drop in quality, and flipped decisions."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.assess.attack.corrupt import (
    KINDS,
    Corruption,
    corruptions_of,
    most_copies,
)
from proofstone.assess.attack.inputs import free_texts
from proofstone.assess.attack.noise import spreads
from proofstone.assess.measured import measured, scores, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.errors import ProofstoneError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.measures.change import change_interval, weighted_mean
from proofstone.measures.classification import log_losses
from proofstone.measures.influence import auc_influence
from proofstone.measures.intervals import UNKNOWN, Interval, wilson
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.models.contract import Predict
from proofstone.models.errors import NotRecorded

_ROWS = 1000
_SHARE = 0.1
_SOUNDED = 50
_METRICS = ("corrupted_auc_drop", "corrupted_log_loss_rise", "corrupted_flip_rate")


def _rows(case: DecisionCase) -> int:
    kept = min(len(case), int(settings(case, "corruptions").get("rows", _ROWS)))
    sounded = min(kept, _SOUNDED)
    return 4 * (kept + sounded) * (1 + most_copies(case.rows.frame))


@probe(needs=Predict, rows=_rows, family="robustness", metrics=_METRICS)
def corruptions(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """Drop in AUC, rise in log loss, share of flipped decisions under each kind of damage.

    At most 1,000 rows (`rows`) are drawn, and each suffers: typing errors in 10 % of the cells that
    hold text (`share`), or loss of 10 % of all cells; noise of 0.1 standard deviations on all
    numbers; one number ten or a hundred times too large or a thousand times too small; two like
    columns swapped; each number in turn moved by half a standard deviation, up or down, by other
    values (shifted) and by other rows (reweighted). Of shifts the worst column counts. Each is
    measured on the same rows as the undamaged answers, so that the intervals are those of paired
    differences; `all` is the worst kind, its interval widened for the choice.

    Not covered: damage that is sought (see `boundary_attack`); damage of several kinds at once.
    """
    chosen = settings(case, "corruptions")
    kept = np.sort(rng.permutation(len(case))[: int(chosen.get("rows", _ROWS))])
    if not len(kept):
        reason = message("there are no rows")
        return [Finding(probe="corruptions", metric=_METRICS[0], reason=reason)]
    rows = case.rows.take(kept)
    spread, share = spreads(rows.frame), float(chosen.get("share", _SHARE))
    tried = corruptions_of(rows, spread, free_texts(case), share, rng)
    whole = Corruption("", rows)
    first = np.arange(min(len(rows), _SOUNDED))
    asked = [whole, *(one for one in tried if one.weight is None)]
    replies: dict[int, np.ndarray] = {}
    refused: list[tuple[Corruption, Exception]] = []
    for places in (first, None):
        told = yield from _told(asked, whole, places)
        refused += [(one, why) for one, why in told if isinstance(why, Exception)]
        if stopped := [why for one, why in refused if one is whole]:
            return [_absent(case, "all", stopped[0])]
        replies = {id(one): reply for one, reply in told if not isinstance(reply, Exception)}
        asked = [one for one in asked if id(one) in replies]
    plain = _Sample(case, kept, replies[id(whole)])
    measures: list[_Change] = []
    for one in tried:
        reply = replies.get(id(one if one.weight is None else whole))
        if reply is not None:
            measures += plain.changes(one, reply)
    return [*_findings(case, measures, refused), *_failed(case, measures, refused)]


def _told(
    asked: Sequence[Corruption], whole: Corruption, places: np.ndarray | None
) -> Generator[Ask | tuple[Ask, ...], Any, list[tuple[Corruption, np.ndarray | Exception]]]:
    """What the model answers for each, at some `places` or all, or why not: at once, else singly.

    Of what is asked in full only the `whole` rows are kept, which other probes ask for too.
    """
    asks = [
        Ask(one.rows, Predict(), keep=one is whole)
        if places is None
        else Ask(one.rows.take(places), Predict())
        for one in asked
    ]
    try:
        replies = list((yield tuple(asks)))
    except Exception:
        replies = []
        for ask in asks:
            try:
                replies.append((yield ask))
            except Exception as error:
                replies.append(error)
    return list(zip(asked, replies, strict=True))


def _failed(
    case: DecisionCase,
    changes: Sequence[_Change],
    refused: Sequence[tuple[Corruption, Exception]],
) -> list[Finding]:
    """A finding for each kind that the model refuses; one for all where answers are recorded.

    A kind that could be measured on another column has its finding already.
    """
    measured_kinds = {one.kind for one in changes if one.metric == "corrupted_flip_rate"}
    why = {one.kind: error for one, error in refused if one.kind not in measured_kinds}
    recorded = all(isinstance(error, NotRecorded) for error in why.values())
    if why and recorded and not measured_kinds:
        return [_absent(case, "all", next(iter(why.values())))]
    return [_absent(case, f"corruption={kind}", error) for kind, error in why.items()]


@dataclass(frozen=True, eq=False)
class _Change:
    """One metric's change under one corruption: its value, its interval by level, rows."""

    metric: str
    kind: str
    column: str
    value: float
    influence: np.ndarray

    @property
    def n(self) -> int:
        return len(self.influence)

    def ends(self, level: float) -> Interval[float]:
        """The interval: paired by influence, of a share of flips Wilson's."""
        if self.metric == "corrupted_flip_rate":
            return wilson(float(self.influence.sum()), float(self.n), level)
        return change_interval(self.value, self.influence, level)


@dataclass(frozen=True, eq=False)
class _Sample:
    """The undamaged rows at `kept` of the case, with their answers."""

    case: DecisionCase
    kept: np.ndarray
    answers: np.ndarray

    def changes(self, one: Corruption, answers: np.ndarray) -> list[_Change]:
        """What the corruption changes; flips only where values change."""
        target, limit = self.case.target[self.kept], self.case.threshold[self.kept]
        old, new = scores(self.case, self.answers), scores(self.case, answers)
        area, share = auc_influence(target, old)
        after, shifted = auc_influence(target, new, one.weight)
        loss, part = weighted_mean(log_losses(target, old))
        worse, moved = weighted_mean(log_losses(target, new), one.weight)
        about = one.kind, one.column
        found = [
            _Change("corrupted_auc_drop", *about, area - after, share - shifted),
            _Change("corrupted_log_loss_rise", *about, worse - loss, moved - part),
        ]
        if one.weight is None:
            flips = ((old >= limit) != (new >= limit)).astype(np.float64)
            found.append(_Change("corrupted_flip_rate", *about, float(flips.mean()), flips))
        return found


def _findings(
    case: DecisionCase,
    changes: Sequence[_Change],
    refused: Sequence[tuple[Corruption, Exception]],
) -> list[Finding]:
    """For each metric the worst of all, then each kind (the worst column of it)."""
    found = []
    without = {kind: [one.column for one, _ in refused if one.kind == kind] for kind in KINDS}
    for metric in _METRICS:
        of_metric = [one for one in changes if one.metric == metric]
        if of_metric:
            found.append(_worst(case, metric, "all", of_metric))
        for kind in KINDS:
            of_kind = [one for one in of_metric if one.kind == kind]
            if of_kind:
                found.append(_worst(case, metric, f"corruption={kind}", of_kind, without[kind]))
    return found


def _worst(
    case: DecisionCase,
    metric: str,
    subject: str,
    tried: Sequence[_Change],
    refused: Sequence[str] = (),
) -> Finding:
    """The largest change among `tried`, its interval simultaneous over all of them.

    `refused` are the columns whose damage the model refuses.
    """
    values = np.array([one.value for one in tried])
    known = np.isfinite(values)
    worst = tried[int(np.argmax(np.where(known, values, -np.inf)))]

    def ends(level: float) -> Interval[float]:
        each = bonferroni_level(level, len(tried))
        bounds = [one.ends(each) for one, kept in zip(tried, known, strict=True) if kept]
        if not bounds:
            return UNKNOWN
        return Interval(max(low for low, _ in bounds), max(high for _, high in bounds))

    return measured(
        case,
        "corruptions",
        metric,
        worst.value,
        ends if len(tried) > 1 else worst.ends,
        subject=subject,
        n=worst.n,
        method=_method(metric, len(tried)),
        details={"kind": worst.kind, "column": worst.column, "tried": len(tried)}
        | ({"refused": list(refused)} if refused else {}),
    )


def _method(metric: str, tried: int) -> str:
    if metric == "corrupted_flip_rate":
        return (
            message("Wilson") if tried == 1 else message("Wilson, Bonferroni over what was tried")
        )
    if tried == 1:
        return message("paired differences of the same rows")
    return message("paired differences of the same rows, Bonferroni over what was tried")


def _absent(case: DecisionCase, subject: str, error: Exception) -> Finding:
    recorded = isinstance(error, NotRecorded)
    named = "" if isinstance(error, ProofstoneError) else f"{type(error).__name__}: "
    return Finding(
        probe="corruptions",
        metric="corrupted_flip_rate",
        subject=subject,
        verdict=Verdict.NOT_APPLICABLE if recorded else Verdict.NOT_RUN,
        reason=f"{named}{error}",
        evidence=case.evidence,
    )
