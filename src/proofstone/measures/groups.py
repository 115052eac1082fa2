"""Confusion counts and rates by group, and how far the groups lie apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from proofstone.measures.arrays import FloatArray, IntArray, Labels

MISSING = "missing"
"""Label of the group of rows whose attribute is null or NaN: they are people too."""


@dataclass(frozen=True)
class Groups:
    """Which group each row belongs to: `codes` (n,) index the sorted `labels` (k,)."""

    codes: IntArray
    labels: tuple[str, ...]


@dataclass(frozen=True)
class GroupCounts:
    """Confusion counts of k groups: `labels` (k,) and four int64 arrays (k,)."""

    labels: tuple[str, ...]
    tp: IntArray
    fp: IntArray
    fn: IntArray
    tn: IntArray

    @property
    def rows(self) -> IntArray:
        """Rows in each group (k,)."""
        return self.tp + self.fp + self.fn + self.tn


Tally = tuple[IntArray, IntArray]

RATES: Mapping[str, Callable[[GroupCounts], Tally]] = {
    "selection_rate": lambda c: (c.tp + c.fp, c.rows),
    "true_positive_rate": lambda c: (c.tp, c.tp + c.fn),
    "false_positive_rate": lambda c: (c.fp, c.fp + c.tn),
    "true_negative_rate": lambda c: (c.tn, c.fp + c.tn),
    "false_negative_rate": lambda c: (c.fn, c.tp + c.fn),
    "precision": lambda c: (c.tp, c.tp + c.fp),
    "accuracy": lambda c: (c.tp + c.tn, c.rows),
}
"""Each rate as (successes, trials), both (k,), named as fairlearn and scikit-learn name it.

`precision` by group is what the literature calls predictive parity (Chouldechova 2017).
"""


def group(column: NDArray[Any] | Sequence[Any]) -> Groups:
    """Return the groups of a column (n,) of strings, numbers, booleans or nulls.

    >>> group(["m", "f", None]).labels
    ('f', 'm', 'missing')
    """
    values = np.asarray(column)
    if values.dtype.kind in "OUS":
        table: dict[Any, int] = {}
        found = (table.setdefault(value, len(table)) for value in values.tolist())
        inverse = np.fromiter(found, dtype=np.int64, count=len(values))
        distinct = list(table)
    else:
        unique, inverse = np.unique(values, return_inverse=True)
        distinct = unique.tolist()
    names = [MISSING if _absent(value) else str(value) for value in distinct]
    labels = sorted(set(names))
    place = {label: code for code, label in enumerate(labels)}
    codes = np.array([place[name] for name in names], dtype=np.int64)[inverse]
    return Groups(codes, tuple(labels))


def intersect(columns: Sequence[Groups | NDArray[Any] | Sequence[Any]]) -> Groups:
    """Return the intersections that occur among one or more columns (n,), in order of labels.

    >>> intersect([["f", "m", "f"], ["black", "white", "white"]]).labels
    ('f × black', 'f × white', 'm × white')
    """
    first, *rest = (_grouped(column) for column in columns)
    codes, labels = first.codes, list(first.labels)
    for other in rest:
        width = max(1, len(other.labels))
        occurring, codes = np.unique(codes * width + other.codes, return_inverse=True)
        pairs = (divmod(code, width) for code in occurring.tolist())
        labels = [f"{labels[left]} × {other.labels[right]}" for left, right in pairs]
    return Groups(codes, tuple(labels))


def count_groups(
    y: Labels, decision: Labels, groups: Groups | NDArray[Any] | Sequence[Any]
) -> GroupCounts:
    """Count true/false positives/negatives of `decision` (n,) against `y` (n,) in each group.

    `groups` is a column of labels (n,), or `Groups` where codes are at hand (faster).

    >>> counts = count_groups([1, 1, 0, 0], [1, 0, 1, 0], ["a", "a", "a", "b"])
    >>> counts.tp.tolist(), counts.fn.tolist(), counts.fp.tolist(), counts.tn.tolist()
    ([1, 0], [1, 0], [1, 0], [0, 1])
    """
    known = _grouped(groups)
    truth, chosen = np.asarray(y).astype(bool), np.asarray(decision).astype(bool)
    cells = known.codes * 4 + (2 * truth + chosen)
    counts = np.bincount(cells, minlength=4 * len(known.labels)).reshape(-1, 4)
    tn, fp, fn, tp = counts.T.astype(np.int64)
    return GroupCounts(known.labels, tp=tp, fp=fp, fn=fn, tn=tn)


def rate(successes: IntArray, trials: IntArray) -> FloatArray:
    """Return successes / trials (k,), nan where there was no trial."""
    result = np.full(np.shape(trials), np.nan)
    np.divide(successes, trials, out=result, where=np.asarray(trials) > 0)
    return result


def rates(counts: GroupCounts) -> dict[str, FloatArray]:
    """Return every rate of `RATES` for each group (k,), nan where it has no trial.

    fairlearn puts 0 there (a group without positives gets a true positive rate of 0), which
    would report a gap that nobody observed.
    """
    return {name: rate(*tally(counts)) for name, tally in RATES.items()}


def difference(rates: FloatArray) -> float:
    """Return the largest minus the smallest rate (k,), groups with nan left out.

    As fairlearn's `MetricFrame.difference`; nan when no group has a rate.

    >>> round(difference(np.array([0.2, np.nan, 0.5])), 12)
    0.3
    """
    known = rates[~np.isnan(rates)]
    return float(known.max() - known.min()) if len(known) else np.nan


def ratio(rates: FloatArray) -> float:
    """Return the smallest over the largest rate (k,), groups with nan left out.

    As fairlearn's `MetricFrame.ratio`; nan when no group has a rate or all rates are 0.

    >>> ratio(np.array([0.2, np.nan, 0.5]))
    0.4
    """
    known = rates[~np.isnan(rates)]
    largest = known.max(initial=0.0)
    return float(known.min() / largest) if largest > 0.0 else np.nan


def equalized_odds_difference(counts: GroupCounts) -> float:
    """Return the larger of the TPR and FPR differences (Hardt, Price, Srebro 2016).

    nan when either has no group to be measured on.
    """
    named = rates(counts)
    spreads = [difference(named[name]) for name in ("true_positive_rate", "false_positive_rate")]
    return float(np.max(spreads))


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _grouped(column: Groups | NDArray[Any] | Sequence[Any]) -> Groups:
    return column if isinstance(column, Groups) else group(column)
