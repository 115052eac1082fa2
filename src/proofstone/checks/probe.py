"""Probes: generators that ask a model about rows and return findings."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from proofstone.core.finding import Finding
from proofstone.models.contract import Model, Operation
from proofstone.models.rows import Rows


@dataclass(frozen=True, eq=False)
class Ask:
    """A question to the model: these rows, this operation.

    `draw > 0` asks the same again on purpose. `keep=False` says that the answers need not be
    remembered after this turn.
    """

    rows: Rows
    operation: Operation
    draw: int = 0
    keep: bool = True


Questions = Ask | tuple[Ask, ...]
Probing = Generator[Any, Any, list[Finding]]
"""Yields an `Ask` (is sent one array of answers) or a tuple of them (is sent a tuple of arrays)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """What an assessment is about; all arrays have one entry a row, shape (n,).

    `target` is 1 where the label is the positive class. `threshold` is the decision threshold of
    each row (they differ between folds); `protected` gives each protected column's group names.
    `positive` is the column of a model's answers that `target` 1 stands for.
    `background` are training rows for attributions. `level` is the confidence level for
    findings that no gate judges; `levels` maps (metric, subject) to the corrected level.
    """

    rows: Rows
    target: np.ndarray
    threshold: np.ndarray
    protected: Mapping[str, np.ndarray] = field(default_factory=dict)
    positive: int = 1
    background: Rows | None = None
    model: Model | None = None
    evidence: Literal["procedure", "bytes"] = "bytes"
    level: float = 0.95
    levels: Mapping[tuple[str, str], float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def level_of(self, metric: str, subject: str = "all") -> float:
        """The confidence level that the interval of this finding must have."""
        return self.levels.get((metric, subject), self.level)


@dataclass(frozen=True)
class Probe:
    """A declared probe: a generator function, the operation that it needs, its bound of rows."""

    name: str
    function: Callable[[Case, np.random.Generator], Probing]
    needs: type[Operation]
    rows: Callable[[Case], int]
    family: str
    metrics: tuple[str, ...]

    @property
    def module(self) -> str:
        """The module that defines the probe."""
        return self.function.__module__


def probe(
    *,
    needs: type[Operation],
    rows: Callable[[Case], int],
    family: str,
    metrics: tuple[str, ...],
) -> Callable[[Callable[[Case, np.random.Generator], Probing]], Probe]:
    """Declare the decorated generator function as a probe, named as the function is.

    `rows` is an upper bound of the rows that it will ask for; `metrics` are the names of what its
    findings measure; `family` names the family of tests whose number its gated findings are
    corrected for.
    """

    def declare(function: Callable[[Case, np.random.Generator], Probing]) -> Probe:
        return Probe(function.__name__, function, needs, rows, family, metrics)

    return declare
