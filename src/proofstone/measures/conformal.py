"""Split-conformal prediction: thresholds from calibrating rows, and what coverage they promise.

Vovk, Gammerman and Shafer (2005); Angelopoulos and Bates (2023).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, IntArray
from proofstone.measures.exact import beta_binomial_shares


class Promise(NamedTuple):
    """What n calibrating rows promise: mean coverage, and the band that a measured share keeps.

    `low` and `high` hold the measured share of covered rows with probability `level`.
    """

    mean: float
    low: float
    high: float


def place_of(calibrating: int, coverage: float) -> int:
    """Return which of the sorted scores is the threshold, from 1; calibrating + 1 says: none is."""
    return math.ceil((calibrating + 1) * coverage - 1e-9)


def conformal_threshold(scores: FloatArray, coverage: float) -> float:
    """Return the least threshold that promises `coverage`; infinite with too few rows.

    >>> conformal_threshold(np.arange(1.0, 20.0), 0.9)
    18.0
    >>> conformal_threshold(np.arange(5.0), 0.9)
    inf
    """
    place = place_of(len(scores), coverage)
    if place > len(scores):
        return math.inf
    return float(np.partition(scores, place - 1)[place - 1])


def adaptive_scores(answers: FloatArray, chance: FloatArray) -> FloatArray:
    """Return the score (n, k) by which each of k classes is in a row's adaptive prediction set.

    The mass of all classes that are more probable, and a share `chance` (n,) of its own (Romano,
    Sesia and Candès 2020): sets grow where the model is unsure. With `chance` drawn evenly between
    0 and 1, and true probabilities in `answers` (n, k), the score of the right class is uniform.

    >>> adaptive_scores(np.array([[0.2, 0.7, 0.1]]), np.array([0.5])).round(3).tolist()
    [[0.8, 0.35, 0.95]]
    """
    order: IntArray = np.argsort(-answers, axis=1, kind="stable")
    ranked = np.take_along_axis(answers, order, axis=1)
    above = np.cumsum(ranked, axis=1) - ranked
    scores = np.empty(answers.shape)
    np.put_along_axis(scores, order, above + chance[:, None] * ranked, axis=1)
    return scores


def promised(calibrating: int, measuring: int, coverage: float, level: float) -> Promise:
    """Return what exchangeable rows with distinct scores would show, exactly.

    Given the calibrating rows, coverage follows Beta(place, calibrating + 1 - place) (Vovk 2012);
    the number of covered rows among `measuring` others is beta-binomial. Ties only add to it.
    """
    place = place_of(calibrating, coverage)
    if place > calibrating:
        return Promise(1.0, 1.0, 1.0)
    rest = calibrating + 1 - place
    shares = beta_binomial_shares(measuring, place, rest)
    tail = (1.0 - level) / 2.0
    low, high = (int(np.searchsorted(shares, end)) for end in (tail, 1.0 - tail))
    return Promise(place / (calibrating + 1), low / measuring, high / measuring)
