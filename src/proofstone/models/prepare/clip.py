"""Clips numbers to quantiles of the training rows (winsorising, Tukey 1962)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.models import fields
from proofstone.models.prepare.transform import Columns, Source


@dataclass(frozen=True)
class Clip:
    """Keeps each number between its two bounds; a missing value stays missing."""

    low: Mapping[str, float]
    high: Mapping[str, float]

    @classmethod
    def fit(cls, columns: Columns, names: Iterable[str], quantile: float) -> Clip:
        """Take the bounds of `names` from the quantile and its mirror of what is observed."""
        low, high = {}, {}
        for name in names:
            observed = columns[name][~np.isnan(columns[name])]
            if observed.size:
                low[name] = float(np.quantile(observed, quantile))
                high[name] = float(np.quantile(observed, 1 - quantile))
        return cls(low, high)

    @classmethod
    def from_json(cls, state: Mapping[str, Any], place: str = "clip") -> Clip:
        """Read back what `to_json` wrote.

        Raises:
            InputError: a bound is absent, no finite number, or lies above the other;
                names the place.
        """
        low, high = (
            fields.numbers_by_name(fields.field(state, name, place), f"{place}.{name}")
            for name in ("low", "high")
        )
        if low.keys() != high.keys() or any(low[name] > high[name] for name in low):
            raise fields.misfit(f"{place}.high", "it does not match low")
        return cls(low, high)

    def to_json(self) -> dict[str, Any]:
        """The bounds by column."""
        return {"transform": "clip", "low": dict(self.low), "high": dict(self.high)}

    def apply(self, columns: Columns) -> Columns:
        """Return the columns with numbers inside their bounds."""
        clipped = dict(columns)
        for name, low in self.low.items():
            clipped[name] = np.minimum(np.maximum(columns[name], low), self.high[name])
        return clipped

    def sources(self, before: Mapping[str, Source]) -> dict[str, Source]:
        """The same columns."""
        return dict(before)
