"""Turns each category's code into one column a level, for models that are linear in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.models import fields
from proofstone.models.prepare.transform import Columns, Source


@dataclass(frozen=True)
class OneHot:
    """A column `name=level` for each level, 1 where the row has it; all 0 for an unknown one."""

    levels: Mapping[str, Sequence[str | None]]

    @classmethod
    def from_json(cls, state: Mapping[str, Any], place: str = "one_hot") -> OneHot:
        """Read back what `to_json` wrote.

        Raises:
            InputError: the levels are absent or not lists of different texts; names the place.
        """
        return cls(fields.levels_by_name(fields.field(state, "levels", place), f"{place}.levels"))

    def to_json(self) -> dict[str, Any]:
        """Levels by column."""
        levels = {name: list(levels) for name, levels in self.levels.items()}
        return {"transform": "one_hot", "levels": levels}

    def apply(self, columns: Columns) -> Columns:
        """Return the columns with each category spread over its levels."""
        spread: Columns = {}
        for name, values in columns.items():
            if name not in self.levels:
                spread[name] = values
                continue
            for code, label in self._labels(name):
                spread[label] = (values == code).astype(np.float64)
        return spread

    def sources(self, before: Mapping[str, Source]) -> dict[str, Source]:
        """One column a level, of kind `flag`, from the category's own feature."""
        after: dict[str, Source] = {}
        for name, source in before.items():
            if name not in self.levels:
                after[name] = source
                continue
            for _, label in self._labels(name):
                after[label] = Source(source.feature, "flag")
        return after

    def _labels(self, name: str) -> list[tuple[int, str]]:
        return [
            (code, f"{name} missing" if level is None else f"{name}={level}")
            for code, level in enumerate(self.levels[name])
        ]
