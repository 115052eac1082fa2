"""Chooses the threshold that a probability must reach, on out-of-fold scores."""

from __future__ import annotations

import numpy as np

from proofstone.core.errors import InputError
from proofstone.core.project.schema import Threshold


def choose_threshold(rule: Threshold, score: np.ndarray, target: np.ndarray) -> float:
    """Return the threshold by `rule` for out-of-fold scores (n,) and labels, bool (n,).

    Raises:
        InputError: the rule is `fixed` and has no value.
    """
    match rule.rule:
        case "base_rate":
            return share_threshold(score, float(target.mean()))
        case "youden":
            return youden_threshold(score, target)
    if rule.value is None:
        raise InputError("train.threshold: a fixed threshold needs a value", hint="add value")
    return rule.value


def share_threshold(score: np.ndarray, share: float) -> float:
    """Return the threshold that the share of scores nearest to `share` reaches.

    It lies midway between two scores. Of two that are equally near, the higher one is taken,
    which decides fewer positive.

    >>> share_threshold(np.array([0.1, 0.2, 0.4, 0.8]), 0.25)
    0.6000000000000001
    """
    cuts, reached = _cuts(score)
    off = np.abs(reached / len(score) - share)
    return float(cuts[np.flatnonzero(off <= off.min() + 1e-12)[-1]])


def youden_threshold(score: np.ndarray, target: np.ndarray) -> float:
    """Return the threshold of greatest true positive less false positive rate (Youden 1950).

    It lies midway between two scores; of several that are equally good the highest is taken.

    >>> youden_threshold(np.array([0.1, 0.2, 0.4, 0.8]), np.array([False, False, True, True]))
    0.30000000000000004
    """
    cuts, reached = _cuts(score)
    _, hits = _cuts(score, target)
    positives = target.sum()
    gain = hits / positives - (reached - hits) / (len(target) - positives)
    return float(cuts[np.flatnonzero(gain >= gain.max() - 1e-12)[-1]])


def _cuts(score: np.ndarray, counted: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """All thresholds that differ in effect, rising, and how many (`counted`) scores reach each."""
    values, place = np.unique(score, return_inverse=True)
    ends = np.concatenate([[0.0], values, [1.0]])
    cuts = (ends[:-1] + ends[1:]) / 2
    cuts[0] = values[0]
    cuts[-1] = np.nextafter(values[-1], np.inf) if values[-1] >= 1 else cuts[-1]
    weight = None if counted is None else counted.astype(np.float64)
    count = np.bincount(place, weights=weight, minlength=len(values))
    return cuts, np.concatenate([np.cumsum(count[::-1])[::-1], [0]])
