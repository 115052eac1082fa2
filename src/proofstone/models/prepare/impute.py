"""Fills in missing values, and flags numbers that were missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.core.errors import DataError
from proofstone.models import fields
from proofstone.models.errors import RowError
from proofstone.models.prepare.transform import Columns, Source

UNKNOWN = -1.0
"""The code of a category that was not known when the model was fitted."""


@dataclass(frozen=True)
class Impute:
    """Puts `fill` where a value is missing; a column without one must have no missing value.

    A flag column follows each of `flagged`: 1 where its value was missing.
    """

    fill: Mapping[str, float]
    flagged: Sequence[str]

    @classmethod
    def fit(
        cls, columns: Columns, sources: Mapping[str, Source], method: str, *, indicator: bool
    ) -> Impute:
        """Learn what to fill in.

        Numbers take the median, mean or most frequent value of the observed ones; truth values
        the most frequent one; categories the most frequent one when `method` is most_frequent,
        else they count as unknown. The smallest of equally frequent values is taken.

        Raises:
            DataError: a column of numbers has no value at all, or `method` is refuse and a value
                is missing.
        """
        fill: dict[str, float] = {}
        flagged = []
        for name, values in columns.items():
            kind, missing = sources[name].kind, np.isnan(values)
            if method == "refuse":
                _check_complete(name, missing)
                continue
            fill[name] = _filling(name, kind, values[~missing], method)
            if indicator and kind != "category" and missing.any():
                flagged.append(name)
        return cls(fill, flagged)

    @classmethod
    def from_json(cls, state: Mapping[str, Any], place: str = "impute") -> Impute:
        """Read back what `to_json` wrote.

        Raises:
            InputError: a filling is absent or no finite number, or `flagged` is no list of names;
                names the place.
        """
        fill = fields.numbers_by_name(fields.field(state, "fill", place), f"{place}.fill")
        return cls(fill, fields.texts(fields.field(state, "flagged", place), f"{place}.flagged"))

    def to_json(self) -> dict[str, Any]:
        """Fillings by column, and the flagged columns."""
        return {"transform": "impute", "fill": dict(self.fill), "flagged": list(self.flagged)}

    def apply(self, columns: Columns) -> Columns:
        """Return complete columns, each flagged one followed by its flag.

        Raises:
            RowError: a value is missing that must not be.
        """
        filled: Columns = {}
        for name, values in columns.items():
            missing = np.isnan(values)
            if name in self.fill:
                filled[name] = np.where(missing, self.fill[name], values)
            else:
                _check_complete(name, missing)
                filled[name] = values
            if name in self.flagged:
                filled[f"{name} missing"] = missing.astype(np.float64)
        return filled

    def sources(self, before: Mapping[str, Source]) -> dict[str, Source]:
        """The columns and their flags; a flag is of kind `flag`."""
        after: dict[str, Source] = {}
        for name, source in before.items():
            after[name] = source
            if name in self.flagged:
                after[f"{name} missing"] = Source(source.feature, "flag")
        return after


def _filling(name: str, kind: str, observed: np.ndarray, method: str) -> float:
    if kind == "category" and method != "most_frequent":
        return UNKNOWN
    if not observed.size:
        raise DataError(
            f"column {name}: every value is missing in the rows that the model is fitted on",
            hint=f"give {name} the role `ignore`",
        )
    if kind == "number" and method != "most_frequent":
        return float(np.median(observed) if method == "median" else observed.mean())
    values, counts = np.unique(observed, return_counts=True)
    return float(values[counts.argmax()])


def _check_complete(name: str, missing: np.ndarray) -> None:
    if missing.any():
        raise RowError(
            f"row {int(missing.argmax())}, field {name}: the value is missing",
            hint="give a value, or fit with prepare.missing other than `refuse`",
        )
