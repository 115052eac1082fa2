from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.probes.dependence import dependence
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Verdict
from proofstone.models.contract import Feature
from proofstone.models.rows import Rows

from .cases import Formula, by, recorded, run

RNG = np.random.default_rng(0)
FRAME = pl.DataFrame(RNG.random((400, 8)), schema=list("abcdefgh")).with_columns(
    whole=pl.Series(np.arange(400) % 3),
    kind=pl.Series(["x", "y", None, "z"] * 100),
    same=pl.lit(1.0),
)


def score(frame: pl.DataFrame) -> np.ndarray:
    a, b, whole = (frame[name].to_numpy() for name in ("a", "b", "whole"))
    return 0.1 + 0.4 * a + 0.1 * b * frame["c"].to_numpy() + 0.05 * whole + 0.2 * (
        frame["kind"].fill_null("") == "y"
    ).to_numpy()  # fmt: skip


def case(frame: pl.DataFrame = FRAME, **about: Any) -> tuple[DecisionCase, Formula]:
    model = Formula(frame, score)
    inputs = tuple(
        Feature(one.name, "category" if one.name == "kind" else "number")
        for one in model.signature.inputs
    )
    model.signature = replace(model.signature, inputs=inputs)
    n = frame.height
    about = {"target": np.arange(n) % 2, "threshold": np.full(n, 0.5), "model": model} | about
    return DecisionCase(rows=Rows.of(frame), **about), model


def test_curves_of_an_additive_part_are_its_own() -> None:
    found = by(run(dependence, *case()))
    for metric in ("partial_dependence_range", "accumulated_effect_range"):
        one = found[metric, "a"]
        span = one.details["levels"][-1] - one.details["levels"][0]
        assert one.value == pytest.approx(0.4 * span, abs=1e-12)
        assert one.low == pytest.approx(one.value)
        assert len(one.details["curve"]) == 12
    c = found["partial_dependence_range", "c"]
    assert c.low < 0.05 < c.high
    curve, low, high = (np.array(c.details[name]) for name in ("curve", "low", "high"))
    assert ((low <= curve) & (curve <= high)).all()
    kind = found["partial_dependence_range", "kind"]
    assert kind.details["levels"] == ["x", "y", "z"]
    assert kind.value == pytest.approx(0.2)
    assert ("accumulated_effect_range", "kind") not in found
    assert found["partial_dependence_range", "whole"].details["levels"] == [0, 1, 2]


def test_the_six_inputs_that_move_it_most_are_shown_and_no_constant() -> None:
    subjects = {one.subject for one in run(dependence, *case())}
    assert len(subjects) == 6
    assert {"a", "b", "c", "whole", "kind"} < subjects
    few = run(dependence, *case(settings={"dependence": {"features": 2}}))
    assert {one.subject for one in few} == {"a", "kind"}


def test_no_more_is_asked_than_said_and_in_two_turns() -> None:
    for settings in ({}, {"dependence": {"rows": 37, "features": 20, "levels": 5}}):
        about, model = case(settings=settings)
        oracle, turns = Oracle(model), []
        oracle.run([dependence], about, progress=turns.append)
        assert oracle.tally.asked <= dependence.rows(about)
        assert len(turns) <= 3


def test_the_same_seed_gives_the_same_findings() -> None:
    first, second = (run(dependence, *case(), seed=3) for _ in range(2))
    assert [one.to_json() for one in first] == [one.to_json() for one in second]


def test_bad_tables_end_as_reasons() -> None:
    constant = pl.DataFrame({"a": [1.0] * 20})
    model = Formula(constant, lambda f: np.full(f.height, 0.3))
    about = DecisionCase(rows=Rows.of(constant), target=np.zeros(20), threshold=np.full(20, 0.5),
                         model=model)  # fmt: skip
    (finding,) = run(dependence, about, model)
    assert "two values" in finding.reason
    finding, *_ = run(dependence, *recorded(np.arange(401) % 2, np.full(401, 0.3),
                      pl.DataFrame({"a": np.arange(401.0)})))  # fmt: skip
    assert finding.verdict is Verdict.NOT_APPLICABLE
    many = pl.DataFrame({"id": [f"n{i}" for i in range(5000)]})
    model = Formula(many, lambda f: np.full(f.height, 0.3))
    model.signature = replace(model.signature, inputs=(Feature("id", "category"),))
    about = DecisionCase(rows=Rows.of(many), target=np.zeros(5000), threshold=np.full(5000, 0.5),
                         model=model)  # fmt: skip
    (finding,) = run(dependence, about, model)
    assert finding.value == 0
    assert len(finding.details["levels"]) == 12


def test_missing_numbers_lie_in_no_interval() -> None:
    frame = FRAME.with_columns(a=pl.when(pl.col("b") < 0.3).then(None).otherwise(pl.col("a")))
    about, model = case(frame)
    model._score = lambda f: 0.1 + 0.4 * f["a"].fill_null(0.0).to_numpy()
    found = by(run(dependence, about, model))
    assert found["accumulated_effect_range", "a"].n < 200
    assert found["partial_dependence_range", "a"].n == 200
