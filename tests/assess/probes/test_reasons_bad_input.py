"""What explains decisions, asked about tables that nobody would wish for."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from proofstone.assess.probes.dependence import dependence
from proofstone.assess.probes.explanation_stability import explanation_stability
from proofstone.assess.probes.recourse import recourse
from proofstone.assess.probes.rules import rules
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Probe
from proofstone.core.finding import Verdict
from proofstone.core.project.schema import Rule
from proofstone.models.constraints import Bounds, Constraints
from proofstone.models.contract import Feature
from proofstone.models.rows import Rows

from .cases import Formula, run

N = 3000
RNG = np.random.default_rng(0)
FRAME = pl.DataFrame(
    {
        "number": np.where(RNG.random(N) < 0.1, np.nan, RNG.normal(size=N)),
        "gone": pl.Series([None] * N, dtype=pl.Float64),
        "same": [1] * N,
        "small": pl.Series(RNG.integers(0, 3, N), dtype=pl.UInt8),
        "id": [f"person {place}" for place in range(N)],
        "flag": pl.Series([True, None, False] * (N // 3)),
        "wild": np.where(RNG.random(N) < 0.01, np.inf, RNG.random(N)),
    }
)
KINDS = {"id": "category", "flag": "boolean"}
PROBES = [dependence, recourse, rules, explanation_stability]


def score(frame: pl.DataFrame) -> np.ndarray:
    number = frame["number"].fill_nan(0.0).fill_null(0.0).to_numpy()
    return np.asarray(1 / (1 + np.exp(-number - frame["small"].cast(pl.Float64).to_numpy() + 4)))


def case(score: object = score) -> tuple[DecisionCase, Formula]:
    model = Formula(FRAME, score)
    inputs = tuple(Feature(name, KINDS.get(name, "number")) for name in FRAME.columns)
    model.signature = replace(model.signature, inputs=inputs)
    rows = Rows.of(FRAME)
    alone = np.array(["few"] + ["many"] * (N - 1), dtype=object)
    people = {"alone": alone, "each": FRAME["id"].to_numpy().astype(object)}
    about = DecisionCase(
        rows=rows,
        target=np.zeros(N, dtype=int),
        threshold=np.full(N, 0.5),
        protected=people,
        model=model,
        background=rows.take(np.arange(20)),
        constraints=Constraints(
            {"small": Bounds("up", high=1), "id": Bounds(values=("nobody",))},
            (Rule(name="order", expression="number <= small"),),
        ),
    )
    return about, model


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_no_table_breaks_it(probe: Probe) -> None:
    findings = run(probe, *case())
    assert findings
    for one in findings:
        assert one.verdict is not Verdict.NOT_RUN or "too many" in one.reason, one.reason
        assert one.value is not None or one.reason
        json.dumps(one.to_json(), allow_nan=False)
    assert any(one.value is not None for one in findings)


@pytest.mark.parametrize("probe", PROBES[:3], ids=lambda probe: probe.name)
def test_a_model_that_answers_nan_is_said_to(probe: Probe) -> None:
    found = run(probe, *case(lambda frame: np.full(frame.height, np.nan)))
    assert {one.metric for one in found} <= set(probe.metrics)
    for finding in found:
        assert finding.verdict is Verdict.NOT_RUN
        assert "NaN" in finding.reason


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_two_rows_are_too_few_but_no_fault(probe: Probe) -> None:
    about, model = case()
    few = replace(
        about,
        rows=Rows.of(FRAME[:2]),
        target=np.array([0, 1]),
        threshold=np.full(2, 0.5),
        protected={},
        background=Rows.of(FRAME[:1]),
    )
    for one in run(probe, few, model):
        assert one.value is not None or one.reason
        assert one.verdict is not Verdict.NOT_RUN, one.reason
