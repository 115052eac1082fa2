"""What the answers of a model from elsewhere mean: probabilities, logits, decisions, estimates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from proofstone.core.errors import InputError
from proofstone.models.contract import Output
from proofstone.models.rows import Rows

_OFF = 1e-3
_TRUTHS = {"True": "true", "False": "false"}
"""What NumPy calls truth values, and what tables call them."""


@dataclass(frozen=True)
class Reading:
    """How answers become what a signature says of them.

    Of two classes, one number a row is the probability (or, with `logits`, the logit) of
    `positive`, which is the last class unless named. Labels that were decided become probability
    1. With `logits`, a softmax is taken of classes and a sigmoid of labels. `told` is how many
    numbers a row has in the answers, where that is known: another number is refused.
    """

    output: Output
    classes: tuple[str, ...] = ()
    positive: str | None = None
    logits: bool = False
    told: int | None = None

    @property
    def width(self) -> int:
        """How many numbers a row has."""
        return max(1, len(self.classes))

    def of(self, found: np.ndarray, n: int, name: str) -> np.ndarray:
        """Return answers `found` for `n` rows as float64, shape (n, width); `name` is the model's.

        Numbers are taken as they are: not finite, not summing to one.

        Raises:
            InputError: they are of another shape, or a decided label is none of the classes.
        """
        if self.told is not None and self.told != numbers_a_row(found):
            raise InputError(
                f"{name}: answers of shape {found.shape} for {n} rows, where it answered "
                f"{self.told} a row before",
                hint="see whether it is the same model all along",
            )
        flat = found[:, 0] if found.ndim == 2 and found.shape[1] == 1 else found
        if flat.ndim == 1 and len(flat) == n and not _is_float(flat) and self.output != "number":
            return self._decided(flat, name)
        if found.dtype.kind not in "fiub":
            raise InputError(f"{name}: answers no numbers", hint="name another of its outputs")
        values = np.asarray(found, dtype=np.float64)
        if flat.ndim == 1 and len(flat) == n:
            if self.output == "probabilities" and len(self.classes) == 2:
                return self._both(np.asarray(flat, dtype=np.float64))
            values = np.asarray(flat, dtype=np.float64)[:, None]
        if values.shape != (n, self.width):
            wanted = f"{self.width} a row" + f": {', '.join(self.classes[:10])}" * bool(
                self.classes
            )
            raise InputError(
                f"{name}: answers of shape {found.shape} for {n} rows, where there should be "
                f"{wanted}",
                hint="name the classes in the model's order, or another of its outputs",
            )
        if not self.logits or self.output == "number":
            return values
        return _sigmoid(values) if self.output == "labels" else _softmax(values)

    def check(self, found: np.ndarray, rows: Rows, name: str) -> None:
        """Raise unless the answers to `rows`, a sample, can be what this reading takes them for.

        Raises:
            InputError: as `of`; or none of them are probabilities, as it is with logits.
        """
        values = self.of(found, len(rows), name)
        whole = np.isfinite(values).all(axis=1)
        if self.output == "number" or not whole.any():
            return
        bad = np.asarray(((values < -_OFF) | (values > 1 + _OFF)).any(axis=1))
        if self.output == "probabilities":
            bad |= np.abs(values.sum(axis=1) - 1) > _OFF
        if bad[whole].mean() <= 0.5:
            return
        row = int(np.flatnonzero(bad & whole)[0])
        told = np.array2string(np.atleast_1d(found[row]), precision=4, separator=", ")
        raise InputError(
            f"{name}: answers {told} for row {rows.origin[row]}, which are no probabilities",
            hint="where they are logits, say so (--logits); where it estimates a number, "
            "--task number",
        )

    def _both(self, one: np.ndarray) -> np.ndarray:
        probability = _sigmoid(one) if self.logits else one
        pair = np.stack([1.0 - probability, probability], axis=1)
        return pair[:, ::-1] if self.positive == self.classes[0] else pair

    def _decided(self, found: np.ndarray, name: str) -> np.ndarray:
        place = {one: at for at, one in enumerate(self.classes)}
        names, which = np.unique(found.astype(str), return_inverse=True)
        told = [one if one in place else _TRUTHS.get(one, one) for one in names.tolist()]
        strange = sorted(set(told) - place.keys())
        if strange:
            raise InputError(
                f"{name}: decided for {strange[0][:40]!r}, which is none of "
                f"{', '.join(self.classes[:10])}",
                hint="the label column must hold the labels that the model answers",
            )
        decided = np.zeros((len(found), len(place)))
        decided[np.arange(len(found)), np.array([place[one] for one in told])[which]] = 1.0
        return decided


def numbers_a_row(found: np.ndarray) -> int:
    """How many numbers, or labels, answers have for each row."""
    return int(found.shape[1]) if found.ndim == 2 else 1


def label_text(label: object) -> str:
    """A label as tables spell it: truth values `true` and `false`, 1.0 as `1`.

    >>> [label_text(one) for one in (True, 1.0, 0.5, "a")]
    ['true', '1', '0.5', 'a']
    """
    if isinstance(label, bool | np.bool_):
        return str(bool(label)).lower()
    if isinstance(label, float | np.floating) and float(label).is_integer():
        return str(int(label))
    return str(label)


def _is_float(values: np.ndarray) -> bool:
    return values.dtype.kind == "f"


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * values)))


def _softmax(values: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        raised = np.exp(values - values.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))
