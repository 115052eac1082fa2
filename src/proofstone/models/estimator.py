"""Any fitted object with `predict_proba`, as a notebook has it, behind the Model contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import polars as pl

from proofstone.core.canonical import digest, digest_json
from proofstone.core.errors import InputError
from proofstone.models.contract import Feature, FeatureKind, Operation, Predict, Signature
from proofstone.models.rows import Rows


class Probabilistic(Protocol):
    """What is asked of the object."""

    def predict_proba(self, X: Any, /) -> Any:
        """Return class probabilities, shape (n, classes)."""


class Estimator:
    """Asks `estimator.predict_proba` on tables of the type that it was fitted on.

    `sample` is the table at hand: a polars or pandas frame or a matrix; it fixes names and types
    of columns, and rows are handed over in its type. `classes` are the estimator's `classes_`
    unless given; the positive one is the last unless given.
    """

    operations = frozenset({Predict})
    by_origin = False
    batch_size = 16_384

    def __init__(
        self,
        estimator: Probabilistic,
        sample: Any,
        *,
        classes: Sequence[object] | None = None,
        positive: object | None = None,
    ) -> None:
        if not callable(getattr(estimator, "predict_proba", None)):
            raise InputError(
                f"{type(estimator).__name__} has no predict_proba",
                hint="give a fitted classifier that returns class probabilities",
            )
        self._estimator = estimator
        self._frame, self._hand_over = _adapter(sample)
        known = getattr(estimator, "classes_", None) if classes is None else classes
        names = ("0", "1") if known is None else tuple(str(one) for one in known)
        chosen = names[-1] if positive is None else str(positive)
        if len(names) != 2 or chosen not in names:
            raise InputError(
                f"the estimator's classes are {', '.join(names)}, the positive one {chosen}",
                hint="give a classifier of two classes, and one of them as positive",
            )
        inputs = tuple(Feature(name, _kind(kind)) for name, kind in self._frame.schema.items())
        self.signature = Signature(inputs, "probabilities", names, chosen)

    @property
    def frame(self) -> pl.DataFrame:
        """The sample as a polars frame."""
        return self._frame

    @cached_property
    def id(self) -> str:
        """Digest of the signature and of the answers on the sample: an object has no bytes."""
        answers = self.answer(Predict(), Rows.of(self._frame))
        name = f"{type(self._estimator).__module__}.{type(self._estimator).__qualname__}"
        return digest_json([name, self.signature.to_json(), digest(answers.tobytes())])

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return class probabilities, float64 (n, 2), as in `signature.classes`.

        Raises:
            InputError: the operation is not `Predict`, or what the estimator returned is not
                finite probabilities of two classes that sum to 1.
        """
        if not isinstance(operation, Predict):
            raise InputError(f"an estimator does not answer {type(operation).__name__}")
        if len(rows) == 0:
            return np.empty((0, 2))
        names = [feature.name for feature in self.signature.inputs]
        given = self._hand_over(rows.frame.select(names))
        return _checked(self._estimator.predict_proba(given), len(rows))


def _adapter(sample: Any) -> tuple[pl.DataFrame, Callable[[pl.DataFrame], Any]]:
    """The sample as a polars frame, and how to turn such a frame back into the sample's type."""
    if isinstance(sample, pl.DataFrame):
        return sample, lambda frame: frame
    if isinstance(sample, np.ndarray) and sample.ndim == 2:
        names = [f"x{place}" for place in range(sample.shape[1])]
        return pl.DataFrame(sample, schema=names), lambda frame: frame.to_numpy(order="c")
    if type(sample).__module__.partition(".")[0] == "pandas" and hasattr(sample, "dtypes"):
        kinds = sample.dtypes.to_dict()
        frame = pl.from_pandas(sample.rename(columns=str))
        labels = list(sample.columns)
        return frame, lambda rows: rows.to_pandas().set_axis(labels, axis=1).astype(kinds)
    raise InputError(
        f"cannot read rows from {type(sample).__name__}",
        hint="give a polars or pandas data frame, or a NumPy matrix",
    )


def _kind(kind: pl.DataType) -> FeatureKind:
    if kind == pl.Boolean:
        return "boolean"
    return "number" if kind.is_numeric() else "category"


def _checked(answer: Any, n: int) -> np.ndarray:
    found = np.asarray(answer)
    if found.shape != (n, 2) or found.dtype.kind not in "fiu":
        raise InputError(
            f"predict_proba returned shape {found.shape} for {n} rows",
            hint="it must return numbers of shape (rows, 2)",
        )
    found = found.astype(np.float64)
    odd = ~(np.isfinite(found).all(axis=1) & (found >= 0).all(axis=1))
    odd |= ~np.isclose(found.sum(axis=1), 1.0, rtol=0, atol=1e-6)
    if odd.any():
        row = int(odd.argmax())
        raise InputError(
            f"row {row}: predict_proba returned {found[row].tolist()}",
            hint="each row must be finite probabilities that sum to 1",
        )
    return found
