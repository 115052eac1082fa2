"""One question that recorded answers cannot answer does not keep the others from being merged."""

from __future__ import annotations

import numpy as np
import polars as pl

from proofstone.assess.foreign.replayed import replayed
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Ask, Probe, Probing, probe
from proofstone.core.finding import Finding, Verdict
from proofstone.models.contract import Predict, Signature
from proofstone.models.errors import NotRecorded
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows

ROWS = Rows.of(pl.DataFrame({"x": [1.0, 2.0, 3.0]}))
CASE = DecisionCase(rows=ROWS, target=np.array([0, 1, 1]), threshold=np.full(3, 0.5))


class Counted(Recorded):
    """Counts how often it is asked."""

    asked = 0

    def answer(self, operation: object, rows: Rows, draw: int = 0) -> np.ndarray:
        self.asked += 1
        return super().answer(operation, rows, draw)  # type: ignore[arg-type]


def model() -> Counted:
    signature = Signature((), "probabilities", ("no", "yes"), "yes")
    return Counted(ROWS, np.array([0.1, 0.2, 0.3]), signature)


def declared(name: str, *, moves: bool, catches: bool = False, draw: int = 0) -> Probe:
    def ask(case: DecisionCase, rng: np.random.Generator) -> Probing:
        rows = case.rows.replaced("x", [9.0, 9.0, 9.0]) if moves else case.rows
        try:
            answers = yield (Ask(case.rows, Predict()), Ask(rows, Predict(), draw))
        except NotRecorded:
            if not catches:
                raise
            answers = yield (Ask(case.rows, Predict()),)
        return [Finding(probe=name, metric=name, value=float(answers[0][:, 1].sum()))]

    ask.__name__ = name
    return probe(needs=Predict, rows=lambda case: 9, family="f", metrics=(name,))(ask)


def test_answers_are_had_once_whatever_another_probe_asks() -> None:
    probes = [declared("plain", moves=False), declared("moving", moves=True)]
    probes.append(declared("other", moves=False))
    told = model()
    first, second, third = Oracle(told).run([replayed(one, told) for one in probes], CASE)
    assert told.asked == 1
    assert first.value == third.value == 0.6000000000000001
    assert second.verdict is Verdict.NOT_APPLICABLE
    assert "row 0: no prediction was recorded (x was changed)" in second.reason
    bare = model()
    found = Oracle(bare).run(probes, CASE)
    assert [one.to_json() for one in found] == [one.to_json() for one in (first, second, third)]
    assert bare.asked > 1


def test_what_is_asked_again_is_refused_in_time_too() -> None:
    told = model()
    probes = [declared("plain", moves=False), declared("again", moves=False, draw=1)]
    first, second = Oracle(told).run([replayed(one, told) for one in probes], CASE)
    assert (told.asked, first.value) == (1, 0.6000000000000001)
    assert second.reason == "recorded predictions cannot be asked again"


def test_a_probe_may_go_on_after_a_refusal() -> None:
    told = model()
    going = replayed(declared("going", moves=True, catches=True), told)
    (found,) = Oracle(told).run([going], CASE)
    assert found.value == 0.6000000000000001
