from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.assess.probes.cases import Formula

from proofstone.assess.attack.boundary import Found, Target, most_asked, search
from proofstone.assess.attack.inputs import inputs_of
from proofstone.checks.cases import DecisionCase
from proofstone.core.project.schema import Rule
from proofstone.models.constraints import Bounds, Constraints
from proofstone.models.contract import Predict
from proofstone.models.rows import Rows

N = 400
RNG = np.random.default_rng(0)
FRAME = pl.DataFrame({f"x{place}": RNG.permutation(N) / N for place in range(4)})
WEIGHT = np.array([3.0, -2.0, 1.0, 0.5])


def linear(frame: pl.DataFrame) -> np.ndarray:
    return 1 / (1 + np.exp(-4 * (frame.select(FRAME.columns).to_numpy() @ WEIGHT - 1.25)))


def found(
    frame: pl.DataFrame,
    score: Callable[[pl.DataFrame], np.ndarray],
    constraints: Constraints | None = None,
    **more: Any,
) -> tuple[Found, int, DecisionCase]:
    """What the search finds, the rows that it asked for, and the case."""
    n = frame.height
    case = DecisionCase(
        rows=Rows.of(frame),
        target=np.zeros(n, dtype=int),
        threshold=np.full(n, 0.5),
        constraints=constraints or Constraints(),
    )
    model = Formula(frame, score)
    answers = model.answer(Predict(), case.rows)
    target = Target(case.rows, case.threshold, answers[:, 1] >= 0.5, 1)
    gap = target.gap(answers, np.arange(n))
    searching = search(target, inputs_of(case), case.constraints, gap, **more)
    asked = 0
    try:
        ask = next(searching)
        while True:
            asked += len(ask.rows)
            ask = searching.send(model.answer(Predict(), ask.rows))
    except StopIteration as stop:
        return stop.value, asked, case


def least_cost(matrix: np.ndarray) -> np.ndarray:
    """The least sum of moves to the plane within the observed box: fill up the best columns.

    On evenly spread columns a move of one column is a shift in rank of the same size.
    """
    gap = matrix @ WEIGHT - 1.25
    need, cost = np.abs(gap), np.zeros(len(matrix))
    for at in np.argsort(-np.abs(WEIGHT)):
        down = (gap > 0) == (WEIGHT[at] > 0)
        room = np.where(
            down, matrix[:, at] - matrix[:, at].min(), matrix[:, at].max() - matrix[:, at]
        )
        used = np.minimum(room, need / abs(WEIGHT[at]))
        cost, need = cost + used, need - used * abs(WEIGHT[at])
    return cost


def test_costs_come_close_to_the_least_that_a_plane_allows() -> None:
    best, asked, case = found(FRAME, linear)
    ratio = best.cost / least_cost(FRAME.to_numpy())
    assert best.flipped.all()
    assert ratio.min() > 0.999
    assert np.median(ratio) < 1.01
    assert np.quantile(ratio, 0.95) < 1.06
    assert asked <= N * most_asked(inputs_of(case))


def test_every_change_flips_and_costs_what_it_says() -> None:
    best, _, case = found(FRAME, linear)
    assert ((linear(best.frame) >= 0.5) != (linear(FRAME) >= 0.5)).all()
    assert inputs_of(case).cost(FRAME, best.frame) == pytest.approx(best.cost)


def test_constraints_hold_for_every_change() -> None:
    rule = Rule(name="order", expression="x2 <= x3 or x2 <= 0.5")
    bounds = {"x0": Bounds(change="none"), "x1": Bounds(change="up"), "x2": Bounds(high=0.7)}
    constraints = Constraints(bounds, (rule,))
    best, _, _ = found(FRAME, linear, constraints)
    assert constraints.kept(FRAME, best.frame).all()
    assert (best.frame["x0"] == FRAME["x0"]).all()
    assert (best.frame["x1"] >= FRAME["x1"]).all()
    assert 0.05 < best.flipped.mean() < 0.95
    assert (best.cost[best.flipped] >= least_cost(FRAME.to_numpy())[best.flipped] * 0.999).all()


def test_what_cannot_flip_stays_as_it_was() -> None:
    best, _, _ = found(FRAME, lambda frame: np.full(frame.height, 0.3))
    assert not best.flipped.any()
    assert best.frame.equals(FRAME)


def test_whole_numbers_stay_whole_categories_known_and_gaps_gaps() -> None:
    rng = np.random.default_rng(1)
    frame = pl.DataFrame(
        {
            "count": rng.integers(0, 9, 300),
            "whole": rng.integers(0, 40, 300).astype(float),
            "kind": rng.choice(["a", "b", "c"], 300),
            "flag": rng.random(300) < 0.5,
            "real": pl.Series(rng.standard_normal(300)).set(pl.Series(rng.random(300) < 0.2), None),
        }
    )

    def score(asked: pl.DataFrame) -> np.ndarray:
        z = (
            asked["count"].cast(float) / 3 - 1.5
            + asked["whole"] / 20 - 1
            + (asked["kind"] == "b").cast(float)
            - asked["flag"].cast(float)
            + asked["real"].fill_null(0.0)
        )  # fmt: skip
        return 1 / (1 + np.exp(-z.to_numpy()))

    best, _, _ = found(frame, score)
    assert best.frame.schema == frame.schema
    assert best.flipped.mean() > 0.95
    assert (best.frame["whole"] == best.frame["whole"].round()).all()
    assert set(best.frame["kind"]) <= {"a", "b", "c"}
    assert (best.frame["real"].is_null() == frame["real"].is_null()).all()


def test_a_step_is_taken_back_to_its_edge() -> None:
    frame = pl.DataFrame({"x": np.linspace(0, 1, 201)})
    best, _, _ = found(frame, lambda asked: np.where(asked["x"].to_numpy() > 0.6, 0.9, 0.1))
    assert best.cost == pytest.approx(np.abs(frame["x"].to_numpy() - 0.6), abs=0.006)


def test_an_objection_turns_the_search_elsewhere() -> None:
    best, _, _ = found(FRAME, linear, objection=lambda frame: 9.0 * (frame["x0"] > 0.5).to_numpy())
    plain, _, _ = found(FRAME, linear)
    assert (best.frame["x0"] > 0.5).mean() < (plain.frame["x0"] > 0.5).mean()
