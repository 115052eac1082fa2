"""A family with its settings bound: what mitigation and search fit again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from proofstone.models.open import load_runtime
from proofstone.models.runtimes.runtime import Runtime
from proofstone.train.families.family import Family, Settings


@dataclass(frozen=True)
class Learner:
    """Fits one family with fixed settings and seed."""

    family: Family
    settings: Settings
    seed: int
    categorical: Sequence[int]

    def weights(self, matrix: np.ndarray, target: np.ndarray, weight: np.ndarray) -> bytes:
        """Return fitted weights; `weight` is scaled to a mean of 1 first."""
        scaled = weight / weight.mean()
        return self.family.fit(
            matrix, target.astype(np.int64), scaled, self.settings, self.seed, self.categorical
        )

    def load(self, weights: bytes) -> Runtime:
        """Return the runtime that reads `weights`."""
        return load_runtime(self.family.runtime, weights)

    def fit(self, matrix: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Runtime:
        """Return the fitted runtime."""
        return self.load(self.weights(matrix, target, weight))
