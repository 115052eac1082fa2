"""Reweighing (Kamiran and Calders 2012): weights under which group and label are independent."""

from __future__ import annotations

import numpy as np


def reweigh(target: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return a weight for each row, float64 (n,), with mean 1: P(group) P(label) / P(group, label).

    >>> reweigh(np.array([True, True, True, False]), np.array(["a", "a", "b", "b"])).tolist()
    [0.75, 0.75, 1.5, 0.5]
    """
    _, groups = np.unique(group.astype(str), return_inverse=True)
    _, labels = np.unique(target, return_inverse=True)
    cell = groups * (labels.max() + 1) + labels
    n = len(target)
    return np.asarray(
        np.bincount(groups)[groups] * np.bincount(labels)[labels] / (n * np.bincount(cell)[cell])
    )
