"""Cases: what an assessment is about, one kind for each kind of task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from proofstone.checks.shadows import Shadows
from proofstone.models.constraints import Constraints
from proofstone.models.contract import Model
from proofstone.models.retrieval.passage import Passage
from proofstone.models.rows import Rows


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
    `background` are training rows for attributions. `constraints` say which changes of a row a
    person could make; `shadows` are models fitted on parts of these rows by the same procedure.
    """

    target: np.ndarray
    threshold: np.ndarray
    protected: Mapping[str, np.ndarray] = field(default_factory=dict)
    positive: int = 1
    background: Rows | None = None
    constraints: Constraints = field(default_factory=Constraints)
    shadows: Shadows | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class ClassesCase(Case):
    """Rows that each belong to one of several classes.

    `target` (int64, shape (n,)) is the place of the right class in `classes`. The model answers
    probabilities of shape (n, len(classes)) in that order; the most probable class is decided.
    """

    target: np.ndarray
    classes: tuple[str, ...]
    protected: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelsCase(Case):
    """Rows that each carry any number of labels (multi-label).

    `target` (bool, shape (n, len(labels))) says which; the model answers one probability a label,
    of the same shape, and a label is decided where it reaches its `threshold`, shape (labels,).
    """

    target: np.ndarray
    labels: tuple[str, ...]
    threshold: np.ndarray
    protected: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class NumberCase(Case):
    """Rows with a number that is estimated (regression): `target` is float64, shape (n,).

    The model answers estimates of shape (n, 1).
    """

    target: np.ndarray
    protected: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class RankingCase(Case):
    """Items that are ranked within queries, best score first.

    `target` (float64, shape (n,), at least 0) is the relevance of each item, `query` (int64,
    shape (n,)) the query that it belongs to. The model answers scores of shape (n, 1).
    """

    target: np.ndarray
    query: np.ndarray
    protected: Mapping[str, np.ndarray] = field(default_factory=dict)


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


RowCase = DecisionCase | ClassesCase | LabelsCase | NumberCase | RankingCase
"""A case about rows of a table; each may have protected columns."""

ROW_CASES = (DecisionCase, ClassesCase, LabelsCase, NumberCase, RankingCase)
"""The kinds of case about rows of a table, as a probe declares what it is about."""
