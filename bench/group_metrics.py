"""Six rates of ten groups, their differences and ratios, with intervals, from 10,000 rows."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from fairlearn import metrics as fairlearn
from sklearn.metrics import accuracy_score, precision_score

from bench.row import Row, seconds
from proofstone.assess.probes.group_fairness import METRICS, group_fairness
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import DecisionCase
from proofstone.core.finding import Finding
from proofstone.models.contract import Feature, Signature
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows

_ROWS, _GROUPS = 10_000, 10
_RESAMPLES, _RUN, _DRAWS = 100, 20, 10_000
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
    ours, found = _timed(lambda: _probe(group, score, target), times=3)
    decided = (score >= 0.5).astype(np.int64)
    plain, frame = _timed(lambda: _fairlearn(group, decided, target, None))
    twenty, _ = _timed(lambda: _fairlearn(group, decided, target, _RUN))
    theirs = plain + (twenty - plain) * _RESAMPLES / _RUN
    numpy, _ = _timed(lambda: _numpy(group, decided, target, rng, _RESAMPLES), times=3)
    as_many, _ = _timed(lambda: _numpy(group, decided, target, rng, _DRAWS))
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
            "ours: Wilson ends and 10,000 posterior draws a spread",
        ),
        Row(
            work,
            seconds(ours),
            beside="ten lines of NumPy, 100 bootstrap resamples",
            theirs=seconds(numpy),
            ratio=numpy / ours,
            notes=f"it resamples counts, not rows; as many as our draws take {seconds(as_many)}",
        ),
    ]


def _timed(work: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """The least of `times` wall times, and what `work` returned."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - started)
    return min(took), result


def _probe(group: np.ndarray, score: np.ndarray, target: np.ndarray) -> list[Finding]:
    rows = Rows.of(pl.DataFrame({"row": np.arange(_ROWS)}))
    signature = Signature((Feature("row", "number"),), "probabilities", ("no", "yes"), "yes")
    case = DecisionCase(
        rows=rows,
        target=target,
        threshold=np.full(_ROWS, 0.5),
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
) -> np.ndarray:
    """Percentiles of each rate, its difference and its ratio over resampled confusion counts."""
    cells = np.bincount(group * 4 + target * 2 + decided, minlength=4 * _GROUPS)
    drawn = rng.multinomial(_ROWS, cells / _ROWS, resamples).reshape(-1, _GROUPS, 4)
    tn, fp, fn, tp = np.moveaxis(drawn, 2, 0)
    tops = np.stack([tp + fp, tp, fp, fn, tp, tp + tn])
    bottoms = np.stack([tn + fp + fn + tp, tp + fn, fp + tn, tp + fn, tp + fp, tn + fp + fn + tp])
    rate = tops / np.maximum(bottoms, 1)
    spread = rate.max(axis=2) - rate.min(axis=2)
    ratio = rate.min(axis=2) / np.maximum(rate.max(axis=2), 1e-12)
    every = np.concatenate([rate, spread[..., None], ratio[..., None]], axis=2)
    return np.quantile(every, [0.025, 0.975], axis=1)


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
    return max(abs((values[key] or 0.0) - value) for key, value in theirs.items())
