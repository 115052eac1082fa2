"""The array types in which all measures speak."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Labels = NDArray[np.bool_] | NDArray[np.integer]
"""0/1 or false/true for each row; 1 is the positive class."""


def quotient(value: FloatArray, by: FloatArray) -> FloatArray:
    """Return value / by, entry by entry; nan where `by` is not above 0."""
    return np.asarray(np.divide(value, by, out=np.full(np.shape(value), np.nan), where=by > 0))


def evenly(n: int, most: int) -> IntArray:
    """Return the places of at most `most` of `n` rows, the first and the last among them.

    >>> evenly(10, 4).tolist(), evenly(2, 4).tolist()
    ([0, 3, 6, 9], [0, 1])
    """
    return np.linspace(0, n - 1, min(most, n)).astype(np.int64)
