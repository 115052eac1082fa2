"""What every runtime does, and how a damaged weights file is refused."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from proofstone.core.errors import InputError
from proofstone.models import fields

FILE = "weights.json"
"""The name of a weights file that is JSON, as messages have it."""


class Runtime(Protocol):
    """Computes raw scores; a row's score depends on that row alone, to the last bit."""

    @property
    def width(self) -> int:
        """The number of matrix columns that it needs."""

    def margin(self, matrix: np.ndarray) -> np.ndarray:
        """Return the log-odds of the positive class, shape (n,), for a matrix (n, width)."""


def read_json(weights: bytes) -> dict[str, Any]:
    """Return the JSON object in `weights`.

    Raises:
        InputError: it is none.
    """
    return fields.read_object(weights, FILE)


def unreadable(why: str) -> InputError:
    """The error for weights that do not hold together."""
    return InputError(
        f"the model's weights cannot be read: {why}",
        hint="restore the file from its release, or run the training step again",
    )
