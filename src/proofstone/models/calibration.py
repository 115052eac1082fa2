"""Turns raw scores (log-odds) into probabilities, by what training fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from proofstone.core.errors import InputError


class Calibration(Protocol):
    """A fitted map from margins to probabilities, both of shape (n,)."""

    def apply(self, margin: np.ndarray) -> np.ndarray:
        """Return the probability of the positive class for each margin."""

    def to_json(self) -> dict[str, Any] | None:
        """The fitted numbers; None where there are none."""


@dataclass(frozen=True)
class Sigmoid:
    """Probability 1 / (1 + exp(a * margin + b)), as Platt (1999) writes it.

    >>> Sigmoid(-1.0, 0.0).apply(np.array([0.0])).tolist()
    [0.5]
    """

    a: float
    b: float

    def apply(self, margin: np.ndarray) -> np.ndarray:
        """Return the probability of the positive class for each margin."""
        return logistic(-(self.a * margin + self.b))

    def to_json(self) -> dict[str, Any] | None:
        """Slope and offset."""
        return {"method": "sigmoid", "a": self.a, "b": self.b}


@dataclass(frozen=True, eq=False)
class Isotonic:
    """Interpolates between the steps (x, y) of an isotonic regression; constant beyond them.

    Zadrozny and Elkan (2002). `x` increases, `y` does not decrease.
    """

    x: np.ndarray
    y: np.ndarray

    def apply(self, margin: np.ndarray) -> np.ndarray:
        """Return the probability of the positive class for each margin."""
        return np.asarray(np.interp(margin, self.x, self.y))

    def to_json(self) -> dict[str, Any] | None:
        """The steps."""
        return {"method": "isotonic", "x": self.x.tolist(), "y": self.y.tolist()}


@dataclass(frozen=True)
class Uncalibrated:
    """Takes the margin for log-odds as it is."""

    def apply(self, margin: np.ndarray) -> np.ndarray:
        """Return the probability of the positive class for each margin."""
        return logistic(margin)

    def to_json(self) -> dict[str, Any] | None:
        """Nothing is fitted."""
        return None


def read_calibration(state: Mapping[str, Any] | None) -> Calibration:
    """Return the calibration whose `to_json` is `state`.

    Raises:
        InputError: its method is unknown.
    """
    match state:
        case None:
            return Uncalibrated()
        case {"method": "sigmoid", "a": a, "b": b}:
            return Sigmoid(float(a), float(b))
        case {"method": "isotonic", "x": x, "y": y}:
            return Isotonic(np.array(x, dtype=np.float64), np.array(y, dtype=np.float64))
    raise InputError(
        f"model.json, calibration: cannot read {str(state)[:80]}",
        hint="the model was written by a newer version: install that one",
    )


def logistic(margin: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-margin)), exact at both ends, shape as given."""
    decay = np.exp(-np.abs(np.ascontiguousarray(margin)))
    return np.asarray(np.where(margin >= 0, 1.0, decay) / (1.0 + decay))
