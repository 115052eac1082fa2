"""Models that answer by a formula and remember what they were asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from proofstone.models.contract import Feature, Generate, Operation, Predict, Signature
from proofstone.models.rows import Rows


def by_x(rows: Rows) -> np.ndarray:
    score = 1 / (1 + np.exp(-rows.frame["x"].to_numpy()))
    return np.stack([1 - score, score], axis=1)


SIGNATURE = Signature((Feature("x", "number"),), "probabilities", ("no", "yes"), "yes")


@dataclass
class Asked:
    """Answers `Predict` by `formula`, or `Generate` by echoing the prompt."""

    formula: Callable[[Rows], np.ndarray] = by_x
    by_origin: bool = False
    batch_size: int = 4
    operations: frozenset[type[Operation]] = frozenset({Predict, Generate})
    calls: list[tuple[Operation, int, pl.DataFrame]] = field(default_factory=list)
    id: str = "asked"
    signature: Signature = SIGNATURE

    def answer(self, operation: Operation, rows: Rows, draw: int = 0) -> np.ndarray:
        self.calls.append((operation, draw, rows.frame))
        if isinstance(operation, Generate):
            return np.array([f"re: {text}" for text in rows.frame["prompt"]], dtype=object)
        return self.formula(rows)

    @property
    def asked(self) -> int:
        return sum(frame.height for _, _, frame in self.calls)


def numbers(*values: float) -> Rows:
    return Rows.of(pl.DataFrame({"x": values}, schema={"x": pl.Float64}, strict=False))
