"""What a probe that cannot measure says: one reason for each metric that it declares."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from proofstone.assess.equity.people import MOST_GROUPS
from proofstone.checks.cases import (
    Case,
    ClassesCase,
    DecisionCase,
    LabelsCase,
    NumberCase,
    RankingCase,
)
from proofstone.checks.gate import find
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.finding import Finding, Verdict
from proofstone.core.project.schema import Gate
from proofstone.models.contract import Feature, Operation, Predict, Signature
from proofstone.models.rows import Rows
from proofstone.pipeline.plugins import plugins

N = 2 * (MOST_GROUPS + 1)
ROWS = Rows.of(pl.DataFrame({"x": np.arange(float(N))}))
LONELY = {"id": np.array([str(at) for at in range(N)], dtype=object)}
ONE = np.arange(N) % 2
CASES: tuple[Case, ...] = tuple(
    one
    for protected in ({}, LONELY)
    for one in (
        DecisionCase(rows=ROWS, target=ONE, threshold=np.full(N, 0.5), protected=protected),
        ClassesCase(rows=ROWS, target=ONE, classes=("a", "b"), protected=protected),
        LabelsCase(
            rows=ROWS, target=np.stack([ONE == 1, ONE == 0], axis=1), labels=("a", "b"),
            threshold=np.full(2, 0.5), protected=protected,
        ),
        NumberCase(rows=ROWS, target=np.arange(float(N)), protected=protected),
        RankingCase(rows=ROWS, target=ONE.astype(float), query=np.arange(N) // 10,
                    protected=protected),
    )
)  # fmt: skip
PROBES = {name: one for name, one in plugins("probes").items() if one.ships}


class Answers:
    """Answers what the case needs, or nothing at all."""

    by_origin = False
    batch_size = 1000

    def __init__(self, case: Case, *, fails: bool = False) -> None:
        outputs = {LabelsCase: "labels", NumberCase: "number", RankingCase: "number"}
        output = outputs.get(type(case), "probabilities")
        classes = () if output == "number" else ("a", "b")
        positive = "b" if isinstance(case, DecisionCase) else None
        self.id, self.fails = f"answers-{type(case).__name__}", fails
        self.signature = Signature((Feature("x", "number"),), output, classes, positive)  # type: ignore[arg-type]
        self.operations: frozenset[type[Operation]] = frozenset({Predict})

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        if self.fails:
            raise RuntimeError("out of order")
        share = rows.frame["x"].to_numpy() / N
        if self.signature.output == "number":
            return np.asarray(share[:, None])
        return np.stack([1 - share, share], axis=1)


@pytest.mark.parametrize("name", PROBES)
def test_the_metrics_of_a_refusal_are_those_declared(name: str) -> None:
    probe: Probe = PROBES[name].load()
    told: list[Finding] = []
    for case in CASES:
        for fails in (False, True):
            told += Oracle(Answers(case, fails=fails)).run([probe], case)
    refusals = [one for one in told if one.value is None]
    assert refusals
    assert {one.metric for one in refusals} <= set(probe.metrics)
    assert all(one.probe == name for one in refusals)


def test_a_probe_that_fails_says_so_of_every_metric_and_a_gate_finds_it() -> None:
    probe: Probe = PROBES["group_fairness"].load()
    case = CASES[0]
    told = Oracle(Answers(case, fails=True)).run([probe], case)
    assert [one.metric for one in told] == list(probe.metrics)
    gate = Gate(metric="selection_rate_difference", subject="sex", max=0.1, reason="x")
    found = find(told, gate)
    assert (found.subject, found.verdict) == ("sex", Verdict.NOT_RUN)
    assert found.reason == "RuntimeError: out of order"
    other = find(told, Gate(metric="log_loss", max=1.0, reason="x"))
    assert other.reason == "no probe measured log_loss of all"


def test_too_many_groups_are_told_of_every_metric() -> None:
    probe: Probe = PROBES["group_fairness"].load()
    told = Oracle(Answers(CASES[5])).run([probe], CASES[5])
    assert [(one.metric, one.subject) for one in told] == [(one, "id") for one in probe.metrics]
    assert {one.verdict for one in told} == {Verdict.NOT_RUN}
