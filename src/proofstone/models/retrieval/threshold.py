"""From which probability on a question is answered rather than handed over to a person."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from proofstone.core.errors import DataError
from proofstone.measures.intervals import wilson

_LEVEL = 0.95
NEVER = 2.0
"""A threshold that no probability reaches: every question is handed over."""


class Point(NamedTuple):
    """What one threshold does: shares of the questions that would be answered.

    `right` is that of the answerable ones, `wrong` that of the unanswerable ones, with the ends of
    its Wilson interval (95 %).
    """

    threshold: float
    right: float
    wrong: float
    wrong_low: float
    wrong_high: float


class Threshold(NamedTuple):
    """The chosen threshold, and what each possible one does, from the least one on."""

    value: float
    curve: tuple[Point, ...]


def choose_threshold(
    probabilities: NDArray[np.float64],
    answerable: NDArray[np.bool_],
    *,
    most_wrong: float = 0.1,
) -> Threshold:
    """Return the least threshold that answers few enough of the unanswerable questions.

    A question is answered where its probability (n,) is at least the threshold. Chosen is the
    least probability seen at which (wrong + 1) / (unanswerable + 1) <= most_wrong: then the
    expected share of wrongly answered ones among new unanswerable questions keeps to `most_wrong`
    (conformal risk control; Angelopoulos et al. 2022), for questions drawn like these and
    probabilities of a model that was not fitted to them (`evidence.cross_fitted`). With fewer than
    1 / most_wrong - 1 of them, and where none does, it is `NEVER`.

    Not covered: a bound that holds for one draw of questions rather than on average; the curve's
    intervals say how far a single one may lie off. Questions unlike these.

    Raises:
        DataError: there is no answerable or no unanswerable question.
    """
    known = np.asarray(answerable, dtype=bool)
    if known.all() or not known.any():
        raise DataError(
            "questions: all are answerable or none is; a threshold needs both kinds",
            hint="add questions of the other kind to those for calibration",
        )
    thresholds = np.append(np.unique(probabilities), NEVER)
    right, wrong = (
        (group[None, :] >= thresholds[:, None]).sum(axis=1)
        for group in (probabilities[known], probabilities[~known])
    )
    positives, negatives = int(known.sum()), int((~known).sum())
    low, high = wilson(wrong.astype(np.float64), np.full(len(wrong), float(negatives)), _LEVEL)
    curve = np.column_stack([thresholds, right / positives, wrong / negatives, low, high])
    kept = np.flatnonzero(wrong + 1 <= most_wrong * (negatives + 1) + 1e-9)
    value = float(thresholds[kept[0]]) if len(kept) else NEVER
    return Threshold(value, tuple(Point(*row) for row in curve.tolist()))
