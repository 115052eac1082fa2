from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
import torch

from proofstone.assess.attack.gradient.about import field_of
from proofstone.assess.probes.gradient_attacks import gradient_attacks
from proofstone.checks.cases import ClassesCase, DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Verdict
from proofstone.models.constraints import Bounds, Constraints
from proofstone.models.differentiable import Differentiable
from proofstone.models.rows import Rows

from .cases import Formula, by, run

N = 200
WEIGHT = np.array([2.0, -1.0])
FRAME = pl.DataFrame(
    np.random.default_rng(0).standard_normal((N, 2)) * [1.0, 5.0], schema=["a", "b"]
)
QUICK = {"rows": N, "steps": 15, "queries": 10}


def model(outputs: int = 1) -> Differentiable:
    linear = torch.nn.Linear(2, outputs).double()
    with torch.no_grad():
        weight = np.array([[2.0, -0.2], [-1.0, 0.3], [0.5, 0.1]])[:outputs]
        linear.weight[:] = torch.tensor(weight)
        linear.bias[:] = 0.0
    classes = ["no", "yes"] if outputs == 1 else ["x", "y", "z"]
    return Differentiable(linear, ["a", "b"], classes)


def case(threshold: float = 0.5, **about: Any) -> DecisionCase:
    asked = model()
    margin = FRAME.to_numpy() @ [2.0, -0.2] - np.log(threshold / (1 - threshold))
    settings = {"gradient_attacks": QUICK}
    return DecisionCase(
        rows=Rows.of(FRAME), target=(margin >= 0).astype(int), threshold=np.full(N, threshold),
        model=asked, settings=settings, **about,
    )  # fmt: skip


@pytest.mark.parametrize("threshold", [0.5, 0.2])
def test_robust_accuracy_of_a_plane_is_known(threshold: float) -> None:
    about = case(threshold)
    found = by(run(gradient_attacks, about, model()))
    margin = np.abs(FRAME.to_numpy() @ [2.0, -0.2] - np.log(threshold / (1 - threshold)))
    slope = np.array([2.0, -0.2]) * FRAME.to_numpy().std(axis=0, ddof=1)
    for norm, dual, size in (("linf", 1, 0.1), ("l2", 2, 0.25)):
        expected = (margin > size * np.linalg.norm(slope, dual)).mean()
        one = found["robust_accuracy", f"norm={norm}"]
        assert one.value == pytest.approx(expected, abs=0.016)  # points stay within the range
        assert one.details["clean"] == 1.0
        assert one.details["pgd"] >= one.value
    assert found["robust_accuracy", "all"].value <= min(
        found["robust_accuracy", f"norm={norm}"].value for norm in ("linf", "l2")
    )


def test_columns_that_may_not_change_are_left_alone() -> None:
    about = case(constraints=Constraints({"a": Bounds(change="none")}))
    found = by(run(gradient_attacks, about, model()))
    one = found["robust_accuracy", "norm=l2"]
    assert one.details["columns"] == ["b"]
    margin = np.abs(FRAME.to_numpy() @ [2.0, -0.2])
    expected = (margin > 0.25 * 0.2 * FRAME["b"].std()).mean()
    assert one.value == pytest.approx(expected, abs=0.016)


def test_several_classes() -> None:
    asked = model(3)
    logits = FRAME.to_numpy() @ np.array([[2.0, -0.2], [-1.0, 0.3], [0.5, 0.1]]).T
    target = logits.argmax(axis=1)
    about = ClassesCase(
        rows=Rows.of(FRAME), target=target, classes=("x", "y", "z"), model=asked,
        settings={"gradient_attacks": QUICK},
    )  # fmt: skip
    oracle = Oracle(asked)
    found = by(oracle.run([gradient_attacks], about))
    assert oracle.tally.asked <= gradient_attacks.rows(about)
    scale = FRAME.to_numpy().std(axis=0, ddof=1)
    weight = np.array([[2.0, -0.2], [-1.0, 0.3], [0.5, 0.1]])
    nearest = np.full(N, np.inf)
    for other in range(3):
        gap = logits[np.arange(N), target] - logits[:, other]
        slope = np.linalg.norm((weight[target] - weight[other]) * scale, axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            nearest = np.where(target == other, nearest, np.minimum(nearest, gap / slope))
    assert found["robust_accuracy", "norm=l2"].value == pytest.approx(
        (nearest > 0.25).mean(), abs=0.016
    )


def test_a_model_without_gradients_and_whole_numbers_do_not_apply() -> None:
    about = case()
    (finding,) = run(gradient_attacks, about, Formula(FRAME, lambda f: np.full(f.height, 0.3)))
    assert finding.verdict is Verdict.NOT_APPLICABLE
    assert "does not answer Gradient" in finding.reason
    whole = FRAME.cast(pl.Int64)
    held = DecisionCase(rows=Rows.of(whole), target=np.zeros(N, int), threshold=np.full(N, 0.5))
    (finding,) = run(gradient_attacks, held, model())
    assert "no input is a floating number" in finding.reason


def test_the_seed_decides_and_the_bound_is_true() -> None:
    about = case()
    oracles = [Oracle(model()), Oracle(model())]
    first, second = (oracle.run([gradient_attacks], about, seed=9) for oracle in oracles)
    assert [one.to_json() for one in first] == [one.to_json() for one in second]
    assert oracles[0].tally.asked <= gradient_attacks.rows(about)


def test_a_value_that_is_not_moved_stays_the_very_same_and_none_leaves_its_bounds() -> None:
    rng = np.random.default_rng(1)
    frame = pl.DataFrame({"a": rng.standard_normal(N) / 3, "b": rng.standard_normal(N) * 7})
    bounds = Constraints({"a": Bounds(change="up", high=0.7), "b": Bounds(change="down")})
    about = DecisionCase(
        rows=Rows.of(frame), target=np.ones(N, int), threshold=np.full(N, 0.5), model=model(),
        constraints=bounds,
    )  # fmt: skip
    place = np.arange(N)
    field = field_of(about, place, raw=False)
    for points in (field.start, field.low, field.high):
        moved = field.rows_at(points, place).frame
        assert bounds.kept(frame, moved).all()
        if points is field.start:
            assert moved.equals(frame)


def test_floating_columns_of_whole_numbers_stay_as_they_are() -> None:
    frame = FRAME.with_columns(pl.col("b").round())
    about = DecisionCase(
        rows=Rows.of(frame), target=np.ones(N, int), threshold=np.full(N, 0.5), model=model(),
        settings={"gradient_attacks": QUICK},
    )  # fmt: skip
    found = by(run(gradient_attacks, about, model()))
    assert found["robust_accuracy", "all"].details["columns"] == ["a"]
