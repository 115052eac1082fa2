"""A torch module on a matrix of numbers, behind the Model contract: answers and gradients."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from proofstone.core.canonical import digest, digest_json
from proofstone.core.errors import InputError
from proofstone.core.extras import need
from proofstone.models.contract import (
    OTHER,
    RIGHT,
    Feature,
    Gradient,
    Operation,
    Predict,
    Signature,
)
from proofstone.models.errors import RowError
from proofstone.models.prepare.values import column, numbers
from proofstone.models.rows import Rows


class Differentiable:
    """Asks `module` for logits, shape (n, classes), of a matrix whose columns are `inputs`.

    One logit a row, shape (n,) or (n, 1), is that of the last of two classes. The module is put
    into evaluation mode; its parameters say in which precision it computes, and on which device.
    Missing values are refused. `positive` is the last class unless given.

    Raises:
        InputError: fewer than two classes, or `positive` is none of them.
        MissingExtra: torch is not installed.
    """

    operations: frozenset[type[Operation]] = frozenset({Predict, Gradient})
    by_origin = False
    batch_size = 4096

    def __init__(
        self,
        module: Any,
        inputs: Sequence[str],
        classes: Sequence[str],
        *,
        positive: str | None = None,
    ) -> None:
        self._torch = need("torch", "tune")
        chosen = positive if positive is not None else (classes[-1] if classes else "")
        if len(classes) < 2 or chosen not in classes:
            raise InputError(
                f"the classes are {', '.join(classes)}, the positive one {chosen}",
                hint="give at least two classes, and one of them as positive",
            )
        features = tuple(Feature(name, "number") for name in inputs)
        self.signature = Signature(features, "probabilities", tuple(classes), chosen)
        self._module = module.eval()

    @cached_property
    def id(self) -> str:
        """Digest of the module's code name, its state and the signature."""
        kind = type(self._module)
        state = {
            name: digest(self._bytes(value)) for name, value in self._module.state_dict().items()
        }
        named = [f"{kind.__module__}.{kind.__qualname__}", repr(self._module)]
        return digest_json([*named, state, self.signature.to_json()])

    def _bytes(self, value: Any) -> bytes:
        """A tensor's numbers as they are stored, also of types that numpy does not have."""
        flat = value.detach().cpu().contiguous().reshape(-1)
        return bytes(flat.view(self._torch.uint8).numpy().tobytes())

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        """Return probabilities, float64 (n, classes), or gradients, float64 (n, inputs).

        Raises:
            InputError: another operation, or logits of another shape.
            RowError: a column is absent, missing in a row, or no number.
        """
        matrix = self._matrix(rows)
        if isinstance(operation, Predict):
            with self._torch.no_grad():
                logits = self._logits(self._tensor(matrix))
                return np.asarray(self._torch.softmax(logits, dim=1).cpu().numpy())
        if isinstance(operation, Gradient):
            return self._gradient(operation, matrix, rows)
        raise InputError(f"a torch module does not answer {type(operation).__name__}")

    def _matrix(self, rows: Rows) -> np.ndarray:
        names = [one.name for one in self.signature.inputs]
        if set(names) <= set(rows.frame.columns):
            chosen = rows.frame.select(names)
            if set(chosen.dtypes) == {pl.Float64}:
                matrix = chosen.to_numpy()
                if np.isfinite(matrix).all():
                    return matrix
        matrix = np.stack([numbers(column(rows.frame, name)) for name in names], axis=1)
        gap = np.argwhere(np.isnan(matrix))
        if len(gap):
            row, place = gap[0]
            raise RowError(
                f"row {row}, field {names[place]}: is missing", hint=f"give {names[place]} a number"
            )
        return matrix

    def _tensor(self, matrix: np.ndarray) -> Any:
        first = next(self._module.parameters(), None)
        if first is None:
            return self._torch.tensor(matrix, dtype=self._torch.float64)
        return self._torch.tensor(matrix, dtype=first.dtype, device=first.device)

    def _logits(self, tensor: Any) -> Any:
        found = self._module(tensor).to(self._torch.float64)
        width = len(self.signature.classes)
        if width == 2 and found.shape in ((len(tensor),), (len(tensor), 1)):
            one = found.reshape(-1, 1)
            found = self._torch.cat([self._torch.zeros_like(one), one], dim=1)
        if tuple(found.shape) != (len(tensor), width):
            raise InputError(
                f"the module returned shape {tuple(found.shape)} for {len(tensor)} rows",
                hint=f"it must return logits of shape (rows, {width})",
            )
        return found

    def _gradient(self, operation: Gradient, matrix: np.ndarray, rows: Rows) -> np.ndarray:
        tensor = self._tensor(matrix).requires_grad_(True)
        logits = self._logits(tensor)
        right, other = (
            self._torch.tensor(
                column(rows.frame, name).to_numpy().astype(np.int64), device=logits.device
            )
            for name in (RIGHT, OTHER)
        )
        loss = _losses(self._torch, operation, logits, right, other).sum()
        (slope,) = self._torch.autograd.grad(loss, tensor)
        return np.asarray(slope.to(self._torch.float64).cpu().numpy())


def _losses(torch: Any, operation: Gradient, logits: Any, right: Any, other: Any) -> Any:
    """The loss of each row, shape (n,), as the operation defines it."""
    own = logits.gather(1, right[:, None]).squeeze(1)
    if operation.loss == "cross_entropy":
        return torch.logsumexp(logits, dim=1) - own
    best = logits.scatter(1, right[:, None], -torch.inf).max(dim=1).values
    given = logits.gather(1, other.clamp(min=0)[:, None]).squeeze(1)
    margin = torch.where(other >= 0, given, best) - own
    if operation.loss == "margin":
        return margin
    ranked = logits.sort(dim=1, descending=True).values
    third = ranked[:, min(2, ranked.shape[1] - 1)]
    fourth = ranked[:, min(3, ranked.shape[1] - 1)]
    floor = torch.where(other >= 0, (third + fourth) / 2, third)
    return margin / (ranked[:, 0] - floor + 1e-12)
