"""Projected gradient descent: with a fixed step (PGD), and with one that adapts (APGD)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np

from proofstone.assess.attack.gradient.field import Ball, Field, Loss, losses

Fooling = Generator[Any, Any, np.ndarray]
"""Returns whether each of the attacked rows was fooled: bool, shape (m,)."""

_MOMENTUM = 0.75
_RISES = 0.75


def pgd(
    field: Field, place: np.ndarray, ball: Ball, steps: int, rng: np.random.Generator
) -> Fooling:
    """Projected gradient descent on the cross-entropy (Madry et al. 2018), one random start.

    Each step is 2.5 times the size of the ball over their number.
    """
    centre, low, high = field.start[place], field.low[place], field.high[place]
    points = np.clip(
        centre + rng.uniform(0, 1, (len(place), 1)) * ball.drawn(centre.shape, rng), low, high
    )
    fooled = np.zeros(len(place), dtype=bool)
    for _ in range(steps):
        live = np.flatnonzero(~fooled)
        if not len(live):
            break
        _, slopes = yield from field.slope(points[live], place[live], "cross_entropy")
        moved = points[live] + 2.5 * ball.size / steps * ball.steepest(slopes)
        points[live] = np.clip(ball.kept(moved, centre[live]), low[live], high[live])
        logits = yield from field.look(points[live], place[live])
        fooled[live] = field.fooled(points[live], place[live], logits)
    return fooled


def apgd(
    field: Field,
    place: np.ndarray,
    ball: Ball,
    steps: int,
    rng: np.random.Generator,
    loss: Loss,
    other: np.ndarray | None = None,
) -> Fooling:
    """Auto-PGD (Croce and Hein 2020): momentum, and a step that halves where the loss stalls.

    `other` (m,) is the class that each row is pushed to; None for any.
    """
    state = _Climb(field, place, ball, rng, loss, other)
    yield from state.begin()
    wait, since = max(int(0.22 * steps), 1), 0
    least, shrink = max(int(0.06 * steps), 1), max(int(0.03 * steps), 1)
    for step in range(steps):
        if state.fooled.all():
            break
        yield from state.advance(first=step == 0)
        since += 1
        if since == wait:
            state.halve(wait)
            wait, since = max(wait - shrink, least), 0
    return state.fooled


class _Climb:
    """Where APGD stands for each of the attacked rows, and the best it has seen."""

    def __init__(
        self,
        field: Field,
        place: np.ndarray,
        ball: Ball,
        rng: np.random.Generator,
        loss: Loss,
        other: np.ndarray | None,
    ) -> None:
        self.field, self.place, self.ball, self.loss, self.other = field, place, ball, loss, other
        self.centre, self.low, self.high = field.start[place], field.low[place], field.high[place]
        self.points = np.clip(self.centre + ball.drawn(self.centre.shape, rng), self.low, self.high)
        self.before = self.points.copy()
        self.slopes = np.zeros_like(self.points)
        self.best_points, self.best_slopes = self.points.copy(), self.slopes.copy()
        n = len(place)
        self.fooled = np.zeros(n, dtype=bool)
        self.step = np.full(n, 2.0 * ball.size)
        self.best = np.full(n, -np.inf)
        self.last_best = np.full(n, -np.inf)
        self.halved = np.ones(n, dtype=bool)
        self.trail: list[np.ndarray] = []

    def begin(self) -> Generator[Any, Any, None]:
        """Look around at the starting points."""
        yield from self._look(np.arange(len(self.place)))
        self.last_best = self.best.copy()

    def advance(self, *, first: bool) -> Generator[Any, Any, None]:
        """One step of every row that is not fooled yet."""
        live = np.flatnonzero(~self.fooled)
        here, carried = self.points[live], self.points[live] - self.before[live]
        self.before[live] = here
        share = 1.0 if first else _MOMENTUM
        moved = here + self.step[live, None] * self.ball.steepest(self.slopes[live])
        moved = self._inside(moved, live)
        moved = here + share * (moved - here) + (1.0 - share) * carried
        self.points[live] = self._inside(moved, live)
        yield from self._look(live)

    def halve(self, wait: int) -> None:
        """Halve the step where the loss rose too seldom or its best stood still; go back there."""
        recent = np.stack(self.trail[-wait - 1 :])
        rises = (np.diff(recent, axis=0) > 0).sum(axis=0)
        stalled = ~self.halved & (self.last_best >= self.best)
        halved = (rises <= _RISES * wait) | stalled
        self.halved, self.last_best = halved, self.best.copy()
        self.step[halved] /= 2.0
        self.points[halved] = self.best_points[halved]
        self.slopes[halved] = self.best_slopes[halved]

    def _inside(self, points: np.ndarray, live: np.ndarray) -> np.ndarray:
        kept = self.ball.kept(points, self.centre[live])
        return np.asarray(np.clip(kept, self.low[live], self.high[live]))

    def _look(self, live: np.ndarray) -> Generator[Any, Any, None]:
        place, label = self.place[live], self.field.label[self.place[live]]
        goal = None if self.other is None else self.other[live]
        logits, slopes = yield from self.field.slope(self.points[live], place, self.loss, goal)
        self.slopes[live] = slopes
        self.fooled[live] |= self.field.fooled(self.points[live], place, logits)
        found = self.trail[-1].copy() if self.trail else np.full(len(self.place), -np.inf)
        found[live] = losses(self.loss, logits, label, goal)
        self.trail.append(found)
        better = live[found[live] > self.best[live]]
        self.best[better] = found[better]
        self.best_points[better] = self.points[better]
        self.best_slopes[better] = self.slopes[better]
