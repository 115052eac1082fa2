"""Rows as points that an attack moves: what it may ask, where points may go, how far they are."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl

from proofstone.checks.probe import Ask
from proofstone.models.constraints import Constraints
from proofstone.models.contract import OTHER, RIGHT, Gradient, Predict
from proofstone.models.rows import Rows

Loss = Literal["margin", "cross_entropy", "ratio"]
Norm = Literal["linf", "l2"]
Looking = Generator[Any, Any, np.ndarray]
Sloping = Generator[Any, Any, tuple[np.ndarray, np.ndarray]]

_LEAST = 1e-300
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Field:
    """Rows (n) whose columns `names` (d) an attack moves; points are values over `scale` (d,).

    `places` are those columns among the numeric inputs that a gradient speaks of. `values`, `least`
    and `most` have shape (n, d), in the columns' units: where rows stand and how far they may go;
    where a value is missing, all three are 0 and it stays missing. A value that a point leaves
    where it was is the very same number.
    `label` (n,) is the right class, `offset` (n, classes) is taken from the log-probabilities, so
    that a row is decided right where its own is the largest. Moved columns are float64.
    """

    rows: Rows
    names: Sequence[str]
    places: np.ndarray
    scale: np.ndarray
    values: np.ndarray
    least: np.ndarray
    most: np.ndarray
    label: np.ndarray
    offset: np.ndarray
    constraints: Constraints

    @cached_property
    def start(self) -> np.ndarray:
        """The points at which rows stand, shape (n, d)."""
        return np.asarray(self.values / self.scale)

    @cached_property
    def low(self) -> np.ndarray:
        """The lowest points where rows may go, shape (n, d)."""
        return np.asarray(self.least / self.scale)

    @cached_property
    def high(self) -> np.ndarray:
        """The highest, shape (n, d)."""
        return np.asarray(self.most / self.scale)

    @cached_property
    def rest(self) -> pl.DataFrame:
        """The columns that stay as they are."""
        return self.rows.frame.drop(self.names)

    @cached_property
    def known(self) -> np.ndarray:
        """Where a moved column has a value: bool, shape (n, d)."""
        return self.rows.frame.select(pl.col(self.names).is_not_null()).to_numpy()

    @cached_property
    def gaps(self) -> bool:
        """Whether any value is missing."""
        return not bool(self.known.all())

    @property
    def classes(self) -> int:
        """The number of classes."""
        return int(self.offset.shape[1])

    def rows_at(self, points: np.ndarray, place: np.ndarray) -> Rows:
        """The rows at `place` (m,) with their numbers moved to `points` (m, d)."""
        far = self.values[place] + (points - self.start[place]) * self.scale
        kept = np.clip(far, self.least[place], self.most[place])
        moved = pl.DataFrame(kept, schema=list(self.names))
        if self.gaps:
            known = [pl.Series(name, self.known[place, at]) for at, name in enumerate(self.names)]
            moved = moved.select(
                pl.when(one).then(pl.col(name)).alias(name)
                for name, one in zip(self.names, known, strict=True)
            )
        if self.rest.width:
            moved = pl.concat([moved, self.rest[place]], how="horizontal")
        return Rows(moved.select(self.rows.frame.columns), self.rows.origin[place])

    def logits(self, answers: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Log-probabilities less the offset, shape (m, classes)."""
        return np.asarray(np.log(np.maximum(answers, _LEAST)) - self.offset[place])

    def look(self, points: np.ndarray, place: np.ndarray) -> Looking:
        """The logits at `points`."""
        answers = yield Ask(self.rows_at(points, place), Predict(), keep=False)
        return self.logits(answers, place)

    def slope(
        self, points: np.ndarray, place: np.ndarray, loss: Loss, other: np.ndarray | None = None
    ) -> Sloping:
        """The logits at `points`, and the gradient of the loss there, shape (m, d).

        Between two classes every loss grows in the direction of the margin, which is asked for:
        its gradient does not depend on the offset.
        """
        rows = self.rows_at(points, place)
        goal = np.full(len(place), -1) if other is None else other
        kind: Loss = "margin" if self.classes == 2 else loss
        told = rows.frame.with_columns(
            pl.Series(RIGHT, self.label[place]), pl.Series(OTHER, goal.astype(np.int64))
        )
        answers, slopes = yield (
            Ask(rows, Predict(), keep=False),
            Ask(Rows(told, rows.origin), Gradient(kind), keep=False),
        )
        moved = np.nan_to_num(np.asarray(slopes)[:, self.places]) * self.scale
        return self.logits(answers, place), moved

    def fooled(self, points: np.ndarray, place: np.ndarray, logits: np.ndarray) -> np.ndarray:
        """Whether each point is decided wrongly and could happen; bool (m,)."""
        wrong = margin(logits, self.label[place]) > 0
        at = np.flatnonzero(wrong)
        if len(at) and (self.constraints.relations or self.constraints.bounds):
            rows = self.rows_at(points[at], place[at])
            wrong[at] = self.constraints.kept(self.rows.frame[place[at]], rows.frame)
        return wrong


