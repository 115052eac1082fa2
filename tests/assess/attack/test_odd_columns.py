"""Columns and cases that no one planned for: every probe answers, within its bound, or says why."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.assess.probes.cases import Formula

from proofstone.assess.probes.adversarial_detection import adversarial_detection
from proofstone.assess.probes.boundary_attack import boundary_attack
from proofstone.assess.probes.corruptions import corruptions
from proofstone.assess.probes.smoothing import smoothing
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Finding, Verdict
from proofstone.models.contract import Feature, Signature
from proofstone.models.rows import Rows

PROBES = [adversarial_detection, boundary_attack, corruptions, smoothing]
N = 120
RNG = np.random.default_rng(0)
X = RNG.standard_normal(N)
INFINITE = [np.inf, -np.inf, np.nan, *RNG.standard_normal(N - 3)]

COLUMNS: dict[str, Any] = {
    "nothing": pl.Series([None] * N, dtype=pl.Float64),
    "no type": pl.Series([None] * N),
    "infinite": INFINITE,
    "truths": RNG.random(N) < 0.5,
    "dates": [datetime.date(2020, 1, 1) + datetime.timedelta(days=day) for day in range(N)],
    "categorical": pl.Series(RNG.choice(["u", "v"], N)).cast(pl.Categorical),
    "enum": pl.Series(RNG.choice(["u", "v"], N)).cast(pl.Enum(["u", "v"])),
    "bytes": pl.Series(RNG.integers(0, 255, N), dtype=pl.UInt8),
    "large": pl.Series([2**62] * (N // 2) + [1] * (N // 2)),
    "huge": pl.Series([1e100] * (N // 2) + [-1e100] * (N // 2)),
    "single": pl.Series(RNG.standard_normal(N), dtype=pl.Float32),
    "empty": [""] * (N // 2) + ["x"] * (N // 2),
    "all different": [f"person {at}" for at in range(N)],
}


def score(frame: pl.DataFrame) -> np.ndarray:
    values = frame["x"].cast(pl.Float64).fill_nan(None).fill_null(0.0).to_numpy()
    return 1 / (1 + np.exp(-np.clip(values, -30, 30)))


def answered(frame: pl.DataFrame, **about: Any) -> list[Finding]:
    n = frame.height
    about = {"target": np.arange(n) % 2, "threshold": np.full(n, 0.5)} | about
    case = DecisionCase(rows=Rows.of(frame), **about)
    findings = []
    for probe in PROBES:
        oracle = Oracle(about.get("model") or Formula(frame, score))
        findings += oracle.run([probe], case)
        assert oracle.tally.asked <= probe.rows(case), probe.name
    assert [one for one in findings if one.verdict is Verdict.NOT_RUN] == []
    return findings


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_any_kind(name: str) -> None:
    found = answered(pl.DataFrame({"x": X, "odd": COLUMNS[name]}))
    assert {one.probe for one in found if one.value is not None} == {one.name for one in PROBES}


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_hardly_any_rows(n: int) -> None:
    answered(pl.DataFrame({"x": X}).head(n))


@pytest.mark.parametrize("threshold", [0.0, 1.0])
def test_thresholds_at_the_ends_and_one_class(threshold: float) -> None:
    answered(pl.DataFrame({"x": X}), threshold=np.full(N, threshold), target=np.ones(N, int))


def test_free_texts_are_mistyped_and_lost_and_nothing_else() -> None:
    frame = pl.DataFrame({"x": ["an ordinary complaint about a late delivery"] * N})
    model = Formula(frame, lambda asked: np.where(asked["x"].is_null().to_numpy(), 0.1, 0.9))
    model.signature = Signature((Feature("x", "text"),), "probabilities", ("no", "yes"), "yes")
    found = answered(frame, model=model)
    flips = {one.subject: one.value for one in found if one.metric == "corrupted_flip_rate"}
    assert flips.keys() == {"all", "corruption=typos", "corruption=missing"}
    assert flips["corruption=typos"] == 0.0
    assert 0.02 < flips["corruption=missing"] < 0.25
    others = [one for one in found if one.probe != "corruptions"]
    assert all(one.verdict is Verdict.NOT_APPLICABLE and one.value is None for one in others)
