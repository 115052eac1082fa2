"""The fitted transforms of one model, in order: from a frame to a matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.errors import InputError
from proofstone.models.prepare.clip import Clip
from proofstone.models.prepare.encode import Encode
from proofstone.models.prepare.impute import Impute
from proofstone.models.prepare.one_hot import OneHot
from proofstone.models.prepare.scale import Scale
from proofstone.models.prepare.transform import Columns, Source, Transform

_KNOWN: dict[str, type[Transform]] = {
    "clip": Clip,
    "impute": Impute,
    "one_hot": OneHot,
    "scale": Scale,
}


class Prepared:
    """Applies fitted transforms. The result for a row never depends on the rows beside it."""

    def __init__(self, encode: Encode, transforms: Sequence[Transform]) -> None:
        self.encode = encode
        self.transforms = tuple(transforms)

    @classmethod
    def from_json(cls, states: Sequence[Mapping[str, Any]]) -> Prepared:
        """Read back what `to_json` wrote.

        Raises:
            InputError: a transform is unknown, or the first is not `encode`.
        """
        names = [state.get("transform") for state in states]
        unknown = [name for name in names[1:] if name not in _KNOWN]
        if names[:1] != ["encode"] or unknown:
            raise InputError(
                f"model.json, prepare: cannot read the transforms {names}",
                hint="the model was written by a newer version: install that one",
            )
        transforms = [_KNOWN[str(state["transform"])].from_json(state) for state in states[1:]]
        return cls(Encode.from_json(states[0]), transforms)

    def to_json(self) -> list[dict[str, Any]]:
        """The state of each transform, in order."""
        return [self.encode.to_json(), *(transform.to_json() for transform in self.transforms)]

    def apply(self, frame: pl.DataFrame) -> np.ndarray:
        """Return the matrix of `frame`: float64, shape (n, d), C-contiguous, finite.

        Raises:
            RowError: a column is absent or a value does not fit; names row and field.
        """
        columns = self.apply_columns(frame)
        matrix = np.empty((frame.height, len(columns)))
        for place, values in enumerate(columns.values()):
            matrix[:, place] = values
        return matrix

    def apply_columns(self, frame: pl.DataFrame) -> Columns:
        """Return the columns of the matrix by name."""
        columns = self.encode.read(frame)
        for transform in self.transforms:
            columns = transform.apply(columns)
        return columns

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Each matrix column's name -> input feature and kind, in the order of the matrix."""
        sources = self.encode.sources
        for transform in self.transforms:
            sources = transform.sources(sources)
        return sources

    @property
    def columns(self) -> tuple[str, ...]:
        """The input feature of each matrix column, length d."""
        return tuple(source.feature for source in self.sources.values())

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each matrix column, length d, such as `purpose=car` or `income missing`."""
        return tuple(self.sources)

    @property
    def categorical(self) -> tuple[int, ...]:
        """The places of matrix columns that hold codes of categories."""
        kinds = [source.kind for source in self.sources.values()]
        return tuple(place for place, kind in enumerate(kinds) if kind == "category")
