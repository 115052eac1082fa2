"""Attacks along gradients: beside pyautoattack, and where the answer is known in closed form."""

from __future__ import annotations

import warnings
from collections.abc import Generator
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from scipy.optimize import minimize
from sklearn.datasets import load_breast_cancer, load_digits, load_wine

from proofstone.assess.attack.gradient.boundary import fab, nearest
from proofstone.assess.attack.gradient.descent import apgd, pgd
from proofstone.assess.attack.gradient.ensemble import Effort, standing
from proofstone.assess.attack.gradient.field import Ball, Field, Norm
from proofstone.assess.attack.gradient.randomised import subsets
from proofstone.models.constraints import Bounds, Constraints
from proofstone.models.contract import Predict
from proofstone.models.differentiable import Differentiable
from proofstone.models.rows import Rows

STEPS = 50


def driven(attack: Generator[Any, Any, Any], model: Differentiable) -> tuple[Any, int]:
    """What the attack returns, and how many rows it asked for."""
    asked = 0
    try:
        question = next(attack)
        while True:
            parts = question if isinstance(question, tuple) else (question,)
            asked += sum(len(part.rows) for part in parts)
            answers = tuple(model.answer(part.operation, part.rows) for part in parts)
            question = attack.send(answers if isinstance(question, tuple) else answers[0])
    except StopIteration as stop:
        return stop.value, asked


def field(
    matrix: np.ndarray,
    label: np.ndarray,
    classes: int,
    box: tuple[float, float] = (-50.0, 50.0),
    constraints: Constraints | None = None,
) -> Field:
    names = [f"x{place}" for place in range(matrix.shape[1])]
    rows = Rows.of(pl.DataFrame(matrix, schema=names))
    low, high = (np.full_like(matrix, end) for end in box)
    return Field(
        rows=rows,
        names=names,
        places=np.arange(len(names)),
        scale=np.ones(len(names)),
        values=matrix,
        least=low,
        most=high,
        label=label,
        offset=np.zeros((len(rows), classes)),
        constraints=constraints or Constraints(),
    )


WEIGHT = np.array([2.0, -1.0, 0.5, 0.0, 1.5])


def plane() -> tuple[Differentiable, Field, np.ndarray]:
    """A linear model of two classes, rows that it decides rightly, and their margins."""
    linear = torch.nn.Linear(5, 1).double()
    with torch.no_grad():
        linear.weight[:] = torch.tensor(WEIGHT)
        linear.bias[:] = 0.3
    matrix = np.random.default_rng(0).standard_normal((150, 5))
    margin = matrix @ WEIGHT + 0.3
    model = Differentiable(linear, [f"x{place}" for place in range(5)], ["0", "1"])
    return model, field(matrix, (margin > 0).astype(int), 2), np.abs(margin)


@pytest.mark.parametrize(("norm", "dual"), [("linf", 1), ("l2", 2)])
@pytest.mark.parametrize("attack", ["pgd", "apgd", "fab"])
def test_on_a_plane_rows_fall_exactly_within_the_dual_norm(
    attack: str, norm: Norm, dual: int
) -> None:
    model, about, margin = plane()
    ball, place, rng = Ball(norm, 0.3), np.arange(150), np.random.default_rng(1)
    run = {
        "pgd": lambda: pgd(about, place, ball, 60, rng),
        "apgd": lambda: apgd(about, place, ball, 60, rng, "cross_entropy"),
        "fab": lambda: fab(about, place, ball, 60, 1 - about.label),
    }[attack]
    fooled, _ = driven(run(), model)
    distance = margin / np.linalg.norm(WEIGHT, dual)
    assert 20 < fooled.sum() < 130
    assert fooled[distance < 0.3 * 0.99].all()
    assert not fooled[distance > 0.3 * 1.0001].any()


def test_random_search_needs_no_gradient() -> None:
    model, about, margin = plane()
    fooled, asked = driven(
        subsets(about, np.arange(150), Ball("linf", 0.3), 200, np.random.default_rng(2)), model
    )
    distance = margin / np.abs(WEIGHT).sum()
    assert fooled[distance < 0.3 * 0.9].all()
    assert not fooled[distance > 0.3 * 1.0001].any()
    assert asked <= 150 * 200


def test_what_may_not_happen_does_not_count() -> None:
    model, about, _ = plane()
    forbidden = field(about.start, about.label, 2, (-9.0, 9.0),
                      Constraints({"x0": Bounds(change="none")}))  # fmt: skip
    fooled, _ = driven(
        pgd(forbidden, np.arange(150), Ball("linf", 0.3), 20, np.random.default_rng(3)), model
    )
    assert not fooled.any()


