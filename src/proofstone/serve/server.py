"""One verified model, answering predictions and explanations from behind queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofstone.core.errors import VerificationError
from proofstone.models.contract import Predict, Signature
from proofstone.models.rows import Rows
from proofstone.registry.verify import VerifiedModel
from proofstone.serve.columns import Columns, columns_of_rows, frame_of, height
from proofstone.serve.errors import RequestError
from proofstone.serve.explain import Explanation, ReleaseExplainer
from proofstone.serve.queue import BatchQueue, Limits

_EXPLAINING = Limits(batch=64, wait=0.0, waiting=2_000, inline=0)


@dataclass(frozen=True, eq=False)
class Predictions:
    """Answers for n rows: `score` is the probability of the positive class, float64 (n,).

    `decision` (bool, (n,)) is the model's own threshold rule; `label` is the class decided for.
    """

    score: np.ndarray
    decision: np.ndarray
    label: tuple[str, ...]

    def to_json(self) -> list[dict[str, Any]]:
        """One object a row."""
        rows = zip(self.label, self.score.tolist(), self.decision.tolist(), strict=True)
        return [{"label": label, "score": score, "decision": yes} for label, score, yes in rows]


def predict_columns(verified: VerifiedModel, parts: Sequence[Columns]) -> list[Predictions]:
    """Return the predictions for each of `parts`, from one call of the model.

    Raises:
        RowError: a row does not fit; it counts from the first row of all parts.
    """
    model = verified.model
    signature = model.signature
    frame = frame_of(parts, signature)
    positive = signature.classes.index(str(signature.positive))
    score = model.answer(Predict(), Rows.of(frame))[:, positive]
    decision = model.decide(frame, score)
    names = (signature.classes[1 - positive], signature.classes[positive])
    labels = [names[yes] for yes in decision.tolist()]
    answers = []
    start = 0
    for part in parts:
        end = start + height(part)
        label = tuple(labels[start:end])
        answers.append(Predictions(score[start:end], decision[start:end], label))
        start = end
    return answers


class ModelServer:
    """Serves one `VerifiedModel`: requests that come together share a call of the model.

    Raises:
        VerificationError: it was given anything else.

    Not covered: who asks. There are no accounts here yet, so the doors listen on loopback only.
    """

    def __init__(self, verified: VerifiedModel, limits: Limits | None = None) -> None:
        if not isinstance(verified, VerifiedModel):
            raise VerificationError(
                "only a verified model is served",
                hint="proofstone.registry.verify.verify makes one from a release",
            )
        self.verified = verified
        self.limits = limits or Limits()
        self._signature = verified.model.signature
        self._predictions: BatchQueue[Columns, Predictions] = BatchQueue(
            lambda parts: predict_columns(verified, parts), self.limits
        )
        explainer = ReleaseExplainer(verified)
        self._explanations: BatchQueue[Columns, Explanation] = BatchQueue(
            lambda parts: [explainer.explain(part) for part in parts], _EXPLAINING
        )

    @property
    def name(self) -> str:
        """The name under which the model is served."""
        return self.verified.name

    @property
    def version(self) -> str:
        """The first twelve digits of the release id."""
        return self.verified.release[:12]

    @property
    def signature(self) -> Signature:
        """Typed inputs and the classes."""
        return self._signature

    async def predict(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return {"label", "score", "decision"} for each of `rows` (feature -> value).

        Raises:
            RowError: a row does not fit; the message names row and field.
            Overloaded: too much waits; nothing was done.
        """
        columns = columns_of_rows(rows, self._signature)
        return (await self.predict_columns(columns)).to_json() if rows else []

    async def predict_columns(self, columns: Columns) -> Predictions:
        """Return the predictions for checked `columns`; raises as `predict`."""
        return await self._predictions.submit(columns, self._rows(columns, self.limits.waiting))

    async def explain(self, columns: Columns) -> Explanation:
        """Return what each feature added to each row's score; raises as `predict`."""
        return await self._explanations.submit(columns, self._rows(columns, _EXPLAINING.waiting))

    def close(self) -> None:
        """Take no more requests."""
        self._predictions.close()
        self._explanations.close()

    def _rows(self, columns: Columns, most: int) -> int:
        rows = height(columns)
        if rows > most:
            raise RequestError(
                f"{rows} rows in one request, at most {most} are taken",
                hint="split it, or use `proofstone predict` for files",
            )
        return rows
