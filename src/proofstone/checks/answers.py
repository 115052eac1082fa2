"""Whether what a model answers can be used: its shape, and what is wrong with single rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from proofstone.core.errors import InputError
from proofstone.models.contract import Operation, Predict, Signature
from proofstone.models.rows import Rows

OFF = 1e-3
"""How far probabilities may be from summing to one: what single precision and rounding explain."""


class Unusable(InputError, ValueError):
    """What a model answered cannot be used: the wrong shape, or values that are none.

    `rows` are those that it answered so about, where it answered well about others.
    """

    code = "answer"

    def __init__(self, text: str, *, rows: Rows | None = None) -> None:
        super().__init__(text)
        self.rows = rows


def shaped(
    operation: Operation, signature: Signature, values: np.ndarray, rows: Rows
) -> np.ndarray:
    """Return `values`, one entry a row; of a prediction, as wide as the signature says.

    Raises:
        Unusable: they are of another shape, or predictions are no numbers.
    """
    if len(values) != len(rows):
        raise Unusable(f"the model answered {len(values)} of {len(rows)} rows")
    if not isinstance(operation, Predict):
        return values
    if values.dtype.kind not in "fiub":
        raise Unusable(f"the model answered no numbers, but {values.dtype}")
    wanted = 1 if signature.output == "number" else len(signature.classes)
    width = values.shape[1] if values.ndim == 2 else 0
    if signature.output != "text" and width != wanted:
        raise Unusable(
            f"the model answered {values.shape[1:] or 'one'} a row, first for row "
            f"{rows.origin[0]}; its signature says {wanted}"
        )
    return values


def broken(operation: Operation, signature: Signature, values: np.ndarray) -> np.ndarray:
    """Which rows of predictions cannot be used, bool (n,): see `fault`."""
    if not isinstance(operation, Predict) or not len(values):
        return np.zeros(len(values), dtype=bool)
    flat = values.reshape(len(values), -1)
    bad = ~np.isfinite(flat).all(axis=1)
    if signature.output in ("probabilities", "labels"):
        bad |= ((flat < -OFF) | (flat > 1.0 + OFF)).any(axis=1)
    if signature.output == "probabilities":
        bad |= np.abs(flat.sum(axis=1) - 1.0) > OFF
    return np.asarray(bad)


def fault(
    operation: Operation, signature: Signature, values: np.ndarray, rows: Rows
) -> Unusable | None:
    """What is wrong with the first row that cannot be used; None where all can be.

    Predictions have to be finite, probabilities between 0 and 1 and, of classes, sum to one.
    """
    bad = np.flatnonzero(broken(operation, signature, values))
    if not len(bad):
        return None
    at, first = int(bad[0]), np.asarray(values[bad[0]])
    if not np.isfinite(first).all():
        what = "NaN or infinity"
    elif (first < -OFF).any() or (first > 1.0 + OFF).any():
        what = "a probability that is not between 0 and 1"
    else:
        what = f"probabilities that sum to {first.sum():.4g}"
    more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
    told = f"the model answered {what} for row {rows.origin[at]}{more}"
    return Unusable(told, rows=rows.take(bad))


def together(answers: Sequence[Any]) -> np.ndarray:
    """Answers as the model gives them: numbers, or an object array of texts and the like."""
    if answers and isinstance(answers[0], list | float):
        return np.array(answers, dtype=np.float64)
    found = np.empty(len(answers), dtype=object)
    found[:] = answers
    return found
