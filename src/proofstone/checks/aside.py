"""The case's own model, asked aside of the turns, as explanations do."""

from __future__ import annotations

from typing import Any

import numpy as np

from proofstone.checks.memory import Memory
from proofstone.checks.probe import Ask
from proofstone.models.contract import Model, Operation
from proofstone.models.rows import Rows


class Aside:
    """Answers as `model` does, through `memory`: counted, cancelled and paid as turns are.

    What is dear is remembered. What is not is asked again, which is quicker than looking it up:
    explanations ask about a hundred thousand rows that are all different. Everything else is the
    model's own.
    """

    def __init__(self, model: Model, memory: Memory) -> None:
        self._model = model
        self._memory = memory
        self._dear = bool(getattr(model, "costly", False))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return the model's answers; those of a dear one cannot be written to.

        Raises:
            Unusable: an answer has another shape than the signature says, or cannot be used.
            EndpointError, OverBudget: it cannot be reached, or could not be before in this turn.
            Cancelled: somebody asked to stop.
        """
        ask = Ask(rows, operation, draw)
        if not self._dear:
            return self._memory.straight(ask)
        [found] = self._memory.answers([ask])
        if isinstance(found, Exception):
            raise found
        return found
