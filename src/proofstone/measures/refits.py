"""What refits of a model, on other draws of the same rows, make of each row."""

from __future__ import annotations

import numpy as np

from proofstone.measures.arrays import FloatArray, quotient


def disagreement(decided: FloatArray, counted: FloatArray) -> FloatArray:
    """The share of pairs of refits that decide differently about each row, shape (n,).

    `decided` and `counted` (m, n) are 1 where a refit decides positive, and where it counts. One
    less this is the self-consistency of Cooper et al. (2024). nan where fewer than two count.

    >>> disagreement(np.array([[1.0], [0.0], [1.0]]), np.ones((3, 1))).round(3).tolist()
    [0.667]
    """
    positive, refits = (decided * counted).sum(axis=0), counted.sum(axis=0)
    return quotient(2 * positive * (refits - positive), refits * (refits - 1))


def deviation(score: FloatArray, counted: FloatArray) -> FloatArray:
    """The standard deviation of each row's score between the refits that count, shape (n,).

    `score` and `counted` have shape (m, n); nan where fewer than two count.
    """
    refits = counted.sum(axis=0)
    mean = quotient((score * counted).sum(axis=0), refits)
    squares = (counted * (score - mean) ** 2).sum(axis=0)
    return np.asarray(np.sqrt(quotient(squares, refits - 1)))
