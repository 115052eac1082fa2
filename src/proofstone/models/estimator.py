"""Any fitted object with `predict_proba` or `predict`, as a notebook has it, as a Model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl

from proofstone.core.canonical import digest, digest_json
from proofstone.core.errors import InputError
from proofstone.models.contract import (
    Feature,
    FeatureKind,
    Operation,
    Output,
    Predict,
    Signature,
)
from proofstone.models.foreign.reading import label_text
from proofstone.models.rows import Rows

Asked = Literal["probabilities", "decisions", "labels", "number"]
"""What an estimator is asked for: `decisions` and `number` ask its `predict`."""


class Estimator:
    """Asks `predict_proba` or `predict` of an estimator on tables of the type it was fitted on.

    `sample` is the table at hand: a polars or pandas frame or a matrix; it fixes names and types
    of columns, and rows are handed over in its type. `classes` are the estimator's `classes_`
    unless given; of two, the positive one is the last unless given. Where `asked` is `decisions`,
    the decided class has probability 1; where it is `labels`, `classes` names them.
    """

    operations = frozenset({Predict})
    by_origin = False
    batch_size = 16_384

    def __init__(
        self,
        estimator: Any,
        sample: Any,
        *,
        classes: Sequence[object] | None = None,
        positive: object | None = None,
        asked: Asked = "probabilities",
    ) -> None:
        wanted = ("predict_proba",) if asked == "probabilities" else ("predict_proba", "predict")
        if not any(callable(getattr(estimator, name, None)) for name in wanted):
            raise InputError(
                f"{type(estimator).__name__} has no {' and no '.join(wanted)}",
                hint="give a fitted classifier that returns class probabilities, or a regressor",
            )
        self._estimator = estimator
        self._asked = asked
        self._frame, self._hand_over = adapter(sample)
        names, chosen = _classes(estimator, classes, positive, asked)
        inputs = tuple(Feature(name, _kind(kind)) for name, kind in self._frame.schema.items())
        output: Output = "probabilities" if asked == "decisions" else asked
        self.signature = Signature(inputs, output, names, chosen)

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
        """Return what the signature says, float64 (n, width); not finite where it answers so.

        Raises:
            InputError: the operation is not `Predict`, or the estimator returned no numbers,
                others than one a class (or label) and row, or decided for what is no class.
        """
        if not isinstance(operation, Predict):
            raise InputError(f"an estimator does not answer {type(operation).__name__}")
        width = max(1, len(self.signature.classes))
        if len(rows) == 0:
            return np.empty((0, width))
        names = [feature.name for feature in self.signature.inputs]
        given = self._hand_over(rows.frame.select(names))
        if self._asked == "decisions":
            return self._decided(self._estimator.predict(given), len(rows))
        if self._asked == "number":
            return _numbers(self._estimator.predict(given), len(rows))
        if self._asked == "labels":
            return _of_labels(self._estimator, given, (len(rows), width))
        found = self._estimator.predict_proba(given)
        return _shaped(
            found, (len(rows), width), "predict_proba", "numbers of shape (rows, classes)"
        )

    def _decided(self, answer: Any, n: int) -> np.ndarray:
        """Probability 1 for the class that was decided, float64 (n, classes)."""
        flat = np.ravel(np.asarray(answer))
        comparable = flat.astype(str) if flat.dtype.kind == "O" else flat
        kinds, which = np.unique(comparable, return_inverse=True)
        names = [label_text(one) for one in kinds.tolist()]
        place = {name: at for at, name in enumerate(self.signature.classes)}
        strange = sorted(set(names) - place.keys())
        if len(flat) != n or strange:
            what = f"{len(flat)} decisions for {n} rows" if len(flat) != n else strange[0]
            raise InputError(
                f"predict returned {what}", hint="it must return one of the classes a row"
            )
        decided = np.zeros((n, len(place)))
        decided[np.arange(n), np.array([place[one] for one in names])[which]] = 1.0
        return decided


def _classes(
    estimator: Any, classes: Sequence[object] | None, positive: object | None, asked: Asked
) -> tuple[tuple[str, ...], str | None]:
    """The names of the classes, and the positive one of two."""
    if asked == "number":
        return (), None
    known = getattr(estimator, "classes_", None) if classes is None else classes
    names = ("0", "1") if known is None else tuple(label_text(one) for one in known)
    if asked == "labels" or (asked == "decisions" and positive is None):
        return names, None
    chosen = names[-1] if positive is None else label_text(positive)
    if len(names) < 2 or chosen not in names or (len(names) > 2 and positive is not None):
        raise InputError(
            f"the estimator's classes are {', '.join(names)}, the positive one {chosen}",
            hint="give a classifier of at least two classes; of two, one may be called positive",
        )
    return names, chosen if len(names) == 2 else None


def adapter(sample: Any) -> tuple[pl.DataFrame, Callable[[pl.DataFrame], Any]]:
    """Return the sample as a polars frame, and how to turn such a frame back into its type.

    Raises:
        InputError: it is neither a polars or pandas frame nor a matrix.
    """
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


def _numbers(answer: Any, n: int) -> np.ndarray:
    found = np.asarray(answer)
    if found.shape == (n,):
        found = found[:, None]
    return _shaped(found, (n, 1), "predict", "a number a row")


def _of_labels(estimator: Any, given: Any, shape: tuple[int, int]) -> np.ndarray:
    """The probability of each label; where there are none, 0 and 1 as `predict` says.

    scikit-learn's estimators of several outputs return one array (rows, 2) a label.
    """
    if not callable(getattr(estimator, "predict_proba", None)):
        found = estimator.predict(given)
    else:
        found = estimator.predict_proba(given)
        if isinstance(found, list):
            found = np.stack([_second(one) for one in found], axis=1)
    return _shaped(found, shape, "the estimator", "a probability a label, shape (rows, labels)")


def _second(answer: Any) -> np.ndarray:
    """The probability that a label is there, of an output with the classes 0 and 1."""
    found = np.asarray(answer)
    if found.ndim != 2 or found.shape[1] != 2:
        raise InputError(
            f"an output has the shape {found.shape}",
            hint="each label needs two classes, absent and present, among the rows of training",
        )
    return found[:, 1]


def _shaped(answer: Any, shape: tuple[int, int], name: str, wanted: str) -> np.ndarray:
    found = answer.toarray() if hasattr(answer, "toarray") else np.asarray(answer)
    if found.shape != shape or found.dtype.kind not in "fiub":
        raise InputError(
            f"{name} returned shape {found.shape} for {shape[0]} rows",
            hint=f"it must return {wanted}: {shape}",
        )
    return np.asarray(found.astype(np.float64))
