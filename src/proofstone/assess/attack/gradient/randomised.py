"""A random search that asks for scores alone, in the manner of the Square attack."""

from __future__ import annotations

import numpy as np

from proofstone.assess.attack.gradient.descent import Fooling
from proofstone.assess.attack.gradient.field import Ball, Field, margin

_SHARE = 0.8
_FALLS = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)
_OF = 10_000


def subsets(
    field: Field, place: np.ndarray, ball: Ball, queries: int, rng: np.random.Generator
) -> Fooling:
    """Set random subsets of the inputs to the edge of the ball wherever it helps.

    As in the Square attack (Andriushchenko et al. 2020), with subsets in place of squares: columns
    of a table have no neighbours. The share of inputs falls from 0.8 by halves on its schedule.
    """
    centre, low, high = field.start[place], field.low[place], field.high[place]
    d = centre.shape[1]
    points = np.clip(ball.kept(centre + _corner(centre.shape, ball, rng), centre), low, high)
    fooled = np.zeros(len(place), dtype=bool)
    best = np.full(len(place), -np.inf)
    for query in range(queries):
        live = np.flatnonzero(~fooled)
        if not len(live):
            break
        tried = points[live]
        if query:
            chosen = rng.random(tried.shape) < max(_share(query, queries), 1.0 / d)
            chosen[np.arange(len(live)), rng.integers(0, d, len(live))] = True
            edge = centre[live] + _corner(tried.shape, ball, rng)
            tried = np.where(chosen, edge, tried)
            tried = np.clip(ball.kept(tried, centre[live]), low[live], high[live])
        logits = yield from field.look(tried, place[live])
        gained = margin(logits, field.label[place[live]])
        better = gained >= best[live]
        best[live] = np.maximum(best[live], gained)
        points[live[better]] = tried[better]
        fooled[live] = field.fooled(tried, place[live], logits)
    return fooled


def _corner(shape: tuple[int, ...], ball: Ball, rng: np.random.Generator) -> np.ndarray:
    signs = rng.integers(0, 2, shape) * 2.0 - 1.0
    return ball.size * (signs if ball.norm == "linf" else signs / np.sqrt(shape[1]))


def _share(query: int, queries: int) -> float:
    """The share of inputs that is set at this query."""
    at = query * _OF // queries
    return _SHARE / 2.0 ** sum(at > fall for fall in _FALLS)
