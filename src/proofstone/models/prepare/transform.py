"""What a fitted transform is: named columns in, named columns out, its state as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, Self

import numpy as np

Columns = dict[str, np.ndarray]
"""Matrix columns by name, each float64 (n,), in the order of the matrix."""


class Source(NamedTuple):
    """Where a matrix column comes from: the input feature, and its kind."""

    feature: str
    kind: str


class Transform(Protocol):
    """One fitted transform. Its result for a row depends on that row alone, to the last bit."""

    @classmethod
    def from_json(cls, state: Mapping[str, Any], place: str) -> Self:
        """Read back what `to_json` wrote; `place` is file and field.

        Raises:
            InputError: a field is absent or of another kind; names the place.
        """

    def to_json(self) -> dict[str, Any]:
        """The fitted state; `transform` names the transform."""

    def apply(self, columns: Columns) -> Columns:
        """Return the transformed columns; the given ones are left as they are."""

    def sources(self, before: Mapping[str, Source]) -> dict[str, Source]:
        """Return where each column that `apply` returns comes from."""
