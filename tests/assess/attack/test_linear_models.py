"""Attacks on linear models of tables, whose closest points are known in closed form."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

from proofstone.assess.attack.gradient.about import field_of
from proofstone.assess.attack.gradient.boundary import fab
from proofstone.assess.attack.gradient.descent import pgd
from proofstone.assess.attack.gradient.field import Ball, Norm
from proofstone.assess.probes.gradient_attacks import gradient_attacks
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.models.calibration import Calibration, Sigmoid, Uncalibrated
from proofstone.models.contract import Feature, Signature
from proofstone.models.decision import Decision
from proofstone.models.prepare.encode import Encode
from proofstone.models.prepare.prepared import Prepared
from proofstone.models.prepare.scale import Scale
from proofstone.models.rows import Rows
from proofstone.models.runtimes.linear import Linear
from proofstone.models.tabular import TabularModel

WIDTH = 5
PLAIN = Uncalibrated()


def cancer(
    calibration: Calibration = PLAIN,
) -> tuple[TabularModel, DecisionCase, dict[Norm, np.ndarray]]:
    """A logistic regression of a real table, the case, and how far each row is from the boundary.

    In standard deviations, the distance from a plane is |margin| over the dual norm of its slopes.
    """
    table, target = load_breast_cancer(return_X_y=True)
    table = table[:, :WIDTH]
    names = [f"x{place}" for place in range(WIDTH)]
    mean, spread = table.mean(axis=0), table.std(axis=0, ddof=1)
    fitted = LogisticRegression().fit((table - mean) / spread, target)
    features = tuple(Feature(name, "number") for name in names)
    scale = Scale(
        dict(zip(names, mean.tolist(), strict=True)), dict(zip(names, spread.tolist(), strict=True))
    )
    model = TabularModel(
        "cancer",
        Signature(features, "probabilities", ("0", "1"), "1"),
        Prepared(Encode(features, {}), [scale]),
        Linear(fitted.coef_[0], float(fitted.intercept_[0])),
        calibration,
        Decision("fixed", "1", 0.5),
    )
    margin = fitted.decision_function((table - mean) / spread)
    case = DecisionCase(
        rows=Rows.of(pl.DataFrame(table, schema=names)),
        target=(margin >= 0).astype(int),
        threshold=calibration.apply(np.zeros(len(table))),
        model=model,
    )
    slopes = fitted.coef_[0]
    return (
        model,
        case,
        {
            "linf": np.abs(margin) / np.abs(slopes).sum(),
            "l2": np.abs(margin) / np.sqrt((slopes**2).sum()),
        },
    )


def driven(attack: Generator[Any, Any, Any], model: TabularModel) -> Any:
    try:
        question = next(attack)
        while True:
            parts = question if isinstance(question, tuple) else (question,)
            answers = tuple(model.answer(part.operation, part.rows) for part in parts)
            question = attack.send(answers if isinstance(question, tuple) else answers[0])
    except StopIteration as stop:
        return stop.value


def between(distances: np.ndarray, near: float) -> float:
    """A size close to `near` that no distance comes near to."""
    ordered = np.sort(distances[(distances > 0.7 * near) & (distances < 1.3 * near)])
    widest = int(np.diff(ordered).argmax())
    return float(ordered[widest : widest + 2].mean())


@pytest.mark.parametrize("norm", ["linf", "l2"])
@pytest.mark.parametrize("attack", ["pgd", "fab"])
@pytest.mark.parametrize("calibration", [PLAIN, Sigmoid(-2.0, 0.7)])
def test_they_fool_exactly_the_rows_within_margin_over_norm(
    attack: str, norm: Norm, calibration: Calibration
) -> None:
    model, case, distance = cancer(calibration)
    place = np.arange(0, len(case), 5)
    known = field_of(case, place, raw=False)
    wide = np.full_like(known.values, 1e7)
    field, shortest = replace(known, least=-wide, most=wide), distance[norm][place]
    for near in (0.1, 0.3, 0.9):
        size = between(shortest, near)
        ball, rows = Ball(norm, size), np.arange(len(place))
        if attack == "pgd":
            found = driven(pgd(field, rows, ball, 10, np.random.default_rng(0)), model)
        else:
            found = driven(fab(field, rows, ball, 10, 1 - field.label), model)
        assert 0 < found.sum() < len(found)
        assert np.array_equal(found, shortest <= size)


def test_robust_accuracy_of_a_model_of_ours_is_the_share_beyond_the_radius() -> None:
    model, case, distance = cancer()
    case = replace(case, settings={"gradient_attacks": {"rows": 250}})
    oracle = Oracle(model)
    found = {one.subject: one for one in oracle.run([gradient_attacks], case)}
    for norm, size in (("linf", 0.1), ("l2", 0.25)):
        one = found[f"norm={norm}"]
        beyond = (distance[norm] > size).mean()  # type: ignore[index]
        assert one.low <= beyond <= one.high  # type: ignore[operator]
        assert 0.3 < one.value < 0.97  # type: ignore[operator]
    assert oracle.tally.asked <= gradient_attacks.rows(case)