@dataclass(frozen=True)
class Ball:
    """The points within `size` of another, by the largest difference or the Euclidean distance."""

    norm: Norm
    size: float

    def length(self, moves: np.ndarray) -> np.ndarray:
        """The norm of each move, shape (m,)."""
        if self.norm == "linf":
            return np.asarray(np.abs(moves).max(axis=1, initial=0.0))
        return np.asarray(np.sqrt((moves**2).sum(axis=1)))

    def steepest(self, slopes: np.ndarray) -> np.ndarray:
        """The moves of length one that gain most along `slopes`."""
        if self.norm == "linf":
            return np.asarray(np.sign(slopes))
        return np.asarray(slopes / (self.length(slopes)[:, None] + _TINY))

    def kept(self, points: np.ndarray, centre: np.ndarray) -> np.ndarray:
        """The points, those outside brought back to the edge."""
        moves = points - centre
        if self.norm == "linf":
            return np.asarray(centre + np.clip(moves, -self.size, self.size))
        length = self.length(moves)[:, None]
        return np.asarray(centre + moves / (length + _TINY) * np.minimum(self.size, length))

    def drawn(self, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
        """Moves to random points of the edge."""
        if self.norm == "linf":
            moves = rng.uniform(-1.0, 1.0, shape)
            return np.asarray(
                self.size * moves / (np.abs(moves).max(axis=1, keepdims=True) + _TINY)
            )
        moves = rng.standard_normal(shape)
        return np.asarray(self.size * moves / (self.length(moves)[:, None] + _TINY))


def best_other(logits: np.ndarray, label: np.ndarray) -> np.ndarray:
    """The likeliest class that is not the right one, shape (m,)."""
    others = logits.copy()
    others[np.arange(len(others)), label] = -np.inf
    return np.asarray(others.argmax(axis=1))


def margin(logits: np.ndarray, label: np.ndarray, other: np.ndarray | None = None) -> np.ndarray:
    """The logit of another class (by default the likeliest) less that of the right one, (m,)."""
    at = np.arange(len(logits))
    goal = best_other(logits, label) if other is None else other
    return np.asarray(logits[at, goal] - logits[at, label])


def losses(
    kind: Loss, logits: np.ndarray, label: np.ndarray, other: np.ndarray | None = None
) -> np.ndarray:
    """The loss of each point, shape (m,), as `Gradient` defines it."""
    if kind == "cross_entropy":
        top = logits.max(axis=1)
        total = np.log(np.exp(logits - top[:, None]).sum(axis=1)) + top
        return np.asarray(total - logits[np.arange(len(logits)), label])
    apart = margin(logits, label, other)
    if kind == "margin":
        return apart
    ranked = -np.sort(-logits, axis=1)
    third, fourth = (ranked[:, min(nth, logits.shape[1] - 1)] for nth in (2, 3))
    floor = third if other is None else (third + fourth) / 2.0
    return np.asarray(apart / (ranked[:, 0] - floor + _TINY))
