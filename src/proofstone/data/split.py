"""The step that decides, once for all candidates, which model may judge which row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.artifact import Draft
from proofstone.core.errors import DataError
from proofstone.core.project.nearest import nearest
from proofstone.core.project.schema import Split, Task
from proofstone.core.step import Context, step
from proofstone.data.folds import TRAINING, blocks, dealt, grouped, held_out
from proofstone.data.moments import ranks
from proofstone.data.table import Table, parquet
from proofstone.measures.arrays import IntArray

_MOST_LEVELS = 50


@step("data.split", outputs=("split",))
def split(context: Context) -> Mapping[str, Draft]:
    """Assign each row of the clean table its fold; returns `split`.

    `meta.trained_on` says what fold i's model may learn from: `others` (every row of another
    fold) or, when cross-fitted along time, `earlier` (rows whose fold is below i).
    """
    settings = Split.model_validate(context.settings["split"])
    task = Task.model_validate(context.settings["task"])
    frame = Table.open(context.inputs["table"]).frame
    fold = folds_of(frame, settings, task, context.settings["seed"])
    rows = pl.DataFrame(
        {"row": np.arange(len(fold), dtype=np.int64), "fold": fold.astype(np.int32)}
    )
    forward = settings.estimator == "cross_fitted" and settings.time is not None
    meta: dict[str, Any] = {
        "estimator": settings.estimator,
        "folds": int(fold.max()) + 1,
        "n": len(fold),
        "judged": int((fold != TRAINING).sum()),
        "trained_on": "earlier" if forward else "others",
    }
    return {"split": Draft("split", {"split.parquet": parquet(rows)}, meta)}


def folds_of(frame: pl.DataFrame, split: Split, task: Task, seed: int) -> IntArray:
    """Return the fold in which each row is judged, shape (n,); -1: never judged.

    Cross-fitted: folds 0 to k - 1, even in the label and, within it, in the protected columns.
    With a time column, k + 1 blocks in the order of time: the earliest is -1, and fold i is
    judged by a model of what came before (forward chaining, Bergmeir and Benítez 2012).
    Hold-out: fold 0 is judged, -1 is learnt from; with a time column fold 0 has the latest rows.
    Rows of one group stay together; with a time column as well, a group stands where its latest
    row does, so a group that spans the cut brings its earlier rows along.

    Raises:
        DataError: a column is absent or has missing values, or some model would see one class
            only; the hint says how many folds the rows allow.
    """
    label = (frame[task.label] == task.positive).to_numpy().astype(np.int64)
    group = None if split.group is None else _codes(frame, split.group)
    if split.time is not None:
        fold = _by_time(_column(frame, split.time, "time"), group, split)
    else:
        fold = _by_chance(frame, label, group, split, task, np.random.default_rng(seed))
    _both_classes(fold, label, split, task)
    return fold


def _by_chance(
    frame: pl.DataFrame,
    label: IntArray,
    group: IntArray | None,
    split: Split,
    task: Task,
    rng: np.random.Generator,
) -> IntArray:
    fitted = split.estimator == "cross_fitted"
    if group is None:
        strata = [label, *_protected(frame, task)]
        if not fitted:
            return held_out(strata, split.test_fraction, rng)
        _enough(label, split, task)
        return dealt(strata, split.folds, rng)
    bins = split.folds if fitted else 2
    _enough_groups(group, bins, split)
    if fitted:
        return grouped(group, label, np.full(bins, 1.0 / bins), rng)
    shares = np.array([split.test_fraction, 1.0 - split.test_fraction])
    return np.where(grouped(group, label, shares, rng) == 0, 0, TRAINING)


def _by_time(series: pl.Series, group: IntArray | None, split: Split) -> IntArray:
    time = ranks(series)
    if group is not None:
        latest = np.zeros(int(group.max()) + 1, dtype=np.int64)
        np.maximum.at(latest, group, time)
        time = latest[group]
    if split.estimator == "hold_out":
        shares = np.array([1.0 - split.test_fraction, split.test_fraction])
    else:
        shares = np.full(split.folds + 1, 1.0 / (split.folds + 1))
    fold = blocks(time, shares) - 1
    empty = sorted(set(range(-1, len(shares) - 1)) - set(np.unique(fold).tolist()))
    if empty:
        times = len(np.unique(time))
        raise DataError(
            f"split.time: column {series.name} has {times} distinct times, too few or too uneven "
            f"for {len(shares)} blocks",
            hint="give finer times, ask for fewer folds, or leave split.time out",
        )
    return fold


def _codes(frame: pl.DataFrame, name: str) -> IntArray:
    series = _column(frame, name, "group")
    if series.null_count():
        raise DataError(
            f"split.group: column {name} is missing in {series.null_count()} rows",
            hint=f"set data.columns.{name}.missing: 0, so that such rows are quarantined",
        )
    return series.rank("dense").cast(pl.Int64).to_numpy() - 1


def _column(frame: pl.DataFrame, name: str, field: str) -> pl.Series:
    if name not in frame.columns:
        hint = nearest(name, frame.columns)
        raise DataError(f'split.{field}: there is no column "{name}" in the table', hint=hint)
    return frame[name]


def _protected(frame: pl.DataFrame, task: Task) -> list[IntArray]:
    """Codes of the protected columns that have groups; the missing are a group of their own."""
    columns = [frame[name] for name in task.protected]
    return [
        series.rank("dense").fill_null(0).cast(pl.Int64).to_numpy()
        for series in columns
        if series.n_unique() <= _MOST_LEVELS
    ]


def _enough(label: IntArray, split: Split, task: Task) -> None:
    fewest = int(np.bincount(label, minlength=2).min())
    if fewest < split.folds:
        which = "is" if label.sum() == fewest else "is not"
        raise DataError(
            f'split.folds: only {fewest} rows have a {task.label} that {which} "{task.positive}", '
            f"fewer than the {split.folds} folds",
            hint=f"set split.folds to {fewest}" if fewest >= 2 else "collect more of such rows",
        )


def _enough_groups(group: IntArray, bins: int, split: Split) -> None:
    groups = int(group.max()) + 1
    if groups < bins:
        fewer = f"set split.folds to {groups}" if groups >= 2 else "leave split.group out"
        raise DataError(
            f"split.group: column {split.group} has {groups} groups, too few to part into {bins}",
            hint=fewer,
        )


def _both_classes(fold: IntArray, label: IntArray, split: Split, task: Task) -> None:
    """Refuse a split under which a model learns from one class only, or is judged on one."""
    forward = split.time is not None and split.estimator == "cross_fitted"
    last = int(fold.max())
    for one in range(last + 1):
        known = fold < one if forward else fold != one
        parts = {"learns from": label[known], "is judged on": label[fold == one]}
        for what, values in parts.items():
            if len(values) and values.min() != values.max():
                continue
            if what == "is judged on" and last > 0 and len(values):
                continue
            held = "every" if len(values) and values[0] else "no"
            raise DataError(
                f"split: fold {one} {what} {len(values)} rows of which {held} one has "
                f'{task.label} "{task.positive}"',
                hint="ask for fewer folds, another test_fraction, or other groups",
            )
