"""Conditions on one input each, as rules are made of, and how a conjunction of them reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import polars as pl

from proofstone.explain.levels import levels
from proofstone.models.contract import Feature

_NUMBERS, _VALUES = 33, 12
MOST_SPLITS = 33
"""The most tests of one column that are tried: 32 cuts, and whether it is missing."""


@dataclass(frozen=True)
class Split:
    """A question about one input: whether it is at most `value`, equals it, or is missing.

    A missing value is neither at most anything nor equal to anything. `kind` is `at_most`, `is` or
    `missing`; `absent` says that values of the input are missing at times.
    """

    column: str
    kind: Literal["at_most", "is", "missing"]
    value: Any = None
    absent: bool = False

    def holds(self, frame: pl.DataFrame) -> np.ndarray:
        """The answer for each row: bool, shape (n,)."""
        series = frame[self.column]
        if series.dtype.is_float():
            series = series.fill_nan(None)
        if self.kind == "missing":
            return series.is_null().to_numpy()
        found = series <= self.value if self.kind == "at_most" else series == self.value
        return np.asarray(found.fill_null(value=False).to_numpy())


Condition = tuple[Split, bool]
"""A test and the answer that it must have."""


def splits_of(frame: pl.DataFrame, features: Sequence[Feature]) -> list[Split]:
    """The questions worth asking: some 32 cuts of each number, the twelve most frequent values."""
    found = []
    for one in features:
        series = frame[one.name]
        gone = series.is_null() | series.is_nan() if series.dtype.is_float() else series.is_null()
        absent = bool(gone.any())
        number = one.kind == "number" and series.dtype.is_numeric()
        values = levels(series, one, _NUMBERS if number else _VALUES).to_list()
        if number:
            cuts = [_between(low, high) for low, high in pairwise(values)]
            found += [Split(one.name, "at_most", cut, absent) for cut in cuts]
        elif len(values) > 1 or absent:
            found += [Split(one.name, "is", value, absent) for value in values]
        if absent:
            found.append(Split(one.name, "missing", None, absent))
    return found


def _between(low: float, high: float) -> float:
    """The shortest decimal number from `low` to below `high`, near their middle."""
    middle = (low + high) / 2
    for digits in range(-6, 16):
        short = round(middle, digits)
        if low <= short < high:
            return float(short)
    return float(low)


def read(conditions: Sequence[Condition]) -> list[dict[str, Any]]:
    """A conjunction without what is said twice, as JSON: `column`, `is`, `value`, `or_missing`.

    `is` is `at_most`, `above`, `equal`, `other`, `missing` or `known`.

    >>> read([(Split("a", "at_most", 5.0), True), (Split("a", "at_most", 3.0), True)])
    [{'column': 'a', 'is': 'at_most', 'value': 3.0, 'or_missing': False}]
    """
    parts: list[dict[str, Any]] = []
    for column in dict.fromkeys(test.column for test, _ in conditions):
        parts += _of_column(column, [one for one in conditions if one[0].column == column])
    return parts


def _of_column(column: str, conditions: Sequence[Condition]) -> list[dict[str, Any]]:
    said: dict[tuple[str, bool], list[Any]] = {
        (test.kind, answer): [] for test, answer in conditions
    }
    for test, answer in conditions:
        said[test.kind, answer].append(test.value)
    absent = conditions[0][0].absent and ("missing", False) not in said

    def part(kind: str, value: Any = None, *, missing: bool = False) -> dict[str, Any]:
        return {"column": column, "is": kind, "value": value, "or_missing": missing}

    if ("missing", True) in said:
        return [part("missing")]
    if ("is", True) in said:
        return [part("equal", said["is", True][0])]
    upper, lower = said.get(("at_most", True)), said.get(("at_most", False))
    parts = [part("other", value, missing=absent) for value in said.get(("is", False), [])]
    if lower:
        parts.append(part("above", max(lower), missing=absent and not upper))
    if upper:
        parts.append(part("at_most", min(upper)))
    return parts or [part("known")]
