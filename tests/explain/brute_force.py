"""Shapley values by their definition: all 2^d coalitions, feature by feature."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np


def shapley(
    margin: Callable[[np.ndarray], np.ndarray],
    matrix: np.ndarray,
    background: np.ndarray,
    feature_of: np.ndarray,
) -> np.ndarray:
    """Interventional Shapley values, shape (n, features)."""
    size = int(feature_of.max()) + 1

    def worth(row: np.ndarray, coalition: tuple[int, ...]) -> float:
        hybrid = background.copy()
        taken = np.isin(feature_of, coalition)
        hybrid[:, taken] = row[taken]
        return float(margin(hybrid).mean())

    values = np.zeros((len(matrix), size))
    for i, row in enumerate(matrix):
        for feature in range(size):
            others = [other for other in range(size) if other != feature]
            for count in range(size):
                weight = factorial(count) * factorial(size - count - 1) / factorial(size)
                for coalition in combinations(others, count):
                    gain = worth(row, (*coalition, feature)) - worth(row, coalition)
                    values[i, feature] += weight * gain
    return values
