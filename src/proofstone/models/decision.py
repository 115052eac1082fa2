"""The rule, fixed at training, by which a probability becomes a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Decision:
    """Decides `positive` where the probability reaches the threshold.

    With `attribute`, the rows of each group in `thresholds` have a threshold of their own; other
    rows, and those whose group is unknown, have the common one.
    """

    rule: str
    positive: str
    threshold: float
    attribute: str | None = None
    thresholds: Mapping[str, float] | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Decision:
        """Read back what `to_json` wrote."""
        return cls(**document)

    def to_json(self) -> dict[str, Any]:
        """The rule and its thresholds."""
        return {
            "rule": self.rule,
            "positive": self.positive,
            "threshold": self.threshold,
            "attribute": self.attribute,
            "thresholds": None if self.thresholds is None else dict(self.thresholds),
        }

    def threshold_of(self, groups: Sequence[str | None], n: int) -> np.ndarray:
        """Return the threshold of each of `n` rows, shape (n,); `groups` are the attribute's."""
        if self.thresholds is None:
            return np.full(n, self.threshold)
        known = self.thresholds
        found = [self.threshold if one is None else known.get(one, self.threshold)
                 for one in groups]  # fmt: skip
        return np.array(found, dtype=np.float64)
