"""Whether sets and ranges of promised coverage cover, how wide they are, and for whom they fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from proofstone.assess.equity.people import MOST_GROUPS, too_many
from proofstone.assess.labels import grouped
from proofstone.assess.measured import measured, settings
from proofstone.assess.probes.class_quality import NO_PROBABILITIES, only_decided
from proofstone.assess.probes.group_fairness import table
from proofstone.checks.cases import ClassesCase, DecisionCase, NumberCase
from proofstone.checks.probe import Ask, Probing, probe
from proofstone.core.finding import Finding
from proofstone.core.i18n import message
from proofstone.measures.conformal import adaptive_scores, conformal_threshold, promised
from proofstone.measures.delta import bounded_mean_interval
from proofstone.measures.exact import exact_interval
from proofstone.measures.intervals import Interval
from proofstone.measures.multiplicity import bonferroni_level
from proofstone.measures.quantiles import quantile_interval
from proofstone.models.contract import Predict

_COVERAGE = 0.9
_EXACT = message("exact (Clopper-Pearson)")
_METRICS = ("conformal_coverage", "conformal_set_size", "conformal_width")
_ADAPTIVE = ("adaptive_coverage", "adaptive_set_size")
AnyCase = DecisionCase | ClassesCase | NumberCase


@dataclass(frozen=True, eq=False)
class _Measured:
    """What the measuring half shows: its rows, which are covered, and the size of their sets."""

    rows: np.ndarray
    covered: np.ndarray
    sizes: np.ndarray
    calibrating: np.ndarray
    threshold: float


@probe(
    needs=Predict,
    rows=len,
    family="conformal",
    metrics=(*_METRICS, "conformal_group_coverage", *_ADAPTIVE),
    about=(DecisionCase, ClassesCase, NumberCase),
)
def conformal(case: AnyCase, rng: np.random.Generator) -> Probing:
    """Coverage and size of split-conformal sets (classes) or ranges (numbers), and by group.

    A random half of the rows calibrates, the other half measures. A class is in a row's set where
    one minus its probability does not exceed the threshold (Sadinle et al. 2019); a range is the
    estimate ± the threshold of absolute errors. The threshold is the one that promises `coverage`
    (0.9, a setting) for exchangeable rows (Vovk et al. 2005; Angelopoulos and Bates 2023). The
    promise is for all rows together: groups can fare worse, and the worst is named. Where scores
    repeat, more are covered than was promised. Of several classes adaptive sets stand beside:
    classes by falling probability up to a total that keeps the promise (Romano, Sesia and Candès
    2020), which are larger where the model is unsure.

    Not covered: rows that come otherwise than these (drift); coverage of single persons.
    """
    answers = yield Ask(case.rows, Predict())
    share = float(settings(case, "conformal").get("coverage", _COVERAGE))
    if not isinstance(case, NumberCase) and only_decided(answers):
        return [_without(case, NO_PROBABILITIES)]
    found = _halves(case, answers, share, rng)
    if not np.isfinite(found.threshold) or not len(found.rows):
        text = message("{rows} rows are too few to calibrate a coverage of {share}")
        return [_without(case, text.format(rows=len(found.calibrating), share=f"{share:g}"))]
    adaptive = _adaptive(case, answers, found, share, rng) if isinstance(case, ClassesCase) else []
    return [*_all(case, found, share), *_groups(case, found), *adaptive]


def _without(case: AnyCase, reason: str) -> Finding:
    return Finding(
        probe="conformal", metric="conformal_coverage", reason=reason, evidence=case.evidence
    )


def _halves(
    case: AnyCase, answers: np.ndarray, share: float, rng: np.random.Generator
) -> _Measured:
    order = rng.permutation(len(case))
    calibrating, rows = np.sort(order[: len(case) // 2]), np.sort(order[len(case) // 2 :])
    if isinstance(case, NumberCase):
        scores = np.abs(answers[:, 0] - case.target)
    else:
        scores = 1.0 - answers[np.arange(len(case)), _place(case)]
    threshold = conformal_threshold(scores[calibrating], share)
    if isinstance(case, NumberCase):
        sizes = np.full(len(rows), 2.0 * threshold)
    else:
        sizes = (1.0 - answers[rows] <= threshold).sum(axis=1).astype(np.float64)
    return _Measured(rows, scores[rows] <= threshold, sizes, scores[calibrating], threshold)


def _place(case: DecisionCase | ClassesCase) -> np.ndarray:
    """The column of the answers that is right for each row."""
    if isinstance(case, ClassesCase):
        return case.target
    return np.where(np.asarray(case.target) == 1, case.positive, 1 - case.positive)


def _all(case: AnyCase, found: _Measured, share: float) -> list[Finding]:
    n, hits = len(found.rows), int(found.covered.sum())
    promise = promised(len(found.calibrating), n, share, case.level)
    tied = int((found.calibrating == found.threshold).sum()) > 1
    details: dict[str, Any] = {
        "promised": share,
        "calibrating": len(found.calibrating),
        "by_chance": [promise.low, 1.0 if tied else promise.high],
    }
    coverage = measured(
        case, "conformal", "conformal_coverage", hits / n, partial(exact_interval, hits, n),
        n=n, method=_EXACT, details=details,
    )  # fmt: skip
    if isinstance(case, NumberCase):
        width = measured(
            case, "conformal", "conformal_width", 2.0 * found.threshold,
            partial(_twice, found.calibrating, share), n=len(found.calibrating),
            method=message("two of the sorted errors, free of any distribution"),
        )  # fmt: skip
        return [coverage, width]
    sizes = {f"{size:g}": int((found.sizes == size).sum()) for size in np.unique(found.sizes)}
    size = measured(
        case, "conformal", "conformal_set_size", float(found.sizes.mean()),
        partial(bounded_mean_interval, found.sizes, most=np.inf), n=n,
        method=message("t interval of the mean"),
        details={"sizes": sizes},
    )  # fmt: skip
    return [coverage, size]


def _adaptive(
    case: ClassesCase,
    answers: np.ndarray,
    found: _Measured,
    share: float,
    rng: np.random.Generator,
) -> list[Finding]:
    """Coverage and size of adaptive sets, from the same halves of the rows."""
    scores = adaptive_scores(answers, rng.random(len(case)))
    own = scores[np.arange(len(case)), case.target]
    calibrating = np.setdiff1d(np.arange(len(case)), found.rows)
    threshold = conformal_threshold(own[calibrating], share)
    n, hits = len(found.rows), int((own[found.rows] <= threshold).sum())
    sizes = (scores[found.rows] <= threshold).sum(axis=1).astype(np.float64)
    return [
        measured(
            case, "conformal", "adaptive_coverage", hits / n, partial(exact_interval, hits, n),
            n=n, method=_EXACT, details={"promised": share},
        ),
        measured(
            case, "conformal", "adaptive_set_size", float(sizes.mean()),
            partial(bounded_mean_interval, sizes, most=np.inf), n=n,
            method=message("t interval of the mean"),
            details={"sizes": {f"{one:g}": int((sizes == one).sum()) for one in np.unique(sizes)}},
        ),
    ]  # fmt: skip


def _twice(errors: np.ndarray, share: float, level: float) -> Interval[float]:
    low, high = quantile_interval(errors, share, level)
    return Interval(2.0 * low, 2.0 * high)


def _groups(case: AnyCase, found: _Measured) -> list[Finding]:
    """Coverage of each group, and the least of them with an interval that holds for all."""
    findings: list[Finding] = []
    for subject, values in case.protected.items():
        groups = grouped(values[found.rows])
        k = len(groups.labels)
        if k > MOST_GROUPS:
            findings.append(too_many(case, "conformal", "conformal_group_coverage", subject, k))
            continue
        trials = np.bincount(groups.codes, minlength=k)
        hits = np.bincount(groups.codes, found.covered, k).astype(np.int64)
        each = [
            measured(
                case, "conformal", "conformal_coverage", hits[i] / trials[i],
                partial(exact_interval, int(hits[i]), int(trials[i])),
                subject=f"{subject}={label}", n=int(trials[i]), method=_EXACT,
            )
            for i, label in enumerate(groups.labels)
        ]  # fmt: skip
        worst = groups.labels[int(np.argmin(hits / trials))]
        least = measured(
            case, "conformal", "conformal_group_coverage", float((hits / trials).min()),
            partial(_least, hits, trials), subject=subject, n=len(found.rows),
            method=message("exact (Clopper-Pearson), Bonferroni over groups"),
            details=_named(table(each), worst),
        )  # fmt: skip
        findings += [*each, least]
    return findings


def _named(groups: Mapping[str, Any], worst: str) -> dict[str, Any]:
    return {**groups, "worst": worst}


def _least(hits: np.ndarray, trials: np.ndarray, level: float) -> Interval[float]:
    """The interval of the least share, from intervals that hold for all groups at once."""
    each = bonferroni_level(level, len(trials))
    ends = [exact_interval(int(k), int(n), each) for k, n in zip(hits, trials, strict=True)]
    return Interval(min(one.low for one in ends), min(one.high for one in ends))
