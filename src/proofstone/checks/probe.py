"""Probes: generators that ask a model about rows and return findings."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import numpy as np

from proofstone.core.finding import Finding
from proofstone.models.contract import Model, Operation
from proofstone.models.retrieval.passage import Passage
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
    """What an assessment is about, whatever kind of model answers.

    `level` is the confidence level for findings that no gate judges; `levels` maps (metric,
    subject) to the corrected level. `settings` are those of the project file, by probe.
    """

    rows: Rows
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


@dataclass(frozen=True, kw_only=True, eq=False)
class DecisionCase(Case):
    """Rows that a classifier decides about; all arrays have one entry a row, shape (n,).

    `target` is 1 where the label is the positive class. `threshold` is the decision threshold of
    each row (they differ between folds); `protected` gives each protected column's group names.
    `positive` is the column of a model's answers that `target` 1 stands for.
    `background` are training rows for attributions.
    """

    target: np.ndarray
    threshold: np.ndarray
    protected: Mapping[str, np.ndarray] = field(default_factory=dict)
    positive: int = 1
    background: Rows | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is known about one conversation of an assessment, and what a right reply would be.

    `accept` lists alternatives: a right answer holds at least one text of each. `sources` are the
    sections that answer it (`document#anchor`), `must_not` what a right answer never says.
    `topic` groups the languages of one question.
    """

    topic: str
    language: Literal["en", "zh"]
    kind: Literal["answerable", "unanswerable", "multi_turn", "adversarial"]
    expect: Literal["answer", "handover"]
    accept: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    reference: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class ConversationCase(Case):
    """Conversations that an assistant answers: `questions` has one entry a row.

    `passages` is the knowledge that the assistant answers from, by id.
    """

    questions: tuple[Question, ...]
    passages: Mapping[str, Passage] = field(default_factory=dict)


AnyCase = TypeVar("AnyCase", bound=Case)


@dataclass(frozen=True)
class Probe:
    """A declared probe: a generator function, the operation that it needs, its bound of rows."""

    name: str
    function: Callable[[Any, np.random.Generator], Probing]
    needs: type[Operation]
    rows: Callable[[Any], int]
    family: str
    metrics: tuple[str, ...]
    standards: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The module that defines the probe."""
        return self.function.__module__


def probe(
    *,
    needs: type[Operation],
    rows: Callable[[Any], int],
    family: str,
    metrics: tuple[str, ...],
    standards: tuple[str, ...] = (),
) -> Callable[[Callable[[AnyCase, np.random.Generator], Probing]], Probe]:
    """Declare the decorated generator function as a probe, named as the function is.

    `rows` is an upper bound of the rows that it will ask for; `metrics` are the names of what its
    findings measure; `family` names the family of tests whose number its gated findings are
    corrected for; `standards` are the entries of published lists that it is evidence about, such
    as `LLM01:2025` (OWASP Top 10 for LLM applications), which each of its findings carries.
    """

    def declare(function: Callable[[AnyCase, np.random.Generator], Probing]) -> Probe:
        return Probe(function.__name__, function, needs, rows, family, metrics, standards)

    return declare
