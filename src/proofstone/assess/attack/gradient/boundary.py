"""FAB: steps to the nearest point of the linearised boundary, held near the row."""

from __future__ import annotations

import numpy as np

from proofstone.assess.attack.gradient.descent import Fooling
from proofstone.assess.attack.gradient.field import Ball, Field, margin

_BIAS = 0.1
_OVERSHOOT = 1.05
_BACK = 0.9
_HALVINGS = 50


def fab(field: Field, place: np.ndarray, ball: Ball, steps: int, other: np.ndarray) -> Fooling:
    """Fast adaptive boundary attack (Croce and Hein 2020) towards the classes `other` (m,).

    A row is fooled where a change no longer than the ball's size was found.
    """
    centre, low, high = field.start[place], field.low[place], field.high[place]
    points, fooled = centre.copy(), np.zeros(len(place), dtype=bool)
    for _ in range(steps):
        live = np.flatnonzero(~fooled)
        if not len(live):
            break
        at = place[live]
        logits, slopes = yield from field.slope(points[live], at, "margin", other[live])
        short = -margin(logits, field.label[at], other[live])
        box = low[live], high[live]
        one = nearest(points[live], slopes, short, *box, ball.norm)
        shifted = short - ((centre[live] - points[live]) * slopes).sum(axis=1)
        two = nearest(centre[live], slopes, shifted, *box, ball.norm)
        far, near = (np.maximum(ball.length(move), 1e-8)[:, None] for move in (one, two))
        bias = np.minimum(far / (far + near), _BIAS)
        moved = (1 - bias) * (points[live] + _OVERSHOOT * one)
        moved = np.clip(moved + bias * (centre[live] + _OVERSHOOT * two), *box)
        logits = yield from field.look(moved, at)
        wrong = field.fooled(moved, at, logits)
        fooled[live] = wrong & (ball.length(moved - centre[live]) <= ball.size)
        back = centre[live] + _BACK * (moved - centre[live])
        points[live] = np.where(wrong[:, None], back, moved)
    return fooled


def nearest(
    points: np.ndarray,
    slopes: np.ndarray,
    gain: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    norm: str,
) -> np.ndarray:
    """Return the shortest moves with slopes . move = gain that stay in the box, shape (m, d).

    By halving the length (largest difference) or the multiplier (Euclidean). Where the box does
    not reach the plane, the move to its corner that comes nearest to it.
    """
    sign = np.where(gain >= 0, 1.0, -1.0)[:, None]
    uphill, wanted = slopes * sign, np.abs(gain)
    room = np.where(uphill > 0, high - points, np.where(uphill < 0, points - low, 0.0))
    pull = np.abs(uphill) if norm == "l2" else (uphill != 0).astype(np.float64)
    most = np.where(pull > 0, room / np.where(pull > 0, pull, 1.0), 0.0).max(axis=1, initial=0.0)
    least = np.zeros(len(points))
    for _ in range(_HALVINGS):
        middle = (least + most) / 2.0
        move = np.minimum(middle[:, None] * pull, room)
        short = (move * np.abs(uphill)).sum(axis=1) < wanted
        least, most = np.where(short, middle, least), np.where(short, most, middle)
    return np.asarray(np.sign(uphill) * np.minimum(most[:, None] * pull, room))
