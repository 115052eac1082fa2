"""A model whose answers are kept, for those who ask it without the oracle, as explanations do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from proofstone.checks.memory import Memory, never
from proofstone.checks.oracle import Tally
from proofstone.checks.probe import Ask
from proofstone.core.budget import OverBudget
from proofstone.core.step import Recall
from proofstone.models.contract import Model, Operation, Signature
from proofstone.models.endpoint.errors import EndpointError
from proofstone.models.rows import Rows


class Remembered:
    """Answers as `model` does, and asks it once for each row, where its answers are dear.

    They are kept in `recall`, under the same keys as those that probes ask for. An endpoint that
    cannot be reached once is not asked again.
    """

    costly = True

    def __init__(
        self, model: Model, recall: Recall | None, cancelled: Callable[[], bool] = never
    ) -> None:
        self._model = model
        self._hopeless: EndpointError | OverBudget | None = None
        self._memory = Memory(model, Tally(), recall, cancelled=cancelled)

    @property
    def id(self) -> str:
        """The model's own."""
        return self._model.id

    @property
    def signature(self) -> Signature:
        """The model's own."""
        return self._model.signature

    @property
    def operations(self) -> frozenset[type[Operation]]:
        """The model's own."""
        return self._model.operations

    @property
    def by_origin(self) -> bool:
        """The model's own."""
        return self._model.by_origin

    @property
    def batch_size(self) -> int:
        """The model's own."""
        return self._model.batch_size

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return the model's answers, which cannot be written to.

        Raises:
            Unusable: an answer has another shape than the signature says, or cannot be used.
            EndpointError, OverBudget: it cannot be reached, or could not be before.
            Cancelled: somebody asked to stop.
        """
        if self._hopeless is not None:
            raise self._hopeless
        try:
            [found] = self._memory.answer([Ask(rows, operation, draw)])
        except (EndpointError, OverBudget) as error:
            self._hopeless = error
            raise
        return found
