"""Linear models: intercept plus coefficients times columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proofstone.core.canonical import canonical_json
from proofstone.models.runtimes.runtime import read_json, unreadable


@dataclass(frozen=True, eq=False)
class Linear:
    """Log-odds are `intercept + matrix @ coef`; `coef` has shape (width,)."""

    coef: np.ndarray
    intercept: float

    @property
    def width(self) -> int:
        """The number of matrix columns that it needs."""
        return len(self.coef)

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Return the log-odds of the positive class, shape (n,).

        Columns are added one after the other: a matrix product would round differently for one
        row than for many.
        """
        total = np.full(len(matrix), self.intercept)
        for place, weight in enumerate(self.coef.tolist()):
            total += matrix[:, place] * weight
        return total

    def to_weights(self) -> bytes:
        """The file that `load` reads."""
        return canonical_json({"coef": self.coef.tolist(), "intercept": self.intercept})


def load(weights: bytes) -> Linear:
    """Return the linear model in `weights`.

    Raises:
        InputError: the weights do not hold together.
    """
    document = read_json(weights)
    try:
        coef = np.array(document["coef"], dtype=np.float64)
        intercept = float(document["intercept"])
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable(f"{error!r} in a linear model") from error
    if coef.ndim != 1 or not np.isfinite(coef).all() or not np.isfinite(intercept):
        raise unreadable("coefficients must be finite numbers")
    return Linear(coef, intercept)
