"""Exact interventional Shapley values of a linear margin."""

from __future__ import annotations

import numpy as np


class LinearExplainer:
    """Explains margin = intercept + matrix @ coefficients against one background.

    A feature's value is the sum over its matrix columns of coefficient * (x - mean background x):
    with no interactions the interventional Shapley value is just that (Štrumbelj and Kononenko
    2014). `feature_of[c]` is the input feature of matrix column c.
    """

    def __init__(
        self,
        coefficients: np.ndarray,
        intercept: float,
        feature_of: np.ndarray,
        features: int,
        background: np.ndarray,
    ) -> None:
        self._weights = np.zeros((len(coefficients), features))
        self._weights[np.arange(len(coefficients)), feature_of] = coefficients
        self._centre = background.mean(axis=0)
        self.base = float(intercept + self._centre @ coefficients)

    def values(self, matrix: np.ndarray) -> np.ndarray:
        """Shapley values of the margin, shape (n, features)."""
        return np.asarray((matrix - self._centre) @ self._weights)
