"""How many members are found where few others are taken for members."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from proofstone.measures.exact import at_most
from proofstone.measures.intervals import Interval, wilson


@dataclass(frozen=True, eq=False)
class TruePositives:
    """The true positive rate at the false positive rate `false`.

    `members` (m,) and `others` (n,) are scores, high where a member is suspected; neither is empty.
    """

    members: np.ndarray
    others: np.ndarray
    false: float

    @property
    def value(self) -> float:
        """The share of members above the score that at most `false` of the others exceed."""
        return float(
            (self.members > self._ranked(math.floor(self.false * len(self.others)) + 1)).mean()
        )

    def interval(self, level: float) -> Interval[float]:
        """Return an interval that allows for the threshold being estimated, too.

        Two order statistics of the others hold between them the score that the share `false` of
        all others exceeds (David and Nagaraja 2003, section 7.1); Wilson's intervals (1927) of the
        members above each give the ends. Each of the four ways to err has a quarter of 1 - level.
        Conservative. The lower end is 0 where so few others are known that none may lie above.
        """
        m, each = len(self.members), (1.0 - level) / 4.0
        high = float((self.members >= self._ranked(self._below(each))).sum())
        low = float((self.members > self._ranked(self._above(each))).sum())
        wide = 1.0 - 2.0 * each
        return Interval(wilson(low, m, wide).low, wilson(high, m, wide).high)

    def _ranked(self, rank: int) -> float:
        """The others' score of a rank from the highest, 1; infinite at the ends."""
        if rank < 1:
            return math.inf
        return float(np.sort(self.others)[-rank]) if rank <= len(self.others) else -math.inf

    def _below(self, error: float) -> int:
        """The first rank whose score is exceeded by too few with probability `error` at most."""
        n = len(self.others)
        ranks = (r for r in range(1, n + 1) if 1.0 - at_most(r - 1, n, self.false) <= error)
        return next(ranks, n + 1)

    def _above(self, error: float) -> int:
        """The last rank whose score is exceeded by too many with probability `error` at most."""
        n = len(self.others)
        rank = 0
        while rank < n and at_most(rank, n, self.false) <= error:
            rank += 1
        return rank
