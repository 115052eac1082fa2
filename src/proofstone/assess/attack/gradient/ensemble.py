"""Several attacks after one another, each on the rows that withstood those before."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.assess.attack.gradient.boundary import fab
from proofstone.assess.attack.gradient.descent import Fooling, apgd
from proofstone.assess.attack.gradient.field import Ball, Field, Loss
from proofstone.assess.attack.gradient.randomised import subsets


@dataclass(frozen=True)
class Effort:
    """How long each attack tries: steps of those by gradient, other classes, queries by chance."""

    steps: int = 100
    classes: int = 9
    queries: int = 500

    def goals(self, classes: int) -> int:
        """How many other classes a row is pushed to, one after the other."""
        return min(self.classes, classes - 1)

    def rows(self, classes: int) -> int:
        """The most rows that an attack on one row asks for."""
        descents = (1 + self.goals(classes)) * 2 * (self.steps + 1)
        return 1 + descents + self.goals(classes) * 3 * self.steps + self.queries


def standing(
    field: Field, right: np.ndarray, ball: Ball, effort: Effort, rng: np.random.Generator
) -> Generator[Any, Any, dict[str, np.ndarray]]:
    """The rows (places in `field`) that still stand after each attack, by its name, in order.

    The four of AutoAttack (Croce and Hein 2020): APGD on the cross-entropy; APGD on the targeted
    ratio of logits, towards each of the likeliest other classes; targeted FAB; random search.
    Between fewer than four classes the margin stands in for the ratio.
    """
    stood: dict[str, np.ndarray] = {}
    left = right
    fooled = yield from apgd(field, left, ball, effort.steps, rng, "cross_entropy")
    stood["apgd_ce"] = left = left[~fooled]
    loss: Loss = "ratio" if field.classes >= 4 else "margin"
    goals = effort.goals(field.classes)
    order = np.zeros((len(field.rows), goals), dtype=np.int64)
    if len(left):
        logits = yield from field.look(field.start[left], left)
        logits[np.arange(len(left)), field.label[left]] = -np.inf
        order[left] = np.argsort(-logits, axis=1, kind="stable")[:, :goals]
    for nth in range(goals):
        fooled = yield from _if_any(left, lambda rows, nth=nth: apgd(
            field, rows, ball, effort.steps, rng, loss, order[rows, nth]))  # fmt: skip
        left = left[~fooled]
    stood["apgd_targeted"] = left
    for nth in range(goals):
        fooled = yield from _if_any(left, lambda rows, nth=nth: fab(
            field, rows, ball, effort.steps, order[rows, nth]))  # fmt: skip
        left = left[~fooled]
    stood["fab_targeted"] = left
    fooled = yield from _if_any(left, lambda rows: subsets(field, rows, ball, effort.queries, rng))
    stood["random_subsets"] = left[~fooled]
    return stood


def _if_any(rows: np.ndarray, attack: Any) -> Fooling:
    if not len(rows):
        return np.zeros(0, dtype=bool)
    fooled = yield from attack(rows)
    return np.asarray(fooled)
