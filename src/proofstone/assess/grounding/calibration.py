"""The threshold of the check of grounding and its rates of error, from labelled sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from proofstone.assess.grounding.claims import Claim, claims
from proofstone.assess.grounding.grounded import support
from proofstone.measures.clusters import clustered_wilson
from proofstone.measures.intervals import Interval


@dataclass(frozen=True, eq=False)
class Rate:
    """A share of labelled sentences: `flags` bool (n,) and the topic of each (n,)."""

    flags: np.ndarray
    topics: np.ndarray

    @property
    def value(self) -> float:
        """The share."""
        return float(self.flags.mean())

    def interval(self, level: float) -> Interval[float]:
        """Wilson's interval (1927), for as many sentences as topics make of them."""
        return clustered_wilson(self.flags, self.topics, level)

    def to_json(self, level: float) -> dict[str, Any]:
        """The share with its interval, as a finding's details hold it."""
        low, high = self.interval(level)
        return {"value": self.value, "low": low, "high": high, "n": len(self.flags)}


@dataclass(frozen=True, eq=False)
class Calibration:
    """From which score on a sentence counts as supported, and how often that is wrong.

    `sensitivity` is the share of unsupported sentences that are found, `specificity` that of
    supported ones that are let be; both are of topics that the threshold was not fitted on.
    """

    threshold: float
    sensitivity: Rate
    specificity: Rate


@cache
def calibration() -> Calibration:
    """Return the threshold that is best on the `fit` half, judged on the `judge` half.

    The best has the greatest sum of sensitivity and specificity (Youden 1950), half way to the
    next score below it; of equals the lowest.

    Not covered: other fields and other writers. The sentences were written for this, so that
    half of them are false; what a chat model gets wrong may be easier or harder to find.
    """
    fit, judge = ([one for one in claims() if one.half == half] for half in ("fit", "judge"))
    threshold = _youden(_scores(fit), _supported(fit))
    low = _scores(judge) < threshold
    topics = np.array([one.topic for one in judge], dtype=object)
    supported = _supported(judge)
    return Calibration(
        threshold,
        Rate(low[~supported], topics[~supported]),
        Rate(~low[supported], topics[supported]),
    )


def _youden(score: np.ndarray, supported: np.ndarray) -> float:
    places = np.unique(score)
    gains = [
        float((score[supported] >= one).mean() - (score[~supported] >= one).mean())
        for one in places
    ]
    best = int(np.argmax(gains))
    return float((places[best] + places[max(best - 1, 0)]) / 2.0)


def _scores(chosen: Sequence[Claim]) -> np.ndarray:
    return np.array([support(one.text, one.passage).score for one in chosen])


def _supported(chosen: Sequence[Claim]) -> np.ndarray:
    return np.array([one.supported for one in chosen])
