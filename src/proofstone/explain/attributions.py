"""What each input feature added to a score, compared with background rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Attributions:
    """Interventional Shapley values of the margin (log-odds) of n rows.

    `values` has shape (n, features) and one column an input feature, in the order of `features`;
    `base` is the mean margin of the background rows, so that base + values.sum(axis=1) is the
    margin of each row. `errors` holds standard errors where the values are estimates, else None.
    """

    base: float
    values: np.ndarray
    features: tuple[str, ...]
    method: str
    errors: np.ndarray | None = None

    def gap(self, margin: np.ndarray) -> float:
        """The largest violation of the efficiency axiom: |base + sum of values - margin|."""
        if not len(margin):
            return 0.0
        return float(np.abs(self.base + self.values.sum(axis=1) - margin).max())
