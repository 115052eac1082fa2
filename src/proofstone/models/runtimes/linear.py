"""Linear models: intercept plus coefficients times columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proofstone.core.canonical import canonical_json
from proofstone.models import fields
from proofstone.models.runtimes.runtime import FILE, read_json, unreadable


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
    coef = fields.numbers(fields.field(document, "coef", FILE), f"{FILE}, coef")
    if coef.ndim != 1:
        raise unreadable("coef is not a flat list of numbers")
    intercept = fields.field(document, "intercept", FILE)
    return Linear(coef, fields.number(intercept, f"{FILE}, intercept"))
