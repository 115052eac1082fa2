"""What turns rows of a table into what a runtime takes, and how it is read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import numpy as np
import polars as pl

from proofstone.models import fields
from proofstone.models.contract import Feature
from proofstone.models.prepare.prepared import Prepared
from proofstone.models.prepare.texts import TRANSFORM, Texts

Takes = Literal["one_hot", "codes", "text"]
"""What a runtime takes: numbers with a column for each level of a category, numbers with a code
for each category, or one text a row."""


class Preparation(Protocol):
    """Fitted on training rows; what it returns for a row depends on that row alone."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """The input features that it reads."""

    @property
    def levels(self) -> Mapping[str, Sequence[str | None]]:
        """The known levels of each category."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The input feature of each matrix column, length d."""

    @property
    def categorical(self) -> tuple[int, ...]:
        """The places of matrix columns that hold codes of categories."""

    def to_json(self) -> list[dict[str, Any]]:
        """The state of each transform, in order."""

    def apply(self, frame: pl.DataFrame) -> np.ndarray:
        """Return the matrix of `frame`: float64 (n, d), or one text a row, object (n, 1).

        Raises:
            RowError: a column is absent or a value does not fit; names row and field.
        """


def read_preparation(document: object, place: str) -> Preparation:
    """Return the preparation whose `to_json` is `document`; `place` is file and field.

    Raises:
        InputError: a transform is unknown, or a field is absent or of another kind.
    """
    states = fields.items(document, place)
    if len(states) == 1 and fields.mapping(states[0], f"{place}[0]").get("transform") == TRANSFORM:
        return Texts.from_json(states[0], f"{place}[0]")
    return Prepared.from_json(document, place)
