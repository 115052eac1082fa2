from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from proofstone.assess.probes.threshold_sweep import SHIFTS, threshold_sweep
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Finding
from proofstone.measures.groups import RATES, count_groups, group, rate
from proofstone.models.contract import Feature, Signature
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows

RNG = np.random.default_rng(5)
SCORE = RNG.random(800)
TARGET = (RNG.random(800) < SCORE).astype(np.int64)
SEX = np.where(RNG.random(800) < 0.4, "f", "m").astype(object)


def swept(levels: dict[tuple[str, str], float]) -> list[Finding]:
    rows = Rows.of(pl.DataFrame({"a": np.arange(800.0)}))
    signature = Signature((Feature("a", "number"),), "probabilities", ("0", "1"), "1")
    case = DecisionCase(
        rows=rows,
        target=TARGET,
        threshold=np.full(800, 0.5),
        protected={"sex": SEX},
        levels=levels,
    )
    return Oracle(Recorded(rows, SCORE, signature)).run([threshold_sweep], case)


def test_nothing_is_swept_when_no_gate_depends_on_the_threshold() -> None:
    assert swept({("roc_auc", "all"): 0.95, ("selection_rate_difference", "age"): 0.95}) == []


def test_each_point_is_what_the_moved_threshold_gives() -> None:
    gated = {("false_positive_rate_difference", "sex"): 0.99, ("selection_rate", "all"): 0.9}
    (finding,) = swept(gated)
    points = finding.details["points"]
    assert [point["shift"] for point in points] == SHIFTS.tolist()
    for point in points:
        decided = 0.5 + point["shift"] <= SCORE
        assert point["accuracy"] == pytest.approx(np.mean(decided == (TARGET == 1)))
        low, high = point["metrics"]["selection_rate|all"]
        assert low <= decided.mean() <= high
        counts = count_groups(TARGET, decided, group(SEX))
        rates = rate(*RATES["false_positive_rate"](counts))
        low, high = point["metrics"]["false_positive_rate_difference|sex"]
        assert low <= np.ptp(rates) <= high


def test_a_higher_level_gives_wider_ends() -> None:
    key = ("false_positive_rate_difference", "sex")
    ends = [
        swept({key: level})[0].details["points"][10]["metrics"]["|".join(key)]
        for level in (0.9, 0.999)
    ]
    assert ends[1][0] <= ends[0][0]
    assert ends[1][1] > ends[0][1]
