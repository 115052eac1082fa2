"""Many tests at once: levels and p-values that stay honest for the whole family."""

from __future__ import annotations

import numpy as np

from proofstone.measures.arrays import FloatArray


def bonferroni_level(level: float, tests: int) -> float:
    """Return the level of each interval for all `tests` intervals to hold together at `level`.

    Bonferroni's inequality (1936); it needs no independence. `tests` is at least 1.

    >>> round(bonferroni_level(0.95, 10), 6)
    0.995
    """
    return 1.0 - (1.0 - level) / tests


def holm(pvalues: FloatArray) -> FloatArray:
    """Return p-values (m,) adjusted by Holm's step-down (1979): controls the family-wise error.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    pvalues = np.asarray(pvalues, dtype=np.float64)
    order = np.argsort(pvalues)
    remaining = np.arange(len(pvalues), 0, -1)
    return _unsorted(np.maximum.accumulate(pvalues[order] * remaining), order)


def _unsorted(adjusted: FloatArray, order: np.ndarray) -> FloatArray:
    """Put adjusted p-values, capped at 1, back in the caller's order."""
    result = np.empty_like(adjusted)
    result[order] = np.minimum(adjusted, 1.0)
    return result
