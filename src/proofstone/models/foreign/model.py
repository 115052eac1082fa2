"""A model from elsewhere behind the Model contract."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from proofstone.core.canonical import digest_json
from proofstone.core.errors import InputError
from proofstone.models.contract import Operation, Predict, Signature
from proofstone.models.foreign.reading import Reading
from proofstone.models.foreign.source import Source
from proofstone.models.rows import Rows


@dataclass(frozen=True, eq=False)
class ForeignModel:
    """Asks `source`, and takes its answers for what `reading` says."""

    source: Source
    reading: Reading

    operations: ClassVar[frozenset[type[Operation]]] = frozenset({Predict})
    by_origin: ClassVar[bool] = False

    @cached_property
    def signature(self) -> Signature:
        """The source's inputs, and the output as it is read."""
        reading = self.reading
        return Signature(self.source.inputs, reading.output, reading.classes, reading.positive)

    @cached_property
    def id(self) -> str:
        """Digest of the source's id and the reading."""
        return digest_json([self.source.id, self.signature.to_json(), self.reading.logits])

    @property
    def costly(self) -> bool:
        """Whether answers are worth keeping between runs."""
        return self.source.costly

    @property
    def batch_size(self) -> int:
        """The number of rows at which a call is fastest."""
        return self.source.batch_size

    @property
    def rows_a_call(self) -> int | None:
        """How many rows a request holds at most, where a service is asked."""
        return getattr(self.source, "rows_a_call", None)

    def partly(
        self, operation: Operation, rows: Rows, draw: int = 0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Of a batch that failed: the places that the source has answers for, and the answers."""
        nothing = np.empty(0, dtype=np.int64), np.empty((0, self.reading.width))
        if not hasattr(self.source, "partly"):
            return nothing
        places, found = self.source.partly(rows)
        if not len(places):
            return nothing
        return places, self.reading.of(found, len(places), self.source.name)

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return what the signature says, float64 (n, width); not finite where it answers so.

        Raises:
            InputError: another operation, or answers of another shape.
            RowError: a row does not fit what the source takes.
            EndpointError, OverBudget: the source is an endpoint, and does not answer.
        """
        if not isinstance(operation, Predict):
            raise InputError(f"{self.source.name}: does not answer {type(operation).__name__}")
        if len(rows) == 0:
            return np.empty((0, self.reading.width))
        return self.reading.of(self.source.ask(rows), len(rows), self.source.name)
