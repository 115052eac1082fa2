"""What an assessment would ask, before it asks: rows, calls, time and money."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from proofstone.checks.cases import Case
from proofstone.checks.memory import ROOM, batch_size
from proofstone.checks.oracle import Oracle, stream
from proofstone.checks.probe import Ask, Probe
from proofstone.checks.shelf import distinct
from proofstone.core.budget import Prices
from proofstone.models.contract import Generate, Model, Operation, Predict, Signature
from proofstone.models.rows import Rows
from proofstone.models.tabular import TabularModel

_SAMPLE = 64
_LARGER = 32
_NO_TIME = 0.02
_A_ROW = 32
"""Tokens of a row beyond its bytes: what marks its turns."""

Keys = dict[tuple[str, int], np.ndarray]
"""By operation and draw: the keys of rows, uint64 (n, 2), each once and in order."""


@dataclass(frozen=True)
class Planned:
    """What one probe asks: `rows` exactly where `exact`, else at most.

    `fits` is false where the probe does not apply to the case or the model; it then asks nothing.
    """

    probe: str
    operation: str
    rows: int
    exact: bool
    fits: bool = True

    def to_json(self) -> dict[str, Any]:
        """The entry as a JSON object."""
        return {
            "probe": self.probe,
            "operation": self.operation,
            "rows": self.rows,
            "exact": self.exact,
            "fits": self.fits,
        }


@dataclass(frozen=True)
class AssessmentPlan:
    """What an assessment asks altogether; where not `exact`, rows are an upper bound.

    `rows` is what probes ask for, `distinct` what the model is asked, repeats dropped, `calls` in
    at most how many batches of at most `batch` rows. An adaptive probe may ask a row at a time, so
    that bound is far off: `expected_calls` has full batches, and as many turns as rehearsals had.
    `seconds` is an estimate from a sample, of the model's time alone; None where not measured.
    `tokens` are at most so many (read, written), and `cost` at most so much; None where answers
    are not counted in tokens, or without prices.
    """

    probes: tuple[Planned, ...]
    rows: int
    distinct: int
    calls: int
    expected_calls: int
    batch: int
    exact: bool
    seconds: float | None = None
    tokens: tuple[int, int] | None = None
    cost: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The plan as a JSON object."""
        return {
            "probes": [one.to_json() for one in self.probes],
            "rows": self.rows,
            "distinct_rows": self.distinct,
            "calls": self.calls,
            "expected_calls": self.expected_calls,
            "batch_size": self.batch,
            "exact": self.exact,
            "seconds": self.seconds,
            "tokens": None if self.tokens is None else list(self.tokens),
            "cost": self.cost,
        }


