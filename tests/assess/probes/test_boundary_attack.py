from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from proofstone.assess.probes.boundary_attack import _plain, boundary_attack
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Verdict
from proofstone.core.project.schema import Rule
from proofstone.models.constraints import Bounds, Constraints
from proofstone.models.cross_fitted import CrossFitted
from proofstone.models.rows import Rows

from .cases import Formula, by, real, recorded, run

N = 1000
FRAME = pl.DataFrame({"x": np.arange(N) / N, "y": np.random.default_rng(0).permutation(N) / N})


def by_x(frame: pl.DataFrame) -> np.ndarray:
    return 1 / (1 + np.exp(-8 * (frame["x"].to_numpy() - 0.5)))


def case(frame: pl.DataFrame = FRAME, **about: Any) -> DecisionCase:
    n = frame.height
    target = (np.arange(n) >= n // 2).astype(int)
    return DecisionCase(rows=Rows.of(frame), target=target, threshold=np.full(n, 0.5), **about)


def test_on_a_line_the_share_within_a_cost_is_twice_the_cost() -> None:
    settings = {"boundary_attack": {"rows": N}}
    found = by(run(boundary_attack, case(settings=settings), Formula(FRAME, by_x)))
    for cost in (0.1, 0.25):
        assert found["boundary_flip_rate", f"cost<={cost:g}"].value == pytest.approx(
            2 * cost, abs=0.01
        )
    assert found["boundary_flip_rate", "all"].details["within"] == 0.25
    assert found["boundary_cost", "all"].value == pytest.approx(0.25, abs=0.005)
    example = found["boundary_cost", "all"].details["examples"][0]
    assert example["cost"] < 0.005
    assert list(example["changes"]) == ["x"]


def test_what_may_not_change_is_no_way_to_flip() -> None:
    bound = Constraints({"x": Bounds(change="none")})
    found = by(run(boundary_attack, case(constraints=bound), Formula(FRAME, by_x)))
    assert found["boundary_flip_rate", "all"].value == 0.0
    cost = found["boundary_cost", "all"]
    assert cost.value is None
    assert "no change was found" in cost.reason
    up = Constraints({"x": Bounds(change="up")})
    settings = {"boundary_attack": {"rows": N}}
    found = by(run(boundary_attack, case(constraints=up, settings=settings), Formula(FRAME, by_x)))
    assert found["boundary_flip_rate", "cost<=0.5"].value == pytest.approx(0.5, abs=0.01)


def test_a_relation_of_absent_columns_is_left_out() -> None:
    rules = (Rule(name="gone", expression="age >= 18"), Rule(name="here", expression="x <= 2"))
    found = run(boundary_attack, case(constraints=Constraints({}, rules)), Formula(FRAME, by_x))
    assert by(found)["boundary_flip_rate", "all"].value > 0


def test_only_right_decisions_are_attacked() -> None:
    wrong = DecisionCase(
        rows=Rows.of(FRAME), target=(np.arange(N) < N // 2).astype(int), threshold=np.full(N, 0.5)
    )
    (finding,) = run(
        boundary_attack, wrong, Formula(FRAME, lambda f: (f["x"] >= 0.5).to_numpy() * 1.0)
    )
    assert (finding.verdict, finding.reason) == (Verdict.NOT_APPLICABLE, "no decision is right")


def test_the_bound_of_rows_is_true_and_the_seed_decides() -> None:
    table = real("hmda")
    frame = table.drop("y", "p")

    def reads(asked: pl.DataFrame) -> np.ndarray:
        z = 3 * asked["pirat"] + asked["lvrat"] + 0.3 * asked["chist"].cast(float) - 3.5
        z = z + 2 * (asked["insurance"] == "yes").cast(float)
        return 1 / (1 + np.exp(-z.to_numpy()))

    about = DecisionCase(
        rows=Rows.of(frame), target=table["y"].to_numpy(), threshold=np.full(len(frame), 0.4)
    )
    oracles = [Oracle(Formula(frame, reads)) for _ in range(2)]
    first, second = (oracle.run([boundary_attack], about, seed=3) for oracle in oracles)
    assert [one.to_json() for one in first] == [one.to_json() for one in second]
    assert oracles[0].tally.asked <= boundary_attack.rows(about)
    found = by(first)
    shares = [found["boundary_flip_rate", f"cost<={cost}"].value for cost in (0.1, 0.25, 0.5)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.5


def test_a_changed_row_is_answered_by_the_model_that_never_saw_it() -> None:
    models = [Formula(FRAME, by_x), Formula(FRAME, lambda f: np.full(f.height, 0.7))]
    crossed = CrossFitted(models, (np.arange(N) % 2))
    settings = {"boundary_attack": {"rows": N}}
    found = by(Oracle(crossed).run([boundary_attack], case(settings=settings)))
    # The second model decides 500 rows, 250 of them rightly, and can never be flipped.
    assert found["boundary_cost", "all"].details["flipped"] == pytest.approx(2 / 3, abs=0.01)


def test_recorded_predictions_texts_and_constants_do_not_apply() -> None:
    about, model = recorded(np.arange(N) % 2, np.full(N, 0.3), FRAME)
    finding, *_others = run(boundary_attack, about, model)
    assert finding.verdict is Verdict.NOT_APPLICABLE
    flat = pl.DataFrame({"x": np.ones(10)})
    (finding,) = run(boundary_attack, case(flat), Formula(flat, lambda f: np.full(f.height, 0.3)))
    assert finding.reason == "no input may change"


def test_a_million_categories_are_no_trouble() -> None:
    frame = FRAME.with_columns(name=pl.Series([f"person {at}" for at in range(N)]))
    found = by(run(boundary_attack, case(frame), Formula(frame, by_x)))
    assert found["boundary_flip_rate", "all"].value == pytest.approx(0.5, abs=0.12)


def test_a_missing_value_that_stays_missing_is_no_change() -> None:
    gaps = [None if at % 2 else math.nan for at in range(N)]
    frame = FRAME.with_columns(gap=pl.Series(gaps, dtype=pl.Float64), z=pl.col("y"))
    found = by(run(boundary_attack, case(frame), Formula(frame, by_x)))
    examples = found["boundary_cost", "all"].details["examples"]
    assert [list(one["changes"]) for one in examples] == [["x"]] * 3


def test_values_that_json_does_not_have_are_told_as_text() -> None:
    told = [_plain(value) for value in (None, 1.5, math.inf, math.nan, True)]
    assert told == [None, 1.5, "inf", "nan", True]
