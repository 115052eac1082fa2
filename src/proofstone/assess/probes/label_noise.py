"""Labels that scores contradict, and how many may have been flipped."""

from __future__ import annotations

from functools import partial

import numpy as np

from proofstone.assess.equity.people import MOST_GROUPS, subjects, too_many
from proofstone.assess.measured import measured, scores, settings
from proofstone.checks.cases import DecisionCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.errors import InputError
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.confident import confident, flip_rate, flip_rate_interval
from proofstone.measures.groups import Groups
from proofstone.measures.intervals import Interval, wilson
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.models.contract import Predict

PROBE = "label_noise"
_SUSPECTED, _FLIPPED, _EVEN = "suspected_label_rate", "label_flip_rate", "even_flip_bound"
_FEWEST = 20
_SHOWN = 20
_RESAMPLES = 200

STATED = {"share": 0.05, "recall": 0.5, "precision": 0.5}
"""What the tests hold where classes lie apart and at least that share of labels is flipped: so many
of the flipped are among the suspected, and of the suspected so many are flipped."""


@probe(
    needs=Predict,
    rows=len,
    family="poison",
    metrics=(_SUSPECTED, _FLIPPED, _EVEN),
)
def label_noise(case: DecisionCase, rng: np.random.Generator) -> Probing:
    """How many labels a score confidently contradicts, and how many may have been flipped.

    Confident learning (Northcutt, Jiang and Chuang 2021): a score is confident of a class where it
    gives it at least what rows with that label are given on average. `suspected_label_rate`: the
    share of rows whose label is not the class that the score is confident of; also by group.
    `label_flip_rate`: the share of flipped labels that the confident joint comes to. Where classes
    overlap both count honest exceptions too: details say how many contradictions there would be
    by chance, were all labels right and drawn as the scores say.

    `even_flip_bound`: among the tenth of rows whose score is surest of a class (`share`), the share
    with the other label; the smaller of both classes. Flips that fall evenly on all rows fall on
    these too, so no more than this were flipped (Scott 2015), whatever the overlap.

    Not covered: flips that depend on the inputs, which a model learns as if they were true; which
    of the suspected labels are wrong. Scores have to be of rows that the model never saw.
    """
    _share(case)
    score = scores(case, (yield Ask(case.rows, Predict())))
    positive = int(case.target.sum())
    if min(positive, len(case) - positive) < _FEWEST:
        reason = message("fewer than {fewest} rows have one of the labels").format(fewest=_FEWEST)
        return [
            Finding(probe=PROBE, metric=metric, reason=reason, evidence=case.evidence)
            for metric in (_SUSPECTED, _FLIPPED, _EVEN)
        ]
    sure = confident(case.target, score)
    suspected = np.where(case.target == 1, sure.negative, sure.positive)
    chance = np.where(sure.positive, 1.0 - score, 0.0) + np.where(sure.negative, score, 0.0)
    found = [_suspected(case, suspected, chance, score)]
    for name, groups in subjects(case, crossed=False).items():
        found += _by_group(case, name, groups, suspected, chance)
    return [*found, _flipped(case, score, rng), _even(case, score)]


def _suspected(
    case: DecisionCase, suspected: np.ndarray, chance: np.ndarray, score: np.ndarray
) -> Finding:
    k, n = int(suspected.sum()), len(case)
    doubt = np.where(suspected, np.abs(case.target - score), -1.0)
    first = np.argsort(-doubt, kind="stable")[: min(k, _SHOWN)]
    rows = [
        {"row": int(case.rows.origin[at]), "label": int(case.target[at]), "score": float(score[at])}
        for at in first
    ]
    return measured(
        case, PROBE, _SUSPECTED, k / n, partial(wilson, k, n), n=n, method=message("Wilson"),
        details={"by_chance": float(chance.mean()), "rows": rows, "stated": STATED},
    )  # fmt: skip


def _by_group(
    case: DecisionCase, name: str, groups: Groups, suspected: np.ndarray, chance: np.ndarray
) -> list[Finding]:
    if len(groups.labels) > MOST_GROUPS:
        return [too_many(case, PROBE, _SUSPECTED, name, len(groups.labels))]
    count = len(groups.labels)
    rows = np.bincount(groups.codes, minlength=count)
    hits = np.bincount(groups.codes, weights=suspected, minlength=count)
    likely = np.bincount(groups.codes, weights=chance, minlength=count)
    return [
        measured(
            case, PROBE, _SUSPECTED, hits[at] / rows[at],
            partial(wilson, float(hits[at]), float(rows[at])),
            subject=f"{name}={groups.labels[at]}", n=int(rows[at]), method=message("Wilson"),
            details={"by_chance": float(likely[at] / rows[at])},
        )
        for at in np.flatnonzero(rows).tolist()
    ]  # fmt: skip


def _flipped(case: DecisionCase, score: np.ndarray, rng: np.random.Generator) -> Finding:
    def ends(level: float) -> Interval[float]:
        return flip_rate_interval(case.target, score, level, rng, _RESAMPLES)

    return measured(
        case, PROBE, _FLIPPED, flip_rate(case.target, score), ends, n=len(case),
        method=message("percentile bootstrap, {resamples} resamples").format(resamples=_RESAMPLES),
        absent=message("of one label no score is confident"),
    )  # fmt: skip


def _share(case: DecisionCase) -> float:
    share = settings(case, PROBE).get("share", 0.1)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 0.5:
        raise InputError(
            f"assess.settings.{PROBE}.share: {share!r} is no number above 0 and at most 0.5",
            hint="it is the share of rows that are surest of a class, such as 0.1",
        )
    return float(share)


def _even(case: DecisionCase, score: np.ndarray) -> Finding:
    m = max(1, round(_share(case) * len(case)))
    order = np.argsort(score, kind="stable")
    contrary = {
        "positive": int((case.target[order[-m:]] == 0).sum()),
        "negative": int((case.target[order[:m]] == 1).sum()),
    }

    def ends(level: float) -> Interval[float]:
        both = [wilson(k, m, bonferroni_level(level, 2)) for k in contrary.values()]
        return Interval(min(one.low for one in both), min(one.high for one in both))

    return measured(
        case, PROBE, _EVEN, min(contrary.values()) / m, ends, n=m,
        method=message("Wilson, Bonferroni over both classes"),
        details={"surest": m, "contrary": contrary},
    )  # fmt: skip
