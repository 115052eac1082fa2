"""How quality differs between groups of people, where the task is no decision between two."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.equity.people import MOST_GROUPS, nobody, subjects, too_many, unable
from proofstone.assess.measured import measured
from proofstone.assess.probes.group_fairness import POSTERIOR, table
from proofstone.assess.probes.ranking_quality import PLACES
from proofstone.checks.cases import Case, ClassesCase, LabelsCase, NumberCase, RankingCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.groups import Groups, difference, rate
from proofstone.measures.intervals import UNKNOWN, Interval, wilson
from proofstone.measures.means import (
    Means,
    group_means,
    mean_difference,
    mean_difference_interval,
    mean_ends,
)
from proofstone.measures.multilabel import hamming_losses
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.measures.queries import per_query
from proofstone.measures.spread import difference_interval
from proofstone.models.contract import Predict

PROBE = "group_quality"
_CLASSES = 20
_METRICS: Mapping[type[Case], tuple[str, ...]] = {
    ClassesCase: ("accuracy_difference", "class_recall_difference"),
    LabelsCase: ("hamming_loss_difference",),
    NumberCase: ("mean_absolute_error_difference", "mean_error_difference"),
    RankingCase: ("ndcg_difference",),
}
AnyCase = ClassesCase | LabelsCase | NumberCase | RankingCase


@probe(
    needs=Predict,
    rows=len,
    family="fairness",
    metrics=tuple(metric for each in _METRICS.values() for metric in each),
    about=(ClassesCase, LabelsCase, NumberCase, RankingCase),
)
def group_quality(case: AnyCase, rng: np.random.Generator) -> Probing:
    """Quality in each group and the largest difference, by protected column and all crossed.

    Classes: accuracy, and recall of the class whose recall differs most (of the 20 with the most
    rows), which extends equal opportunity (Hardt, Price, Srebro 2016) to several classes. Several
    labels: Hamming loss. Numbers: mean absolute error, and mean error (estimate minus truth), which
    shows whom estimates favour. Rankings: NDCG of queries, where all rows of a query are of one
    group.

    Not covered: rankings whose groups meet within a query (exposure); how often a group is given
    each class.
    """
    answers = yield Ask(case.rows, Predict())
    metrics = _METRICS[type(case)]
    findings: list[Finding] = []
    for subject, groups in subjects(case, crossed=True).items():
        if len(groups.labels) > MOST_GROUPS:
            size = len(groups.labels)
            findings += [too_many(case, PROBE, metric, subject, size) for metric in metrics]
        else:
            findings += _subject(case, subject, groups, answers)
    return findings or [nobody(case, PROBE, metric) for metric in metrics]


def _subject(case: AnyCase, subject: str, groups: Groups, answers: np.ndarray) -> list[Finding]:
    if isinstance(case, ClassesCase):
        decided = answers.argmax(axis=1)
        accuracy = _accuracy(case, subject, groups, decided)
        return [*accuracy, _recall(case, subject, groups, decided)]
    if isinstance(case, RankingCase):
        return _ranking(case, subject, groups, answers)
    if isinstance(case, LabelsCase):
        losses = {"hamming_loss": hamming_losses(case.target, answers >= case.threshold)}
    else:
        error = answers[:, 0] - case.target
        losses = {"mean_absolute_error": np.abs(error), "mean_error": error}
    return _means(case, subject, groups, losses)


def _accuracy(
    case: ClassesCase, subject: str, groups: Groups, decided: np.ndarray
) -> list[Finding]:
    right = decided == case.target
    k = len(groups.labels)
    trials = np.bincount(groups.codes, minlength=k)
    hits = np.bincount(groups.codes, right, k).astype(np.int64)
    values = rate(hits, trials)
    each = [
        measured(
            case, PROBE, "accuracy", values[i],
            partial(wilson, float(hits[i]), float(trials[i])),
            subject=f"{subject}={label}", n=int(trials[i]), method=message("Wilson"),
        )
        for i, label in enumerate(groups.labels)
    ]  # fmt: skip
    apart = measured(
        case, PROBE, "accuracy_difference", difference(values),
        partial(difference_interval, hits, trials),
        subject=subject, n=len(case), method=POSTERIOR,
        details=table(each),
    )  # fmt: skip
    return [*each, apart]


def _recall(case: ClassesCase, subject: str, groups: Groups, decided: np.ndarray) -> Finding:
    """The largest difference in recall between groups among the classes, corrected for them all."""
    k, classes = len(groups.labels), len(case.classes)
    cells = case.target * k + groups.codes
    trials = np.bincount(cells, minlength=classes * k).reshape(classes, k)
    right = (decided == case.target).astype(np.float64)
    hits = np.bincount(cells, right, classes * k).reshape(classes, k).astype(np.int64)
    shown = np.argsort(-trials.sum(axis=1), kind="stable")[:_CLASSES]
    shown = shown[(trials[shown] > 0).sum(axis=1) > 1]
    values = [difference(rate(hits[place], trials[place])) for place in shown]
    worst = int(shown[np.argmax(values)]) if len(shown) else 0
    return measured(
        case, PROBE, "class_recall_difference", max(values, default=np.nan),
        partial(_largest, hits[shown], trials[shown]),
        subject=subject, n=int(trials[shown].sum()),
        method=message(
            "Jeffreys posteriors, corrected for looking for the extremes, all classes at once"
        ),
        absent=message("no class has rows in two groups"),
        details={
            "class": case.classes[worst],
            **_of_class(hits[worst], trials[worst], groups, case),
        },
    )  # fmt: skip


def _largest(hits: np.ndarray, trials: np.ndarray, level: float) -> Interval[float]:
    """The interval of the largest difference, from intervals that hold for all classes at once."""
    if not len(hits):
        return UNKNOWN
    each = bonferroni_level(level, len(hits))
    ends = [difference_interval(*pair, each) for pair in zip(hits, trials, strict=True)]
    return Interval(max(one.low for one in ends), max(one.high for one in ends))


def _of_class(
    hits: np.ndarray, trials: np.ndarray, groups: Groups, case: ClassesCase
) -> dict[str, Any]:
    """The table of groups of one class."""
    low, high = wilson(hits, trials, case.level)
    rows = zip(groups.labels, rate(hits, trials), low, high, trials, strict=True)
    return {
        "groups": [
            {
                "group": label,
                "value": None if not n else float(value),
                "low": None if not n else float(least),
                "high": None if not n else float(most),
                "n": int(n),
            }
            for label, value, least, most, n in rows
        ]
    }


def _ranking(case: RankingCase, subject: str, groups: Groups, answers: np.ndarray) -> list[Finding]:
    _, first, of = np.unique(case.query, return_index=True, return_inverse=True)
    if (groups.codes != groups.codes[first][of]).any():
        reason = message("groups meet within a query, so that a query is of no one group")
        return [unable(case, PROBE, "ndcg_difference", subject, reason)]
    ndcg = per_query(case.target, answers[:, 0], case.query, PLACES).ndcg
    by_query = Groups(groups.codes[first], groups.labels)
    return _means(case, subject, by_query, {"ndcg": ndcg})


def _means(
    case: AnyCase,
    subject: str,
    groups: Groups,
    losses: Mapping[str, np.ndarray],
) -> list[Finding]:
    findings = []
    for metric, values in losses.items():
        means = group_means(values, groups.codes, len(groups.labels))
        each = [
            measured(
                case, PROBE, metric, means.mean[i],
                partial(_end, means, i),
                subject=f"{subject}={label}", n=int(means.rows[i]),
                method=message("t interval of the mean"),
            )
            for i, label in enumerate(groups.labels)
        ]  # fmt: skip
        apart = measured(
            case, PROBE, f"{metric}_difference", mean_difference(means),
            partial(mean_difference_interval, means),
            subject=subject, n=int(means.rows.sum()),
            method=message("t distributions of the means, corrected for looking for the extremes"),
            absent=message("fewer than two groups have two rows"), details=table(each),
        )  # fmt: skip
        findings += [*each, apart]
    return findings


def _end(means: Means, place: int, level: float) -> Interval[float]:
    return mean_ends(means, level)[place]
