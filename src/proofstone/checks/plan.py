"""What an assessment would ask, before it asks: rows, calls, time and money."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from proofstone.checks.cases import Case
from proofstone.checks.memory import ROOM, batch_size
from proofstone.checks.probe import Probe
from proofstone.checks.rehearsal import Planned, Rehearsed, rehearse, united
from proofstone.core.budget import Prices
from proofstone.models.contract import Generate, Model, Predict
from proofstone.models.rows import Rows

_SAMPLE = 64
_LARGER = 32
_NO_TIME = 0.02
_TRIES = 3
_A_ROW = 32
"""Tokens of a row beyond its bytes: what marks its turns."""


@dataclass(frozen=True)
class AssessmentPlan:
    """What an assessment asks altogether; where not `exact`, rows are an upper bound.

    `rows` is what probes ask for, `distinct` what the model is asked, repeats dropped, `calls` in
    at most how many batches of at most `batch` rows. An adaptive probe may ask a row at a time, so
    that bound is far off: `expected_calls` has full batches, and as many turns as rehearsals had.
    `seconds` is an estimate from a sample, of the model's time alone; None where not measured.
    `tokens` are at most so many (read, written), `requests` at most so many that a service gets,
    each tried once, and `cost` at most so much; None where answers are not counted in tokens,
    where no service is asked, and without prices.
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
    requests: int | None = None
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
            "requests": self.requests,
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
    does not hang on the answers, and the number is exact; where not, the bound counts. Where the
    case's own model is none of ours, they stand in for it too, and what explanations ask of it
    counts. Rehearsals take the probe's own time. `sample` rows are put to the model to measure its
    time; 0 asks nothing, where answers are dear.

    Not covered: answers kept from an earlier run, which cost nothing; requests that are tried
    again, or apart because one row of them is refused; the time that probes take.
    """
    rehearsed = [rehearse(model, one, case, seed) for one in probes]
    exact = [one for one in rehearsed if one.planned.exact]
    bounded = [one for one in rehearsed if not one.planned.exact]
    known = [len(keys) for keys in united(one.keys for one in exact).values()]
    batch = batch_size(model, case.rows, ROOM)
    more = sum(one.planned.rows for one in bounded)
    turns = sum(one.turns for one in exact)
    calls = sum(-(-count // batch) for count in known) + turns + more
    distinct = sum(known) + more + sum(one.again for one in exact)
    expected = -(-distinct // batch) + max((one.turns for one in rehearsed), default=0)
    calls, tokens = min(calls, distinct), _tokens(rehearsed)
    requests = _requests(model, distinct, calls)
    return AssessmentPlan(
        probes=tuple(one.planned for one in rehearsed),
        rows=sum(one.planned.rows for one in rehearsed),
        distinct=distinct,
        calls=calls,
        batch=batch,
        exact=not bounded,
        expected_calls=min(expected, distinct),
        seconds=_seconds(model, case, sample, distinct, min(expected, distinct)),
        tokens=tokens,
        requests=requests,
        cost=None if prices is None else _cost(prices, tokens, requests, distinct),
    )


def _seconds(model: Model, case: Case, sample: int, distinct: int, calls: int) -> float | None:
    """Time of the model: for each call what a single row takes, for each row what more ones add.

    The model is warm before it is timed, and the shortest of three times counts: what else the
    machine did meanwhile only adds to the others. Where a sample is answered in no time, a larger
    one is asked; where that takes no longer than a single row, its rows share its time.
    """
    if not sample or not len(case) or Predict not in model.operations:
        return None

    def timed(count: int) -> float:
        rows = case.rows.take(np.arange(count))
        return min(_time(model, rows) for _ in range(_TRIES))

    size = min(sample, len(case))
    _time(model, case.rows.take(np.arange(size)))
    alone, together = timed(1), timed(size)
    if together < _NO_TIME:
        size = min(_LARGER * sample, len(case))
        together = timed(size)
    gained = together - alone
    more = gained / (size - 1) if gained > 0.0 and size > 1 else together / size
    return alone * calls + more * distinct


def _time(model: Model, rows: Rows) -> float:
    begun = time.perf_counter()
    model.answer(Predict(), rows)
    return time.perf_counter() - begun


def _requests(model: Model, distinct: int, calls: int) -> int | None:
    """In at most how many requests a service gets `distinct` rows, in batches for `calls` calls."""
    each: int | None = getattr(model, "rows_a_call", None)
    return None if each is None else min(distinct, -(-distinct // each) + calls)


def _cost(
    prices: Prices, tokens: tuple[int, int] | None, requests: int | None, distinct: int
) -> float | None:
    """At most what it costs; None where nothing is counted that has a price."""
    if tokens is None and requests is None:
        return None
    return prices.of(*(tokens or (0, 0)), calls=requests or 0, rows=distinct if requests else 0)


def _tokens(rehearsed: Sequence[Rehearsed]) -> tuple[int, int] | None:
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
