"""Reads typed features and gives each category a code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from proofstone.models import fields
from proofstone.models.contract import Feature
from proofstone.models.prepare.transform import Columns, Source
from proofstone.models.prepare.values import column, read, texts

Levels = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True)
class Encode:
    """Frame in, columns out: numbers as they are, truth values as 0 and 1, categories as codes.

    A category's code is its place in `levels`, -1 where it is unknown. A missing value is NaN,
    but for a category that was missing in training rows too: that is a level of its own.
    """

    features: tuple[Feature, ...]
    levels: Levels

    @classmethod
    def fit(
        cls, frame: pl.DataFrame, features: Sequence[Feature], *, missing_level: bool
    ) -> Encode:
        """Learn the levels of each category: the declared ones, else those that `frame` has.

        Levels found in the frame are ordered as numbers where all of them are, else as text.
        """
        levels: dict[str, list[str | None]] = {}
        for feature in features:
            if feature.kind == "category":
                found = set(texts(column(frame, feature.name)))
                known: list[str | None] = [*feature.categories] or [*_ordered(found - {None})]
                if None in found and missing_level:
                    known.append(None)
                levels[feature.name] = known
        return cls(tuple(features), levels)

    @classmethod
    def from_json(cls, state: Mapping[str, Any], place: str = "encode") -> Encode:
        """Read back what `to_json` wrote.

        Raises:
            InputError: a feature is none or given twice, or levels are not lists of
                different texts; names the place.
        """
        where = f"{place}.features"
        found = fields.items(fields.field(state, "features", place), where)
        features = tuple(Feature.from_json(one, f"{where}[{at}]") for at, one in enumerate(found))
        fields.texts([one.name for one in features], where)
        levels = fields.levels_by_name(fields.field(state, "levels", place), f"{place}.levels")
        return cls(features, levels)

    def to_json(self) -> dict[str, Any]:
        """Names and kinds of the features, and the levels of categories."""
        return {
            "transform": "encode",
            "features": [{"name": one.name, "kind": one.kind} for one in self.features],
            "levels": {name: list(levels) for name, levels in self.levels.items()},
        }

    def read(self, frame: pl.DataFrame) -> Columns:
        """Return one column a feature.

        Raises:
            RowError: a column is absent or a value does not fit; names row and field.
        """
        return {
            feature.name: read(frame, feature, self._codes.get(feature.name, {}))
            for feature in self.features
        }

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Each column's feature and kind."""
        return {feature.name: Source(feature.name, feature.kind) for feature in self.features}

    @cached_property
    def _codes(self) -> dict[str, dict[str | None, float]]:
        return {
            name: {level: float(code) for code, level in enumerate(levels)}
            for name, levels in self.levels.items()
        }


def _ordered(found: set[str | None]) -> list[str]:
    known = [text for text in found if text is not None]
    try:
        return sorted(known, key=lambda text: (float(text), text))
    except ValueError:
        return sorted(known)
