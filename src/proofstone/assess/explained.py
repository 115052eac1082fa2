"""What of a model is explained, for each kind of task, and against which rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from proofstone.checks.cases import ClassesCase, DecisionCase, LabelsCase, RowCase
from proofstone.explain.outputs import Output
from proofstone.measures.arrays import evenly
from proofstone.models.contract import Model, Predict
from proofstone.models.rows import Rows

_BACKGROUND = 200


def background_of(case: RowCase) -> Rows | None:
    """The rows to compare with: training rows of decisions, else at most 200 of the case's own."""
    if isinstance(case, DecisionCase):
        return case.background
    return case.rows.take(evenly(len(case), _BACKGROUND))


def names_of(case: RowCase) -> tuple[str, ...]:
    """The names of classes or labels, of which each row has one explained; else none."""
    if isinstance(case, ClassesCase):
        return case.classes
    return case.labels if isinstance(case, LabelsCase) else ()


@dataclass(frozen=True, eq=False)
class Chosen:
    """What is explained of each row: the number of an output in `which` (n,), and the outputs.

    `score` (n,) is what the model answers there: a probability, or a number.
    """

    outputs: Mapping[int, Output | None]
    which: np.ndarray
    score: np.ndarray


def chosen_of(case: RowCase, model: Model, rows: Rows) -> Chosen:
    """Ask `model` about `rows`, and choose what is explained of each.

    Of a decision the positive class, in log-odds; of several classes or labels the likeliest, as a
    probability; of a number or a ranking the number.
    """
    answers = model.answer(Predict(), rows)
    zero = np.zeros(len(rows), dtype=np.int64)
    if isinstance(case, DecisionCase):
        return Chosen({0: None}, zero, answers[:, case.positive])
    if not names_of(case):
        return Chosen({0: Output(0)}, zero, answers[:, 0])
    top = answers.argmax(axis=1)
    outputs: dict[int, Output | None] = {int(place): Output(int(place)) for place in np.unique(top)}
    return Chosen(outputs, top, answers[np.arange(len(rows)), top])
