"""Matrices that families are fitted on."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]


@pytest.fixture(scope="session")
def sample() -> Sample:
    """Six columns of the breast cancer table, labels, and uneven weights."""
    matrix, target = load_breast_cancer(return_X_y=True)
    weight = np.random.default_rng(0).uniform(0.5, 1.5, len(target))
    return np.ascontiguousarray(matrix[:, :6]), target.astype(np.int64), weight
