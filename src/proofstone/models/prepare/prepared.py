"""The fitted transforms of one model, in order: from a frame to a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.errors import InputError
from proofstone.models import fields
from proofstone.models.contract import Feature
from proofstone.models.prepare.clip import Clip
from proofstone.models.prepare.encode import Encode, Levels
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
    def from_json(cls, document: object, place: str = "model.json, prepare") -> Prepared:
        """Read back what `to_json` wrote; `place` is file and field.

        Raises:
            InputError: a transform is unknown, the first is not `encode`, a field is absent or of
                another kind, or a transform is for a column that there is not; names the place.
        """
        found = fields.items(document, place)
        states = [fields.mapping(one, f"{place}[{at}]") for at, one in enumerate(found)]
        names = [str(state.get("transform"))[:40] for state in states]
        unknown = [name for name in names[1:] if name not in _KNOWN]
        if names[:1] != ["encode"] or unknown:
            raise InputError(
                f"{place}: cannot read the transforms {names}",
                hint="the model was written by a newer version: install that one",
            )
        encode = Encode.from_json(states[0], f"{place}[0]")
        columns: Columns = {feature.name: np.empty(0) for feature in encode.features}
        transforms: list[Transform] = []
        for at, (name, state) in enumerate(zip(names[1:], states[1:], strict=True), start=1):
            transforms.append(_KNOWN[name].from_json(state, f"{place}[{at}]"))
            try:
                columns = transforms[-1].apply(columns)
            except KeyError as error:
                raise fields.misfit(f"{place}[{at}]", f"there is no column {error}") from error
        return cls(encode, transforms)

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

    @property
    def features(self) -> tuple[Feature, ...]:
        """The input features that it reads."""
        return self.encode.features

    @property
    def levels(self) -> Levels:
        """The known levels of each category."""
        return self.encode.levels

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
