"""A model known only by what it predicted."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl

from proofstone.core.canonical import digest, digest_json
from proofstone.core.errors import DataError, InputError
from proofstone.models.contract import Operation, Predict, Signature
from proofstone.models.errors import NotRecorded
from proofstone.models.rows import Rows


class Recorded:
    """Replays recorded answers, for exactly the rows that they were recorded for.

    `rows` is the case; `score` has one entry for each of its rows: the probability of the
    positive class, float64 (n,), or what the signature says, float64 (n, classes), (n, labels) or
    (n, 1). Anything that asks about a changed row is told that there is no answer.
    """

    operations = frozenset({Predict})
    by_origin = True
    batch_size = 1 << 20

    def __init__(self, rows: Rows, score: np.ndarray, signature: Signature) -> None:
        score = np.asarray(score, dtype=np.float64)
        if len(score) != len(rows):
            raise DataError(f"there are {len(rows)} rows but {len(score)} scores")
        width = 1 if signature.output == "number" else len(signature.classes)
        if score.ndim > 1 and score.shape != (len(rows), width):
            raise DataError(f"there are {score.shape[1]} scores a row, {width} are wanted")
        _check_values(score, signature)
        self._frame = rows.frame
        self._score = score
        self.signature = signature
        self._origin = rows.origin
        self._plain = bool((rows.origin == np.arange(len(rows))).all())

    @cached_property
    def _order(self) -> np.ndarray:
        """The rows in the order of their origins."""
        return np.argsort(self._origin, kind="stable")

    @cached_property
    def id(self) -> str:
        """Digest of the recorded scores and of the signature."""
        return digest_json([digest(self._score.tobytes()), self.signature.to_json()])

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return the recorded answers, float64 (n, width), as in `signature.classes`.

        Raises:
            NotRecorded: a row was changed, is none of the case's, or is asked again (`draw`).
            InputError: the operation is not `Predict`.
        """
        score = self._score[self.check(operation, rows, draw)]
        if score.ndim > 1:
            return np.asarray(score)
        if self.signature.output != "probabilities":
            return np.asarray(score[:, None])
        both = np.stack([1.0 - score, score], axis=1)
        return both if self.signature.classes[1] == self.signature.positive else both[:, ::-1]

    def check(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return where the answer for each row was recorded, int64 (n,).

        Raises:
            NotRecorded: a row was changed, is none of the case's, or is asked again (`draw`).
            InputError: the operation is not `Predict`.
        """
        if not isinstance(operation, Predict):
            raise InputError(f"recorded predictions do not answer {type(operation).__name__}")
        if draw:
            raise NotRecorded("recorded predictions cannot be asked again")
        if rows.frame is self._frame and np.array_equal(rows.origin, self._origin):
            return np.arange(len(self._score))
        at = self._places(rows.origin)
        self._check_unchanged(rows.frame, at)
        return at

    def _places(self, origin: np.ndarray) -> np.ndarray:
        if self._plain:
            at = np.where((origin >= 0) & (origin < len(self._score)), origin, -1)
        else:
            known = self._origin[self._order]
            last = np.searchsorted(known, origin, side="right") - 1
            found = (last >= 0) & (known[last] == origin)
            at = np.where(found, self._order[last], -1)
        if (at < 0).any():
            raise _not_recorded(int(origin[(at < 0).argmax()]), "there is no such row")
        return at

    def _check_unchanged(self, frame: pl.DataFrame, at: np.ndarray) -> None:
        if frame.schema != self._frame.schema:
            raise _not_recorded(0, "its columns are not the recorded ones")
        recorded = self._frame[at]
        for name in frame.columns:
            changed = frame[name].ne_missing(recorded[name])
            if changed.any():
                raise _not_recorded(int(at[changed.arg_max() or 0]), f"{name} was changed")


def _check_values(score: np.ndarray, signature: Signature) -> None:
    """Refuse what is no probability, and for numbers what is not finite."""
    if signature.output == "number":
        odd, what, hint = ~np.isfinite(score), "number", "give a finite number"
    else:
        odd, what = ~((score >= 0) & (score <= 1)), "probability"
        hint = "give the probability of the positive class, from 0 to 1"
    if odd.any():
        row = int(odd.reshape(len(score), -1).any(axis=1).argmax())
        raise DataError(f"row {row}: the score {score[row]} is no {what}", hint=hint)


def _not_recorded(row: int, why: str) -> NotRecorded:
    return NotRecorded(
        f"row {row}: no prediction was recorded ({why})",
        hint="give the model itself: recorded predictions cannot answer about changed rows",
    )
