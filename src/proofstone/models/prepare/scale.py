"""Scales numbers by mean and standard deviation, or by median and quartiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from proofstone.models import fields
from proofstone.models.prepare.transform import Columns, Source

_ROUNDING = 1e-13
_SMALLEST = 1e-100
"""A column that varies by less than rounding errors do counts as constant."""


@dataclass(frozen=True)
class Scale:
    """Maps each number to (number - center) / spread."""

    center: Mapping[str, float]
    spread: Mapping[str, float]

    @classmethod
    def fit(
        cls, columns: Columns, names: Iterable[str], method: Literal["standard", "robust"]
    ) -> Scale:
        """Take center and spread of `names` from `columns`; a constant column's spread is 1."""
        center, spread = {}, {}
        for name in names:
            values = columns[name]
            if method == "standard":
                center[name], width = float(values.mean()), float(values.std())
            else:
                low, center[name], high = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
                width = high - low
            noise = max(_SMALLEST, _ROUNDING * abs(center[name]))
            spread[name] = width if width > noise else 1.0
        return cls(center, spread)

    @classmethod
    def from_json(cls, state: Mapping[str, Any], place: str = "scale") -> Scale:
        """Read back what `to_json` wrote.

        Raises:
            InputError: a center or spread is absent or no finite number, or a spread is not
                positive; names the place.
        """
        center, spread = (
            fields.numbers_by_name(fields.field(state, name, place), f"{place}.{name}")
            for name in ("center", "spread")
        )
        if center.keys() != spread.keys() or any(one <= 0 for one in spread.values()):
            raise fields.misfit(f"{place}.spread", "each center needs a positive one")
        return cls(center, spread)

    def to_json(self) -> dict[str, Any]:
        """Center and spread by column."""
        return {"transform": "scale", "center": dict(self.center), "spread": dict(self.spread)}

    def apply(self, columns: Columns) -> Columns:
        """Return the columns with numbers scaled."""
        scaled = dict(columns)
        for name, center in self.center.items():
            scaled[name] = (columns[name] - center) / self.spread[name]
        return scaled

    def sources(self, before: Mapping[str, Source]) -> dict[str, Source]:
        """The same columns."""
        return dict(before)