def least_move(point: np.ndarray, slope: np.ndarray, gain: float, norm: Norm) -> float:
    """The length of the shortest move to the plane within the unit box, by scipy's SLSQP."""
    wide = len(point) + (norm == "linf")  # the largest difference is a variable of its own
    box = [(-at, 1.0 - at) for at in point] + [(0.0, 1.0)] * (norm == "linf")
    plane = {"type": "eq", "fun": lambda move: move[: len(point)] @ slope - gain}
    within = {
        "type": "ineq",
        "fun": lambda move: np.concatenate([move[-1] - move[:-1], move[-1] + move[:-1]]),
    }
    found = minimize(
        (lambda move: move[-1]) if norm == "linf" else (lambda move: move @ move),
        np.full(wide, 0.1), method="SLSQP", bounds=box, tol=1e-14,
        constraints=[plane, within] if norm == "linf" else [plane],
    )  # fmt: skip
    assert found.success, found.message
    return float(found.fun) if norm == "linf" else float(np.sqrt(found.fun))


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_the_nearest_point_of_a_plane_within_a_box(norm: Norm) -> None:
    rng = np.random.default_rng(4)
    points, slopes = rng.uniform(0, 1, (200, 6)), rng.standard_normal((200, 6))
    gain = rng.uniform(-1, 1, 200)
    move = nearest(points, slopes, gain, np.zeros((200, 6)), np.ones((200, 6)), norm)
    reached = np.isclose((move * slopes).sum(axis=1), gain, atol=1e-9)
    assert reached.mean() > 0.8
    ends = points + move
    assert (ends > -1e-9).all()
    assert (ends < 1 + 1e-9).all()
    for row in np.flatnonzero(reached)[:10]:
        shortest = least_move(points[row], slopes[row], gain[row], norm)
        assert Ball(norm, 1.0).length(move[row : row + 1])[0] == pytest.approx(shortest, abs=1e-6)
    free = nearest(points, slopes, gain, points - 99, points + 99, norm)
    length = Ball(norm, 1.0).length(free)
    dual = np.linalg.norm(slopes, 1 if norm == "linf" else 2, axis=1)
    assert length == pytest.approx(np.abs(gain) / dual)
    assert (Ball(norm, 1.0).length(move)[reached] >= length[reached] - 1e-9).all()


def network(name: str) -> tuple[torch.nn.Module, np.ndarray, np.ndarray]:
    """A small network of a real table within [0, 1], and rows that it never saw."""
    load = {"digits": load_digits, "wine": load_wine, "cancer": load_breast_cancer}[name]
    matrix, label = load(return_X_y=True)
    matrix, label = matrix[label < 4], label[label < 4]
    order = np.random.default_rng(0).permutation(len(matrix))
    matrix, label = matrix[order], label[order]
    matrix = (matrix - matrix.min(axis=0)) / np.maximum(np.ptp(matrix, axis=0), 1e-9)
    known = len(label) - 150 if len(label) > 300 else 60
    torch.manual_seed(0)
    width, classes = matrix.shape[1], int(label.max()) + 1
    layers = torch.nn.Linear(width, 32), torch.nn.ReLU(), torch.nn.Linear(32, classes)
    net = torch.nn.Sequential(*layers)
    optimiser = torch.optim.Adam(net.parameters(), 1e-2)
    rows, right = torch.tensor(matrix[:known], dtype=torch.float32), torch.tensor(label[:known])
    for _ in range(60):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(net(rows), right).backward()
        optimiser.step()
    return net.eval(), matrix[known:], label[known:]


def theirs(
    net: torch.nn.Module, matrix: np.ndarray, label: np.ndarray, norm: str, size: float
) -> float:
    """Robust accuracy by pyautoattack: version standard, as far as so few classes allow it."""
    classes = int(label.max()) + 1
    chosen = {2: ["apgd-ce", "fab-t", "square"], 3: ["apgd-ce", "apgd-dlr", "fab-t", "square"]}
    version = {"attacks": chosen[classes], "version": "custom"} if classes < 4 else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyautoattack import AutoAttack

        peer = AutoAttack(
            torch.nn.Sequential(torch.nn.Flatten(), net),
            norm={"linf": "Linf", "l2": "L2"}[norm], eps=size, seed=0, **version,
        )  # fmt: skip
        peer.apgd.n_restarts = peer.fab.n_restarts = 1
        peer.apgd_targeted.n_target_classes = peer.fab.n_target_classes = classes - 1
        peer.apgd.n_iter = peer.apgd_targeted.n_iter = peer.fab.n_iter = STEPS
        peer.square.n_queries = 200
        side = (8, 8) if matrix.shape[1] == 64 else (1, matrix.shape[1])
        images = torch.tensor(matrix, dtype=torch.float32).reshape(-1, 1, *side)
        moved, _ = peer.run_standard_evaluation(images, torch.tensor(label), batch_size=1000)
        with torch.no_grad():
            decided = net(moved.flatten(1)).argmax(1).numpy()
    return float((decided == label).mean())


@pytest.mark.parametrize(
    ("table", "norm", "size"),
    [
        ("digits", "linf", 0.06),
        ("digits", "l2", 0.4),
        ("wine", "linf", 0.08),
        ("cancer", "linf", 0.06),
    ],
)
def test_robust_accuracy_is_that_of_pyautoattack(table: str, norm: Norm, size: float) -> None:
    net, matrix, label = network(table)
    classes = int(label.max()) + 1
    names = [f"x{place}" for place in range(matrix.shape[1])]
    model = Differentiable(net, names, [str(at) for at in range(classes)])
    about = field(matrix, label, classes, (0.0, 1.0))
    clean = model.answer(Predict(), about.rows).argmax(axis=1)
    right = np.flatnonzero(clean == label)
    effort = Effort(steps=STEPS, queries=50)
    stood, asked = driven(
        standing(about, right, Ball(norm, size), effort, np.random.default_rng(0)), model
    )
    ours = len(stood["random_subsets"]) / len(label)
    assert 0.1 < ours < 0.9
    # At most 150 rows: within half a point is the very same number of rows.
    assert abs(ours - theirs(net, matrix, label, norm, size)) <= 0.005
    assert asked <= len(right) * effort.rows(classes)
    counts = [len(right), *(len(rows) for rows in stood.values())]
    assert counts == sorted(counts, reverse=True)
