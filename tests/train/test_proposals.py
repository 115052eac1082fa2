from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np

from proofstone.train.families.family import Range, Space
from proofstone.train.proposals import Proposals, bayesian, grid, random

SPACE: Space = {"a": Range(0.0, 1.0), "b": [1, "x", None]}


def loss(settings: dict[str, Any]) -> float:
    return float((settings["a"] - 0.7) ** 2 + (settings["b"] != "x"))


def tried(proposals: Proposals, trials: int) -> list[dict[str, Any]]:
    found = [next(proposals)]
    while len(found) < trials:
        found.append(proposals.send(loss(found[-1])))
    return found


def test_a_grid_has_every_combination_once() -> None:
    found = list(islice(grid(SPACE, np.random.default_rng(0)), 99))
    assert len(found) == 12
    assert {(one["a"], one["b"]) for one in found} == {
        (a, b) for a in Range(0.0, 1.0).grid() for b in (1, "x", None)
    }


def test_random_draws_stay_in_the_space_and_repeat_with_the_seed() -> None:
    one, other = (tried(random(SPACE, np.random.default_rng(3)), 50) for _ in range(2))
    assert one == other
    assert all(0 <= settings["a"] <= 1 and settings["b"] in {1, "x", None} for settings in one)


def test_bayesian_search_learns_and_repeats_with_the_seed() -> None:
    one, other = (tried(bayesian(SPACE, 3), 40) for _ in range(2))
    assert one == other
    early, late = (np.mean([loss(settings) for settings in part]) for part in (one[:10], one[20:]))
    assert late < early / 2
