"""Quality of models that give a row any number of labels.

Throughout, `target` and `decided` are bool (n, labels), `answers` (n, labels) the probability of
each label.
"""

from __future__ import annotations

import math

import numpy as np

from proofstone.measures.arrays import FloatArray
from proofstone.measures.classes import Estimate
from proofstone.measures.delta import standard_error


def hamming_losses(target: np.ndarray, decided: np.ndarray) -> FloatArray:
    """Return the share of labels that are wrong in each row (n,)."""
    return np.asarray((target != decided).mean(axis=1), dtype=np.float64)


def micro_f1(target: np.ndarray, decided: np.ndarray) -> Estimate:
    """Return F1 over all labels of all rows at once; the error takes rows as independent."""
    hits = (target & decided).sum(axis=1).astype(np.float64)
    total = (target.sum(axis=1) + decided.sum(axis=1)).astype(np.float64)
    if not total.sum() > 0:
        return Estimate(math.nan, math.nan)
    value = float(2 * hits.sum() / total.sum())
    return Estimate(value, standard_error((2 * hits - value * total) / total.mean()))


def label_f1(target: np.ndarray, decided: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Return F1 of each label (labels,) and each row's influence on it (n, labels).

    0 where a label neither occurs nor is decided, as scikit-learn has it.
    """
    hits = target & decided
    total = target.astype(np.float64) + decided
    sums = total.sum(axis=0)
    known = sums > 0
    scores = np.divide(2.0 * hits.sum(axis=0), sums, out=np.zeros(len(sums)), where=known)
    share = np.where(known, sums / max(1, len(target)), 1.0)
    return scores, (2.0 * hits - scores * total) / share


def macro_label_f1(target: np.ndarray, decided: np.ndarray) -> Estimate:
    """Return the mean F1 of the labels, each counting alike."""
    if not len(target):
        return Estimate(math.nan, math.nan)
    scores, influence = label_f1(target, decided)
    return Estimate(float(scores.mean()), standard_error(influence.mean(axis=1)))


def ranking_precisions(target: np.ndarray, answers: FloatArray) -> FloatArray:
    """Return the label-ranking average precision of each row (n,).

    For each true label, the share of true ones among those that score at least as high, averaged
    (Schapire and Singer 2000). 1 for a row with no label, or with all.
    """
    held = target.sum(axis=1)
    total = np.zeros(len(target))
    for place in range(target.shape[1]):
        above = answers >= answers[:, place : place + 1]
        true = (above & target).sum(axis=1)
        total += np.where(target[:, place], true / above.sum(axis=1), 0.0)
    plain = (held == 0) | (held == target.shape[1])
    return np.where(plain, 1.0, total / np.maximum(held, 1))
