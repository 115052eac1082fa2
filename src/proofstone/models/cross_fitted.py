"""Models of one procedure, each fitted without the rows that it answers for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain

import numpy as np

from proofstone.core.canonical import digest, digest_json
from proofstone.core.errors import InputError
from proofstone.models.contract import Feature, Model, Operation, Signature
from proofstone.models.errors import NotRecorded
from proofstone.models.rows import Rows


class CrossFitted:
    """Answers each row by the model of its origin's fold, which never saw that origin.

    `fold_of[i]` (int, shape (rows of the case,)) is the fold of the case's row i, the place in
    `models` of the model that was fitted without it; -1 where every model saw the row.
    A changed row is answered by the model of the row that it was changed from.
    """

    by_origin = True

    def __init__(self, models: Sequence[Model], fold_of: np.ndarray) -> None:
        if not models or np.any(np.asarray(fold_of) >= len(models)):
            raise InputError("there are more folds than models")
        self.models = tuple(models)
        self.fold_of = np.asarray(fold_of, dtype=np.int64)

    @cached_property
    def id(self) -> str:
        """Digest over the models and who answers which row."""
        return digest_json([[model.id for model in self.models], digest(self.fold_of.tobytes())])

    @cached_property
    def signature(self) -> Signature:
        """The models' common signature; a category's values are those that any of them knows."""
        first = self.models[0].signature
        inputs = (_union([model.signature.inputs[at] for model in self.models])
                  for at in range(len(first.inputs)))  # fmt: skip
        return Signature(tuple(inputs), first.output, first.classes, first.positive)

    @property
    def operations(self) -> frozenset[type[Operation]]:
        """What all of the models answer."""
        return frozenset.intersection(*(model.operations for model in self.models))

    @property
    def refusals(self) -> Mapping[type[Operation], str]:
        """Why the models do not answer other operations."""
        return getattr(self.models[0], "refusals", {})

    @property
    def batch_size(self) -> int:
        """The number of rows at which a call is fastest."""
        return min(model.batch_size for model in self.models) * len(self.models)

    def folds(self, origin: np.ndarray) -> np.ndarray:
        """Return the fold that answers for each origin, shape (n,).

        Raises:
            NotRecorded: an origin lies outside the case, or every model was fitted on it.
        """
        inside = (origin >= 0) & (origin < len(self.fold_of))
        fold = np.where(inside, self.fold_of[np.where(inside, origin, 0)], -1)
        if (fold < 0).any():
            row = int(origin[(fold < 0).argmax()])
            raise NotRecorded(
                f"row {row}: no model was fitted without it",
                hint="ask about rows that the split judges",
            )
        return fold

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Answer each row by its fold's model; shape as the models answer.

        Raises:
            NotRecorded: an origin lies outside the case, or every model was fitted on it.
            RowError: a row does not fit the signature.
        """
        fold = self.folds(rows.origin)
        if len(rows) == 0:
            return self.models[0].answer(operation, rows, draw)
        result: np.ndarray | None = None
        for number in np.unique(fold):
            mask = fold == number
            part = self.models[number].answer(operation, rows.take(mask), draw)
            if result is None:
                result = np.empty((len(rows), *part.shape[1:]), dtype=part.dtype)
            result[mask] = part
        assert result is not None
        return result


def _union(features: Sequence[Feature]) -> Feature:
    known = dict.fromkeys(chain.from_iterable(feature.categories for feature in features))
    return Feature(features[0].name, features[0].kind, tuple(known))
