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
    """Replays recorded probabilities, for exactly the rows that they were recorded for.

    `rows` is the case; `score` is the recorded probability of the positive class of each of its
    rows, float64 (n,). Anything that asks about a changed row is told that there is no answer.
    """

    operations = frozenset({Predict})
    by_origin = True
    batch_size = 1 << 20

    def __init__(self, rows: Rows, score: np.ndarray, signature: Signature) -> None:
        score = np.asarray(score, dtype=np.float64)
        if score.shape != (len(rows),):
            raise DataError(f"there are {len(rows)} rows but {score.size} scores")
        odd = ~((score >= 0) & (score <= 1))
        if odd.any():
            row = int(odd.argmax())
            raise DataError(
                f"row {row}: the score {score[row]} is no probability",
                hint="give the probability of the positive class, from 0 to 1",
            )
        self._frame = rows.frame
        self._score = score
        self.signature = signature
        self._place = {int(origin): at for at, origin in enumerate(rows.origin)}
        self._plain = bool((rows.origin == np.arange(len(rows))).all())

    @cached_property
    def id(self) -> str:
        """Digest of the recorded scores and of the signature."""
        return digest_json([digest(self._score.tobytes()), self.signature.to_json()])

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return recorded class probabilities, float64 (n, 2), as in `signature.classes`.

        Raises:
            NotRecorded: a row was changed, or is none of the case's.
            InputError: the operation is not `Predict`.
        """
        if not isinstance(operation, Predict):
            raise InputError(f"recorded predictions do not answer {type(operation).__name__}")
        at = self._places(rows.origin)
        self._check_unchanged(rows.frame, at)
        score = self._score[at]
        both = np.stack([1.0 - score, score], axis=1)
        return both if self.signature.classes[1] == self.signature.positive else both[:, ::-1]

    def _places(self, origin: np.ndarray) -> np.ndarray:
        if self._plain:
            at = np.where((origin >= 0) & (origin < len(self._score)), origin, -1)
        else:
            at = np.array([self._place.get(int(one), -1) for one in origin], dtype=np.int64)
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


def _not_recorded(row: int, why: str) -> NotRecorded:
    return NotRecorded(
        f"row {row}: no prediction was recorded ({why})",
        hint="give the model itself: recorded predictions cannot answer about changed rows",
    )
