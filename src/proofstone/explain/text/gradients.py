"""Integrated gradients of a differentiable score, and the rollout of attention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from proofstone.core.extras import need

if TYPE_CHECKING:
    import torch

TOLERANCE = 0.01
"""How far the values may miss the difference of scores, as a share of it (at least of 1 nat)."""

_STEPS = (16, 32, 64, 128, 256)
_AT_ONCE = 8_192


class Integrated(NamedTuple):
    """Values of n tokens (n,), the scores at baseline and input, and whether they add up.

    They do where |base + sum of values - score| <= `TOLERANCE` * max(1, |score - base|).
    """

    values: np.ndarray
    base: float
    score: float
    steps: int
    complete: bool


def integrated_gradients(
    score: Callable[[torch.Tensor], torch.Tensor], given: torch.Tensor, baseline: torch.Tensor
) -> Integrated:
    """Return how much each token moved `score` on the straight way from `baseline` to `given`.

    Integrated gradients (Sundararajan et al. 2017): (given - baseline) times the mean gradient
    along the way, summed over each token's dimensions. Both are (n, d); `score` takes (rows, n, d)
    and returns (rows,). The mean is by Gauss and Legendre's rule, of 16 points and then twice as
    many until the values add up to the difference of scores (completeness), 256 at the most.
    """
    torch = need("torch", "tune")
    with torch.no_grad():
        base, end = score(torch.stack([baseline, given])).tolist()
    way = given - baseline
    values = np.zeros(len(given))
    for steps in _STEPS:
        points, weights = np.polynomial.legendre.leggauss(steps)
        gradient = torch.zeros_like(given)
        size = max(1, _AT_ONCE // len(given))
        for at in range(0, steps, size):
            share = torch.from_numpy((points[at : at + size] + 1) / 2).to(given)[:, None, None]
            states = (baseline + share * way).requires_grad_()
            (found,) = torch.autograd.grad(score(states).sum(), states)
            weight = torch.from_numpy(weights[at : at + size] / 2).to(given)
            gradient += torch.einsum("s,snd->nd", weight, found)
        values = (gradient * way).sum(dim=1).numpy()
        if abs(base + values.sum() - end) <= TOLERANCE * max(1.0, abs(end - base)):
            return Integrated(values, base, end, steps, True)
    return Integrated(values, base, end, _STEPS[-1], False)


def rollout(attentions: Sequence[np.ndarray]) -> np.ndarray:
    """Return how much each input token is passed on to the mean of the last states, (n,).

    Attention rollout (Abnar and Zuidema 2020): `attentions` hold one array a layer, (heads, n, n),
    rows adding up to 1; heads are averaged, half of each state is taken to pass by unmixed, and
    the layers are multiplied. Shares add up to 1.

    Not covered: it says where the encoder looked, not what moved the score.
    """
    size = attentions[0].shape[-1]
    passed = np.eye(size)
    for attention in attentions:
        passed = (attention.mean(axis=0) + np.eye(size)) / 2 @ passed
    return np.asarray(passed.mean(axis=0))
