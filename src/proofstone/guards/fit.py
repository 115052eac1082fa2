"""The fit of weights and threshold on labelled texts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np

from proofstone.guards.labelled import Labelled
from proofstone.guards.weights import SignWeights

_PENALTY = 0.3
_FALSE_ALARMS = 0.01
_ROUND = 3


def fit_weights(
    rows: Sequence[Labelled],
    signs: Sequence[str],
    signs_of: Callable[[str], Collection[str]],
    fitted_on: str,
) -> SignWeights:
    """Fit weights and threshold on labelled texts; `signs_of` a text are some of `signs`.

    Logistic regression with an L2 penalty of 0.3 a weight (not on the bias), to its optimum by
    Newton's method; weights are rounded to three decimals. The threshold is the lowest that calls
    at most one in a hundred of the benign texts an attack, half way to the next score below it.
    The same data give the same weights.
    """
    shown = [set(signs_of(row.text)) for row in rows]
    matrix = np.array([[1.0, *(sign in found for sign in signs)] for found in shown])
    attack = np.array([row.attack for row in rows])
    bias, *weights = (round(float(one), _ROUND) for one in _logistic(matrix, attack))
    score = 0.5 * (1.0 + np.tanh(matrix @ np.array([bias, *weights]) / 2.0))
    threshold = round(_threshold(score[~attack], score[attack]), _ROUND)
    return SignWeights(bias, dict(zip(signs, weights, strict=True)), threshold, fitted_on)


def _logistic(matrix: np.ndarray, target: np.ndarray) -> np.ndarray:
    penalty = np.full(matrix.shape[1], _PENALTY)
    penalty[0] = 0.0
    weights = np.zeros(matrix.shape[1])
    for _ in range(50):
        share = 0.5 * (1.0 + np.tanh(matrix @ weights / 2.0))
        slope = matrix.T @ (share - target) + penalty * weights
        curve = matrix.T @ (matrix * (share * (1.0 - share))[:, None]) + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights = weights - step
        if np.abs(step).max() < 1e-10:
            break
    return weights


def _threshold(benign: np.ndarray, attacks: np.ndarray) -> float:
    """The lowest threshold with at most one false alarm in a hundred, between two scores."""
    ranked = np.sort(benign)[::-1]
    allowed = int(_FALSE_ALARMS * len(ranked))
    below = float(ranked[allowed])
    above = float(min(attacks[attacks > below], default=1.0))
    return (below + above) / 2.0
