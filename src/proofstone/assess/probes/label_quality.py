"""How well the labels of a row are found, where it may have several."""

from __future__ import annotations

from functools import partial

import numpy as np

from proofstone.assess.measured import measured
from proofstone.assess.probes.class_quality import NO_PROBABILITIES, only_decided
from proofstone.checks.cases import LabelsCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.delta import bounded_mean_interval, standard_error, unit_interval
from proofstone.measures.intervals import wilson
from proofstone.measures.multilabel import (
    hamming_losses,
    label_f1,
    macro_label_f1,
    micro_f1,
    ranking_precisions,
)
from proofstone.models.contract import Predict

_SHOWN = 30
_DELTA = message("delta method, logit scale")
_MEAN = message("t interval of the mean")


@probe(
    needs=Predict,
    rows=len,
    family="quality",
    metrics=(
        "subset_accuracy",
        "hamming_loss",
        "micro_f1",
        "macro_f1",
        "ranking_average_precision",
        "label_f1",
    ),
    about=LabelsCase,
)
def label_quality(case: LabelsCase, rng: np.random.Generator) -> Probing:
    """Subset accuracy, Hamming loss, F1 over all labels and by label, ranking precision.

    A label is decided where its probability reaches its threshold. Ranking: for each true label,
    the share of true ones among those at least as probable (Schapire and Singer 2000), which no
    threshold enters.

    Not covered: whether labels that go together are found together, but for subset accuracy.
    """
    answers = yield Ask(case.rows, Predict())
    decided, n = answers >= case.threshold, len(case)
    exact = int((decided == case.target).all(axis=1).sum())
    wrong = hamming_losses(case.target, decided)
    found = [
        measured(
            case, "label_quality", "subset_accuracy", exact / n, partial(wilson, exact, n),
            n=n, method=message("Wilson"),
        ),
        measured(
            case, "label_quality", "hamming_loss", float(wrong.mean()),
            partial(bounded_mean_interval, wrong), n=n, method=_MEAN,
        ),
    ]  # fmt: skip
    rows = case.target.sum(axis=0)
    rarest = int(rows[rows > 0].min(initial=n))
    for metric, (value, error), trials in (
        ("micro_f1", micro_f1(case.target, decided), n),
        ("macro_f1", macro_label_f1(case.target, decided), rarest),
    ):
        ends = partial(unit_interval, value, error, float(trials))
        found.append(
            measured(
                case, "label_quality", metric, value, ends, n=n, method=_DELTA,
                absent=message("no row has a label, and none is decided"),
            )
        )  # fmt: skip
    return [*found, _ranking(case, answers), *_each(case, decided)]


def _ranking(case: LabelsCase, answers: np.ndarray) -> Finding:
    if only_decided(answers):
        return Finding(
            probe="label_quality", metric="ranking_average_precision", reason=NO_PROBABILITIES,
            evidence=case.evidence,
        )  # fmt: skip
    precision = ranking_precisions(case.target, answers)
    return measured(
        case, "label_quality", "ranking_average_precision", float(precision.mean()),
        partial(bounded_mean_interval, precision), n=len(case), method=_MEAN,
    )  # fmt: skip


def _each(case: LabelsCase, decided: np.ndarray) -> list[Finding]:
    """F1 of the labels that occur most often."""
    scores, influence = label_f1(case.target, decided)
    rows = case.target.sum(axis=0)
    shown = np.sort(np.argsort(-rows, kind="stable")[:_SHOWN])
    return [
        measured(
            case, "label_quality", "label_f1",
            float(scores[place]) if rows[place] else np.nan,
            partial(
                unit_interval, float(scores[place]), standard_error(influence[:, place]),
                float(max(1, rows[place])),
            ),
            subject=f"label={case.labels[place]}", n=int(rows[place]), method=_DELTA,
            absent=message("no row has the label"),
        )
        for place in shown
    ]  # fmt: skip
