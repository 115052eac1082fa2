"""Whether a model answers the same row the same way twice."""

from __future__ import annotations

from functools import partial

import numpy as np

from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import ROW_CASES, Case
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.intervals import wilson
from proofstone.models.contract import Predict

PROBE = "nondeterminism"
_METRIC = "answer_change_rate"
_ROWS = 200
_SAME = 1e-9


def _most(case: Case) -> int:
    most = settings(case, PROBE).get("rows", _ROWS)
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise InputError(
            f"assess.settings.{PROBE}.rows: {most!r} is no whole number from 1",
            hint="it says how many rows are asked a second time, such as 200",
        )
    return most


@probe(
    needs=Predict,
    rows=lambda case: 2 * min(len(case), int(settings(case, PROBE).get("rows", _ROWS))),
    family="robustness",
    metrics=(_METRIC,),
    about=ROW_CASES,
)
def nondeterminism(case: Case, rng: np.random.Generator) -> Probing:
    """The share of rows whose answer differs when they are asked again.

    At most 200 rows, drawn at random (`rows`), are asked a second time. An answer differs where
    one of its numbers moved by more than 1e-9 times its size, or 1e-9 (`tolerance`). A model that
    answers otherwise the second time makes every other number of an assessment one draw of several.

    Not covered: changes over days, or with the load of a server; predictions that were recorded,
    which cannot be asked again.
    """
    chosen = settings(case, PROBE)
    size = min(len(case), _most(case))
    tolerance = float(chosen.get("tolerance", _SAME))
    if not size:
        reason = message("there are no rows")
        return [Finding(probe=PROBE, metric=_METRIC, reason=reason, evidence=case.evidence)]
    places = rng.permutation(len(case))[:size]
    rows = case.rows.take(places)
    once, again = yield Ask(rows, Predict()), Ask(rows, Predict(), draw=1, keep=False)
    moved = np.abs(np.asarray(again) - np.asarray(once)).reshape(size, -1)
    scale = np.maximum(1.0, np.abs(np.asarray(once)).reshape(size, -1))
    changed = int((moved > tolerance * scale).any(axis=1).sum())
    return [
        measured(
            case, PROBE, _METRIC, changed / size, partial(wilson, changed, size), n=size,
            method=message("Wilson"),
            details={"greatest": float(moved.max()), "median": float(np.median(moved))},
        )
    ]  # fmt: skip