def plan_assessment(
    model: Model,
    probes: Sequence[Probe],
    case: Case,
    *,
    seed: int = 0,
    prices: Prices | None = None,
    sample: int = _SAMPLE,
) -> AssessmentPlan:
    """Return what `Oracle(model).run(probes, case, seed=seed)` would ask.

    A probe's declared bound is a true one. Where its first questions reach it, no others can
    follow, and the number is exact. Otherwise the probe is rehearsed with two stand-ins for the
    model, whose answers have nothing in common: where it asks both for the same rows, what it asks
    does not hang on the answers, and the number is exact; where not, the bound counts. So it does
    where a probe asks the case's model itself, as explanations do: a rehearsal never asks it.
    Rehearsals take the probe's own time. `sample` rows are put to the model to measure its time; 0
    asks nothing, where answers are dear.

    Not covered: answers kept from an earlier run, which cost nothing; the time that probes take.
    """
    rehearsed = [_rehearse(model, one, case, seed) for one in probes]
    exact = [one for one in rehearsed if one.planned.exact]
    bounded = [one for one in rehearsed if not one.planned.exact]
    known = [len(keys) for keys in _united(one.keys for one in exact).values()]
    batch = batch_size(model, case.rows, ROOM)
    more = sum(one.planned.rows for one in bounded)
    turns = sum(one.turns for one in exact)
    calls = sum(-(-count // batch) for count in known) + turns + more
    distinct = sum(known) + more + sum(one.again for one in exact)
    expected = -(-distinct // batch) + max((one.turns for one in rehearsed), default=0)
    tokens = _tokens(rehearsed)
    return AssessmentPlan(
        probes=tuple(one.planned for one in rehearsed),
        rows=sum(one.planned.rows for one in rehearsed),
        distinct=distinct,
        calls=min(calls, distinct),
        batch=batch,
        exact=not bounded,
        expected_calls=min(expected, distinct),
        seconds=_seconds(model, case, sample, distinct, min(expected, distinct)),
        tokens=tokens,
        cost=None if tokens is None or prices is None else prices.of(*tokens),
    )


@dataclass
class _Rehearsed:
    planned: Planned
    keys: Keys = field(default_factory=dict)
    asks: tuple[Ask, ...] = ()
    turns: int = 0
    again: int = 0
    """Rows that are asked for once more, as their answers were not to be kept."""


def _rehearse(model: Model, probe: Probe, case: Case, seed: int) -> _Rehearsed:
    operation = probe.needs.__name__
    if not isinstance(case, probe.about) or probe.needs not in model.operations:
        return _Rehearsed(Planned(probe.name, operation, 0, exact=True, fits=False))
    most = int(probe.rows(case))
    safe, silent = _rehearsable(case)
    first = _first(probe, safe, seed)
    asked = sum(len(ask.rows) for ask in first)
    if asked >= most and not silent.asked:
        keys = _keys(first, by_origin=model.by_origin)
        return _Rehearsed(Planned(probe.name, operation, asked, exact=True), keys, first, 0)
    turns = 1
    if probe.needs is Predict and not silent.asked:
        one, other = (StandIn(model, number) for number in (1, 2))
        oracles = [Oracle(stand_in) for stand_in in (one, other)]
        for oracle in oracles:
            oracle.run([probe], safe, seed=seed)
        hangs = not _same(one.keys, other.keys) or one.refused or other.refused
        if not (hangs or silent.asked):
            planned = Planned(probe.name, operation, oracles[0].tally.asked, exact=True)
            again = one.answered - sum(len(keys) for keys in one.keys.values())
            return _Rehearsed(planned, one.keys, first, one.calls, again)
        turns = max(one.calls, other.calls)
    return _Rehearsed(Planned(probe.name, operation, most, exact=False), {}, first, turns)


def _rehearsable(case: Case) -> tuple[Case, Silent]:
    """The case with a model that answers nothing, and that model; a table model of ours stays."""
    silent = Silent(case.model)
    if case.model is None or isinstance(case.model, TabularModel):
        return case, silent
    if Predict not in case.model.operations:  # an assistant, which no rehearsal asks
        return case, silent
    return replace(case, model=silent), silent


class Silent:
    """Says of `model` what it is, and answers nothing; `asked` says whether somebody asked."""

    def __init__(self, model: Model | None) -> None:
        self.asked = False
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Raise: an answer would be the model's own.

        Raises:
            RuntimeError: always.
        """
        self.asked = True
        raise RuntimeError("a rehearsal does not ask the model")


def _first(probe: Probe, case: Case, seed: int) -> tuple[Ask, ...]:
    """What the probe asks before it knows any answer; nothing where it fails."""
    generator = probe.function(case, stream(probe, seed))
    try:
        question = next(generator)
    except Exception:
        return ()
    finally:
        generator.close()
    return (question,) if isinstance(question, Ask) else tuple(question)


def _keys(asks: Iterable[Ask], *, by_origin: bool) -> Keys:
    return _united(
        {(repr(ask.operation), ask.draw): ask.rows.keys(by_origin=by_origin)} for ask in asks
    )


def _united(parts: Iterable[Keys]) -> Keys:
    """The keys of all parts, each once and in order."""
    found: dict[tuple[str, int], list[np.ndarray]] = {}
    for part in parts:
        for asked, keys in part.items():
            found.setdefault(asked, []).append(keys)
    whole = {asked: np.concatenate(several) for asked, several in found.items()}
    return {
        asked: distinct(keys)[0].select("a", "b").to_numpy()
        for asked, keys in whole.items()
        if len(keys)
    }


def _same(one: Keys, other: Keys) -> bool:
    return one.keys() == other.keys() and all(
        np.array_equal(keys, other[asked]) for asked, keys in one.items()
    )


class StandIn:
    """Answers `Predict` in place of `model`: by lot, equal rows alike, of the right shape."""

    operations: frozenset[type[Operation]] = frozenset({Predict})

    def __init__(self, model: Model, number: int) -> None:
        self.id = f"stand-in-{number}"
        self.signature: Signature = model.signature
        self.by_origin = model.by_origin
        self.batch_size = max(1, model.batch_size)
        self._asked: list[Keys] = []
        self.calls = self.answered = 0
        self.refused = False
        self._number = number

    @property
    def keys(self) -> Keys:
        """The rows that it was asked for."""
        return _united(self._asked)

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return answers by lot, of the shape that the signature says."""
        self.calls, self.answered = self.calls + 1, self.answered + len(rows)
        self._asked.append(_keys([Ask(rows, operation, draw)], by_origin=self.by_origin))
        if not isinstance(operation, Predict) or self.signature.output == "text":
            self.refused = True
            raise ValueError("a stand-in answers predictions alone")
        width = 1 if self.signature.output == "number" else len(self.signature.classes)
        drawn = [
            rows.frame.hash_rows(self._number * 1000 + at).to_numpy() / 2.0**64
            for at in range(width)
        ]
        values = np.clip(np.stack(drawn, axis=1), 1e-3, 1.0 - 1e-3)
        if self.signature.output == "probabilities":
            values = values / values.sum(axis=1, keepdims=True)
        return np.asarray(values)


def _seconds(model: Model, case: Case, sample: int, distinct: int, calls: int) -> float | None:
    """Time of the model: for each call what a single row takes, for each row what more ones add.

    Where a sample is answered in no time, a larger one is asked; where that takes no longer than a
    single row, its rows share its time.
    """
    if not sample or not len(case) or Predict not in model.operations:
        return None

    def timed(count: int) -> float:
        rows = case.rows.take(np.arange(count))
        begun = time.perf_counter()
        model.answer(Predict(), rows)
        return time.perf_counter() - begun

    timed(1)
    alone, size = timed(1), min(sample, len(case))
    together = timed(size)
    if together < _NO_TIME:
        size = min(_LARGER * sample, len(case))
        together = timed(size)
    gained = together - alone
    more = gained / (size - 1) if gained > 0.0 and size > 1 else together / size
    return alone * calls + more * distinct


def _tokens(rehearsed: Sequence[_Rehearsed]) -> tuple[int, int] | None:
    """The most that generation can read and write: a token a byte, `max_tokens` a row."""
    read = written = 0
    known = False
    for one in rehearsed:
        asks = [ask for ask in one.asks if isinstance(ask.operation, Generate)]
        if not asks:
            continue
        known = True
        longest, most = 0, 0
        for ask in asks:
            assert isinstance(ask.operation, Generate)
            each = _lengths(ask.rows) + _A_ROW
            read += int(each.sum())
            written += len(ask.rows) * ask.operation.max_tokens
            longest, most = max(longest, int(each.max())), max(most, ask.operation.max_tokens)
        further = one.planned.rows - sum(len(ask.rows) for ask in asks)
        read, written = read + max(0, further) * longest, written + max(0, further) * most
    return (read, written) if known else None


def _lengths(rows: Rows) -> np.ndarray:
    """Bytes of each row's texts."""
    cells = [pl.col(name).cast(pl.String).str.len_bytes() for name in rows.frame.columns]
    return rows.frame.select(pl.sum_horizontal(cells).alias("bytes"))["bytes"].to_numpy()
