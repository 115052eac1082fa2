"""The threshold of the check of grounding and its rates of error, from labelled sentences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from proofstone.assess.grounding.claims import claims
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
    supported ones in other words than the passage's that are let be; both are of topics that the
    threshold was not fitted on. Sentences that stand in the passage are let be always.
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
    fit, judge = (_checked(half) for half in ("fit", "judge"))
    threshold = _youden(fit)
    low = judge.score < threshold
    return Calibration(
        threshold,
        Rate(low[~judge.supported], judge.topics[~judge.supported]),
        Rate(~low[judge.supported], judge.topics[judge.supported]),
    )


class _Checked(NamedTuple):
    """Labelled sentences that are no quotations: score, label and topic of each (n,)."""

    score: np.ndarray
    supported: np.ndarray
    topics: np.ndarray


def _checked(half: str) -> _Checked:
    found = [(one, support(one.text, one.passage)) for one in claims() if one.half == half]
    reworded = [(claim, one) for claim, one in found if not one.quoted]
    return _Checked(
        np.array([one.score for _, one in reworded]),
        np.array([claim.supported for claim, _ in reworded]),
        np.array([claim.topic for claim, _ in reworded], dtype=object),
    )


def _youden(fit: _Checked) -> float:
    score, supported = fit.score, fit.supported
    places = np.unique(score)
    gains = [
        float((score[supported] >= one).mean() - (score[~supported] >= one).mean())
        for one in places
    ]
    best = int(np.argmax(gains))
    return float((places[best] + places[max(best - 1, 0)]) / 2.0)
