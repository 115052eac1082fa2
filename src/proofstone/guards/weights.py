"""A score from the signs that a text shows: weights, their fit, and the threshold."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from proofstone.guards.labelled import Labelled
from proofstone.models import fields

_PENALTY = 0.3
_FALSE_ALARMS = 0.01
_ROUND = 3


@dataclass(frozen=True)
class SignWeights:
    """Log-odds of an attack: `bias` and one weight a sign; from `threshold` on it is called one.

    `fitted_on` is the SHA-256 of the labelled file.
    """

    bias: float
    weights: Mapping[str, float]
    threshold: float
    fitted_on: str

    @classmethod
    def from_json(cls, document: object, place: str, signs: Collection[str]) -> SignWeights:
        """Read back what `to_json` wrote; `place` is its file, `signs` are those it must weigh.

        Raises:
            InputError: a field is absent or of another kind, or the weights are of other signs.
        """
        state = fields.mapping(document, place)
        weights = fields.numbers_by_name(fields.field(state, "weights", place), f"{place}.weights")
        if weights.keys() != set(signs):
            raise fields.misfit(f"{place}.weights", "they are not those of the signs")
        bias, threshold = (
            fields.number(fields.field(state, name, place), f"{place}.{name}")
            for name in ("bias", "threshold")
        )
        fitted_on = fields.text(fields.field(state, "fitted_on", place), f"{place}.fitted_on")
        return cls(bias, weights, threshold, fitted_on)

    def to_json(self) -> dict[str, object]:
        """The weights as a JSON document."""
        return {
            "bias": self.bias,
            "weights": dict(self.weights),
            "threshold": self.threshold,
            "fitted_on": self.fitted_on,
        }

    def score(self, found: Iterable[str]) -> float:
        """Return the logistic function of the bias and the weights of the signs `found`."""
        total = self.bias + sum(self.weights[name] for name in found)
        return 0.5 * (1.0 + math.tanh(total / 2.0))


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
