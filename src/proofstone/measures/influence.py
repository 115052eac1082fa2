"""How much each row moves an area under the ROC curve: for comparing two, and for clusters."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from proofstone.measures.arrays import FloatArray, Labels
from proofstone.measures.intervals import UNKNOWN, Interval, normal_quantile


class Influence(NamedTuple):
    """An estimate, and what each row (n,) adds to its error; the rows' sum is 0."""

    value: float
    rows: FloatArray


def auc_influence(positive: Labels, score: FloatArray) -> Influence:
    """Return the area under the ROC curve with each row's influence, (n,), ties at one half.

    The sum of their squares is DeLong's variance (1988), but for its small-sample factors. nan
    and zeros when only one class is present.
    """
    flags = np.asarray(positive).astype(bool)
    if not flags.any() or flags.all():
        return Influence(math.nan, np.zeros(len(flags)))
    _, place = np.unique(score, return_inverse=True)
    hits = np.bincount(place, weights=flags)
    misses = np.bincount(place) - hits
    beats = (np.cumsum(misses) - misses / 2.0) / misses.sum()
    beaten = 1.0 - (np.cumsum(hits) - hits / 2.0) / hits.sum()
    auc = float(hits @ beats / hits.sum())
    rows = np.where(flags, (beats[place] - auc) / hits.sum(), (beaten[place] - auc) / misses.sum())
    return Influence(auc, rows)


def paired_auc_gain(code: np.ndarray, before: FloatArray, after: FloatArray) -> Influence:
    """Return by how much `after` tells classes apart better than `before`, with influences (n,).

    `code` (int, (n,)) is each row's class, from 0 on; both are scores (n, k), one column a class.
    It is the difference of the areas under the curves of each class against the rest, weighted by
    the class's share (Provost and Domingos 2000); with two classes, of the one area.
    """
    shares = np.bincount(code, minlength=before.shape[1]) / max(1, len(code))
    gain, rows = 0.0, np.zeros(len(code))
    for one in np.flatnonzero((shares > 0) & (shares < 1)):
        new, old = (auc_influence(code == one, scores[:, one]) for scores in (after, before))
        gain += shares[one] * (new.value - old.value)
        rows += shares[one] * (new.rows - old.rows)
    return Influence(float(gain) if np.count_nonzero(shares) > 1 else math.nan, rows)


def influence_interval(found: Influence, level: float) -> Interval[float]:
    """Return value ± z times the root of the sum of squared influences, of independent rows."""
    if math.isnan(found.value):
        return UNKNOWN
    half = normal_quantile((1.0 + level) / 2.0) * float(np.sqrt((found.rows**2).sum()))
    return Interval(found.value - half, found.value + half)
