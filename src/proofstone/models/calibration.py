"""Turns raw scores (log-odds) into probabilities, by what training fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from proofstone.core.errors import InputError
from proofstone.models import fields


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


def read_calibration(state: object, place: str = "model.json, calibration") -> Calibration:
    """Return the calibration whose `to_json` is `state`; `place` is file and field.

    Raises:
        InputError: its method is unknown, a value is not a finite number, or the steps do not
            rise from one probability to another; names the place.
    """
    match state:
        case None:
            return Uncalibrated()
        case {"method": "sigmoid", "a": a, "b": b}:
            return Sigmoid(fields.number(a, f"{place}.a"), fields.number(b, f"{place}.b"))
        case {"method": "isotonic", "x": x, "y": y}:
            return _steps(fields.numbers(x, f"{place}.x"), fields.numbers(y, f"{place}.y"), place)
    raise InputError(
        f"{place}: cannot read {str(state)[:80]}",
        hint="the model was written by a newer version: install that one",
    )


def _steps(x: np.ndarray, y: np.ndarray, place: str) -> Isotonic:
    if x.ndim != 1 or not x.size or (np.diff(x) <= 0).any():
        raise fields.misfit(f"{place}.x", "the places of the steps do not increase")
    rising = y.shape == x.shape and (np.diff(y) >= 0).all()
    if not rising or y[0] < 0 or y[-1] > 1:
        raise fields.misfit(f"{place}.y", "the steps are not rising probabilities, one for each x")
    return Isotonic(x, y)


def logistic(margin: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-margin)), exact at both ends, shape as given."""
    decay = np.exp(-np.abs(np.ascontiguousarray(margin)))
    return np.asarray(np.where(margin >= 0, 1.0, decay) / (1.0 + decay))
