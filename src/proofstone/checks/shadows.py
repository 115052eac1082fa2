"""Shadow models: what the same procedure learns from random halves of the same rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Shadows:
    """The answers of m models about the n rows of a case, each fitted on a random half of them.

    `member` (bool, shape (m, n)) says which rows a model was fitted on, `score` (float64, shape
    (m, n)) what probability of the positive class it gives each row. Each row is a member of about
    half of the models (Carlini et al. 2022).
    """

    member: np.ndarray
    score: np.ndarray

    def __post_init__(self) -> None:
        if self.member.shape != self.score.shape or self.member.ndim != 2:
            raise ValueError(f"member {self.member.shape} and score {self.score.shape} differ")

    def __len__(self) -> int:
        return len(self.member)
