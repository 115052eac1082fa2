"""What is to be equal between groups, and how far it is from that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

Name = Literal["false_positive_rate", "true_positive_rate", "selection_rate"]

LEAST = 20
"""Groups with fewer rows that a rate is measured on cannot be compared, and are left alone."""


class Gap(NamedTuple):
    """A difference of two rates, and its standard error (Laplace's rule keeps it above 0)."""

    value: float
    error: float


@dataclass(frozen=True)
class Constraint:
    """Equality of one rate between groups."""

    name: Name

    def counted(self, target: np.ndarray) -> np.ndarray:
        """Return the rows that the rate is a share of, bool (n,)."""
        match self.name:
            case "false_positive_rate":
                return ~target
            case "true_positive_rate":
                return target
        return np.ones(len(target), dtype=bool)

    def comparable(self, target: np.ndarray, group: np.ndarray) -> np.ndarray:
        """Return the names of groups with at least `LEAST` counted rows, sorted."""
        names, counts = np.unique(group[self.counted(target)].astype(str), return_counts=True)
        return names[counts >= LEAST]

    def rate(self, decided: np.ndarray, target: np.ndarray) -> float:
        """Return the rate over all given rows."""
        return float(decided[self.counted(target)].mean())

    def gap(self, decided: np.ndarray, target: np.ndarray, group: np.ndarray) -> Gap:
        """Return the greatest less the least rate of comparable groups; 0 for fewer than two."""
        counted = self.counted(target)
        hits, sizes = [], []
        for name in self.comparable(target, group):
            rows = counted & (group == name)
            hits.append(float(decided[rows].sum()))
            sizes.append(float(rows.sum()))
        if len(sizes) < 2:
            return Gap(0.0, 0.0)
        hit, size = np.array(hits), np.array(sizes)
        rate, smoothed = hit / size, (hit + 1) / (size + 2)
        variance = smoothed * (1 - smoothed) / size
        high, low = int(rate.argmax()), int(rate.argmin())
        return Gap(float(rate[high] - rate[low]), float(np.sqrt(variance[high] + variance[low])))
