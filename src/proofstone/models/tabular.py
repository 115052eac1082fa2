"""A model of a table: fitted transforms, runtime, calibration and decision rule together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from proofstone.core.errors import InputError
from proofstone.core.i18n import message
from proofstone.models.calibration import Calibration
from proofstone.models.contract import Gradient, Operation, Predict, Signature
from proofstone.models.decision import Decision
from proofstone.models.prepare.preparation import Preparation
from proofstone.models.prepare.prepared import Prepared
from proofstone.models.prepare.values import column, texts
from proofstone.models.rows import Rows
from proofstone.models.runtimes.linear import Linear
from proofstone.models.runtimes.runtime import Runtime
from proofstone.models.slopes import calibrated_slope, loss_slope, margin_slopes

_STEPS = message("its scores are steps: nowhere is there a slope that an attack could follow")
_TEXTS = message("it reads a text: there is no number to move")


@dataclass(frozen=True, eq=False)
class TabularModel:
    """Answers `Predict` for rows of a table, and `Gradient` where it is linear.

    `id` is the digest of all of its files.
    """

    id: str
    signature: Signature
    prepared: Preparation
    runtime: Runtime
    calibration: Calibration
    decision: Decision

    by_origin: ClassVar[bool] = False
    batch_size: ClassVar[int] = 16_384

    @property
    def operations(self) -> frozenset[type[Operation]]:
        """What it answers."""
        return frozenset({Predict} if Gradient in self.refusals else {Predict, Gradient})

    @property
    def refusals(self) -> Mapping[type[Operation], str]:
        """Why it does not answer other operations."""
        if not isinstance(self.prepared, Prepared):
            return {Gradient: _TEXTS}
        return {} if self.linear else {Gradient: _STEPS}

    @property
    def linear(self) -> bool:
        """Whether its margin is a sum of what each number adds, none of it turning back."""
        return isinstance(self.runtime, Linear)

    @property
    def columns(self) -> tuple[str, ...]:
        """The input feature of each matrix column, length d."""
        return self.prepared.columns

    def matrix(self, frame: pl.DataFrame) -> np.ndarray:
        """Return the prepared matrix of `frame`: float64 (n, d), or texts, object (n, 1).

        Raises:
            RowError: a column is absent or a value does not fit; names row and field.
        """
        return self.prepared.apply(frame)

    def margin(self, rows: Rows) -> np.ndarray:
        """Return the raw log-odds of the positive class before calibration, shape (n,)."""
        return self.runtime.margin(self.matrix(rows.frame))

    def scores(self, frame: pl.DataFrame) -> np.ndarray:
        """Return the calibrated probability of the positive class, shape (n,)."""
        return self.calibration.apply(self.runtime.margin(self.matrix(frame)))

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return class probabilities, float64 (n, 2), columns as in `signature.classes`.

        Of a linear model gradients too, float64 (n, numeric inputs).

        Raises:
            InputError: another operation.
            RowError: a row does not fit the signature.
        """
        if isinstance(operation, Gradient) and Gradient in self.operations:
            return self._gradient(operation, rows)
        if not isinstance(operation, Predict):
            raise InputError(f"a model of a table does not answer {type(operation).__name__}")
        positive = self.scores(rows.frame)
        both = np.stack([1.0 - positive, positive], axis=1)
        return both if self.signature.classes[1] == self.signature.positive else both[:, ::-1]

    def _gradient(self, operation: Gradient, rows: Rows) -> np.ndarray:
        assert isinstance(self.prepared, Prepared)
        assert isinstance(self.runtime, Linear)
        positive = self.signature.classes.index(str(self.signature.positive))
        slope = loss_slope(operation, rows.frame, self.scores(rows.frame), positive)
        slope *= calibrated_slope(self.calibration)
        slopes = margin_slopes(self.prepared, self.runtime, rows.frame)
        return np.asarray(slope[:, None] * slopes)

    def thresholds(self, frame: pl.DataFrame) -> np.ndarray:
        """Return the threshold of each row, shape (n,): its group's, where groups differ."""
        groups: Sequence[str | None] = ()
        if self.decision.attribute is not None:
            groups = texts(column(frame, self.decision.attribute))
        return self.decision.threshold_of(groups, frame.height)

    def decide(self, frame: pl.DataFrame, scores: np.ndarray) -> np.ndarray:
        """Return whether each row is decided positive, bool (n,)."""
        return scores >= self.thresholds(frame)
