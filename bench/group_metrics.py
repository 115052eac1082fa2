"""Six rates of ten groups, their differences and ratios, with intervals, from 10,000 rows."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
import polars as pl
from fairlearn import metrics as fairlearn
from sklearn.metrics import accuracy_score, precision_score

from bench.growth import GROUPED
from bench.row import Row, furthest, seconds
from bench.scale import scaled
from bench.timed import timed
from proofstone.assess.probes.group_fairness import METRICS, group_fairness
from proofstone.checks.cases import DecisionCase
from proofstone.checks.oracle import Oracle
from proofstone.core.finding import Finding
from proofstone.measures.groups import RATES, Groups, count_groups
from proofstone.measures.intervals import wilson
from proofstone.measures.spread import difference_interval, ratio_interval
from proofstone.models.contract import Feature, Signature
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows

_ROWS, _GROUPS = scaled(10_000, 500), 10
_RESAMPLES, _RUN, _DRAWS = 100, scaled(20, 2), 10_000
COUNTS = (2, 10, 100, 1_000)
"""Numbers of groups whose cost is drawn."""
_THEIRS: dict[str, Callable[..., float]] = {
    "selection_rate": fairlearn.selection_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "precision": precision_score,
    "accuracy": accuracy_score,
}


def rows() -> list[Row]:
    """The probe through the oracle, beside fairlearn's bootstrap and a plain one in NumPy."""
    rng = np.random.default_rng(0)
    group = rng.integers(0, _GROUPS, _ROWS)
    score = np.clip(rng.beta(2, 3, _ROWS) + 0.02 * group, 0, 1)
    target = (rng.random(_ROWS) < score).astype(np.int64)
    ours, found = timed(lambda: _probe(group, score, target), times=3)
    decided = (score >= 0.5).astype(np.int64)
    plain, frame = timed(lambda: _fairlearn(group, decided, target, None))
    twenty, _ = timed(lambda: _fairlearn(group, decided, target, _RUN))
    theirs = plain + (twenty - plain) * _RESAMPLES / _RUN
    numpy, points = timed(lambda: _numpy(group, decided, target, rng, _RESAMPLES)[0], times=3)
    as_many, _ = timed(lambda: _numpy(group, decided, target, rng, _DRAWS))
    work = f"group metrics with intervals, {_ROWS:,} rows x {_GROUPS} groups"
    return [
        Row(
            work,
            seconds(ours),
            goal="100x",
            beside="fairlearn MetricFrame, 100 bootstrap resamples",
            theirs=seconds(theirs),
            ratio=theirs / ours,
            difference=_difference(found, frame),
            notes=f"{_RUN} resamples run in {seconds(twenty)}, scaled to {_RESAMPLES}; "
            "ours: Wilson ends and posteriors integrated for each spread",
        ),
        Row(
            work,
            seconds(ours),
            beside="ten lines of NumPy, 100 bootstrap resamples",
            theirs=seconds(numpy),
            ratio=numpy / ours,
            difference=_from_numpy(found, points),
            notes=f"it resamples counts, not rows; 10,000 of them take {seconds(as_many)}",
        ),
    ]


def by_groups() -> dict[int, float]:
    """Seconds of six rates, their differences and ratios with intervals, for each of `COUNTS`.

    The measures themselves: the probe refuses more than 100 groups, which nobody could read.
    """
    rng = np.random.default_rng(0)
    score = rng.beta(2, 3, GROUPED)
    target, decided = rng.random(GROUPED) < score, score >= 0.5
    columns = [Groups(rng.integers(0, k, GROUPED), tuple(map(str, range(k)))) for k in COUNTS]
    took = [timed(partial(_measured, target, decided, one))[0] for one in columns]
    return dict(zip(COUNTS, took, strict=True))


def _measured(target: np.ndarray, decided: np.ndarray, groups: Groups) -> None:
    counts = count_groups(target, decided, groups)
    for metric in METRICS:
        tally = RATES[metric](counts)
        wilson(*tally, 0.95)
        difference_interval(*tally, 0.95)
        ratio_interval(*tally, 0.95)


def _probe(group: np.ndarray, score: np.ndarray, target: np.ndarray) -> list[Finding]:
    rows = Rows.of(pl.DataFrame({"row": np.arange(len(group))}))
    signature = Signature((Feature("row", "number"),), "probabilities", ("no", "yes"), "yes")
    case = DecisionCase(
        rows=rows,
        target=target,
        threshold=np.full(len(group), 0.5),
        protected={"group": group.astype(str)},
    )
    return Oracle(Recorded(rows, score, signature)).run([group_fairness], case)


def _fairlearn(
    group: np.ndarray, decided: np.ndarray, target: np.ndarray, resamples: int | None
) -> fairlearn.MetricFrame:
    more = {"n_boot": resamples, "ci_quantiles": [0.025, 0.975], "random_state": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = fairlearn.MetricFrame(
            metrics=_THEIRS,
            y_true=target,
            y_pred=decided,
            sensitive_features=group.astype(str),
            **(more if resamples else {}),
        )
        frame.difference()
        frame.ratio()
    return frame


def _numpy(
    group: np.ndarray,
    decided: np.ndarray,
    target: np.ndarray,
    rng: np.random.Generator,
    resamples: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Points and percentiles of each rate, its difference and ratio, from resampled counts."""
    cells = np.bincount(group * 4 + target * 2 + decided, minlength=4 * _GROUPS)
    drawn = rng.multinomial(_ROWS, cells / _ROWS, resamples)
    tn, fp, fn, tp = np.moveaxis(np.vstack([cells, drawn]).reshape(-1, _GROUPS, 4), 2, 0)
    tops = np.stack([tp + fp, tp, fp, fn, tp, tp + tn])
    bottoms = np.stack([tn + fp + fn + tp, tp + fn, fp + tn, tp + fn, tp + fp, tn + fp + fn + tp])
    rate = tops / np.maximum(bottoms, 1)
    spread = rate.max(axis=2) - rate.min(axis=2)
    ratio = rate.min(axis=2) / np.maximum(rate.max(axis=2), 1e-12)
    every = np.concatenate([rate, spread[..., None], ratio[..., None]], axis=2)
    return every[:, 0], np.quantile(every[:, 1:], [0.025, 0.975], axis=1)


def _from_numpy(found: list[Finding], points: np.ndarray) -> float:
    """The largest difference of point values to those of `_numpy`."""
    values = {(one.metric, one.subject): one.value for one in found}
    theirs: dict[tuple[str, str], float] = {}
    for metric, line in zip(_THEIRS, points, strict=True):
        theirs |= {(metric, f"group={place}"): line[place] for place in range(_GROUPS)}
        theirs[f"{metric}_difference", "group"], theirs[f"{metric}_ratio", "group"] = line[-2:]
    return furthest(values, theirs)


def _difference(found: list[Finding], frame: fairlearn.MetricFrame) -> float:
    """The largest difference of point values: each group's rates, differences and ratios."""
    values = {(one.metric, one.subject): one.value for one in found}
    theirs = {
        (metric, f"group={label}"): float(frame.by_group.loc[label, metric])
        for metric in METRICS
        for label in frame.by_group.index
    }
    theirs |= {(f"{name}_difference", "group"): v for name, v in frame.difference().items()}
    theirs |= {(f"{name}_ratio", "group"): v for name, v in frame.ratio().items()}
    return furthest(values, theirs)
