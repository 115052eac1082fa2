"""How often the right one of several classes is decided."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.measured import measured, settings
from proofstone.checks.cases import ClassesCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.arrays import IntArray
from proofstone.measures.classes import (
    balanced_accuracy,
    balanced_accuracy_interval,
    confusion,
    macro_f1,
    macro_f1_interval,
    top_k_hits,
    weighted_f1,
)
from proofstone.measures.delta import unit_interval
from proofstone.measures.intervals import wilson
from proofstone.models.contract import Predict

_SHOWN = 30
_TOP = 3


@probe(
    needs=Predict,
    rows=len,
    family="quality",
    metrics=(
        "accuracy",
        "balanced_accuracy",
        "macro_f1",
        "weighted_f1",
        "top_k_accuracy",
        "class_recall",
        "class_precision",
    ),
    about=ClassesCase,
)
def class_quality(case: ClassesCase, rng: np.random.Generator) -> Probing:
    """Accuracy, balanced accuracy, F1 and top-k accuracy; recall and precision of each class.

    The most probable class is decided, the first of several equal ones. Balanced accuracy: mean
    recall (Brodersen et al. 2010). F1 as the mean over classes, and weighted by their rows; `k`
    (3) of top-k is a setting. The confusion table of at most 30 classes stands in the details.

    Not covered: what a mistake costs; mistakes between near classes count as any other.
    """
    answers = yield Ask(case.rows, Predict())
    k = len(case.classes)
    table = confusion(case.target, answers.argmax(axis=1), k)
    n, hits = len(case), int(np.trace(table))
    found = [
        measured(
            case, "class_quality", "accuracy", hits / n, partial(wilson, hits, n), n=n,
            method=message("Wilson"), details={"confusion": _details(case.classes, table)},
        ),
        measured(
            case, "class_quality", "balanced_accuracy", balanced_accuracy(table),
            partial(balanced_accuracy_interval, table), n=n,
            method=message("Wilson intervals of the recalls, put together"),
        ),
    ]  # fmt: skip
    value, error = weighted_f1(table)
    found += [
        measured(
            case, "class_quality", "macro_f1", macro_f1(table).value,
            partial(macro_f1_interval, table), n=n,
            method=message("Wilson intervals of the classes, put together"),
        ),
        measured(
            case, "class_quality", "weighted_f1", value,
            partial(unit_interval, value, error, float(n)), n=n,
            method=message("delta method, logit scale"),
        ),
    ]  # fmt: skip
    return [*found, *_top(case, answers), *_each(case, table)]


def _top(case: ClassesCase, answers: np.ndarray) -> list[Finding]:
    """Top-k accuracy, where there are more classes than k and probabilities to rank them by."""
    k, n = int(settings(case, "class_quality").get("k", _TOP)), len(case)
    if k >= len(case.classes) or only_decided(answers):
        few = message("there are no more than {k} classes").format(k=k)
        reason = few if k >= len(case.classes) else NO_PROBABILITIES
        return [
            Finding(
                probe="class_quality", metric="top_k_accuracy", reason=reason,
                evidence=case.evidence,
            )
        ]  # fmt: skip
    hits = top_k_hits(case.target, answers, k)
    return [
        measured(
            case, "class_quality", "top_k_accuracy", hits / n, partial(wilson, hits, n), n=n,
            method=message("Wilson"), details={"k": k},
        )
    ]  # fmt: skip


def _each(case: ClassesCase, table: IntArray) -> list[Finding]:
    """Recall and precision of the classes with the most rows."""
    hits = np.diag(table)
    shown = np.sort(np.argsort(-table.sum(axis=1), kind="stable")[:_SHOWN])
    found = []
    for metric, trials in (
        ("class_recall", table.sum(axis=1)),
        ("class_precision", table.sum(axis=0)),
    ):
        for place in shown:
            counted = int(trials[place])
            value = hits[place] / counted if counted else np.nan
            found.append(
                measured(
                    case, "class_quality", metric, float(value),
                    partial(wilson, float(hits[place]), float(counted)),
                    subject=f"class={case.classes[place]}", n=counted, method=message("Wilson"),
                    absent=message("no row of the class counts towards it"),
                )
            )  # fmt: skip
    return found


def _details(classes: tuple[str, ...], table: IntArray) -> dict[str, Any]:
    """The confusion table, of the most frequent classes where there are many; the rest by pairs."""
    shown = np.sort(np.argsort(-(table.sum(axis=0) + table.sum(axis=1)), kind="stable")[:_SHOWN])
    wrong = table - np.diag(np.diag(table))
    pairs = np.argsort(-wrong, axis=None, kind="stable")[:10]
    places = [divmod(int(pair), len(classes)) for pair in pairs]
    return {
        "classes": [classes[place] for place in shown],
        "rows": table[np.ix_(shown, shown)].tolist(),
        "left_out": len(classes) - len(shown),
        "most_confused": [
            {"right": classes[i], "decided": classes[j], "rows": int(wrong[i, j])}
            for i, j in places
            if wrong[i, j]
        ],
    }


NO_PROBABILITIES = message("the model answers decisions, no probabilities")


def only_decided(answers: np.ndarray) -> bool:
    """Whether all answers are 0 or 1: decisions, which say nothing of how sure they are."""
    return bool(((answers == 0) | (answers == 1)).all())
