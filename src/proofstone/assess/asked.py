"""Assessments of a live model, whatever it is and wherever it runs, on a table with labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.answerable import run_answerable, without
from proofstone.assess.foreign.columns import (
    labelled,
    named,
    read_classes,
    read_flags,
    read_numbers,
    read_relevance,
    read_target,
)
from proofstone.assess.foreign.recorded import people, queries
from proofstone.assess.labels import column
from proofstone.assess.predictions import (
    Assessed,
    compared,
    cut_off,
    decision_case,
    refuse_unread,
)
from proofstone.assess.usable import Refuse, Sieve
from proofstone.checks.cases import Case, ClassesCase, LabelsCase, NumberCase, RankingCase
from proofstone.checks.memory import never
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.errors import DataError, InputError
from proofstone.core.project.known import Kind
from proofstone.core.step import Recall
from proofstone.models.contract import Model, Signature
from proofstone.models.rows import Rows


@dataclass(frozen=True, eq=False)
class Table:
    """Rows with their labels: those without any are left out, and counted.

    `labels` and `protected` name columns; `query` says what is ranked together. `origin`, shape
    (n,), says which row of the file each row is.
    """

    frame: pl.DataFrame
    labels: tuple[str, ...]
    protected: tuple[str, ...]
    query: str | None
    unlabelled: int
    origin: np.ndarray

    @classmethod
    def of(
        cls,
        frame: pl.DataFrame,
        label: str | Sequence[str],
        *,
        protected: Sequence[str] = (),
        query: str | None = None,
    ) -> Table:
        """Read the table; `label` is a column, several, or several with commas between them.

        Raises:
            DataError: a column is absent, or no row has a label.
        """
        if isinstance(label, str):
            label = [*named(frame, label).values()] if label.strip() else []
        names = tuple(label)
        if not names:
            raise DataError("no label column is named", hint="name it (--label y)")
        for name in (*names, *protected, *filter(None, [query])):
            column(frame, name)
        known = labelled([frame[name] for name in names])
        kept = frame.filter(pl.Series(known))
        unlabelled, people = frame.height - kept.height, tuple(dict.fromkeys(protected))
        return cls(kept, names, people, query, unlabelled, np.flatnonzero(known))

    def rows(self, names: Iterable[str], most: int | None = None) -> Rows:
        """The first rows (all unless `most` is given) of the columns `names`, as a model's."""
        return Rows(self.frame.select(names).head(most or self.frame.height), self.origin[:most])

    def sieve(self) -> Sieve:
        """What notes the rows of the file that cannot be used: those without a label, to begin."""
        sieve = Sieve(self.frame.height + self.unlabelled)
        sieve.lacking(np.delete(np.arange(len(sieve.usable)), self.origin), self.labels)
        return sieve

    @property
    def candidates(self) -> list[str]:
        """The columns that may be inputs: single values, neither label nor query."""
        out = {*self.labels, self.query}
        return [
            name
            for name, kind in self.frame.schema.items()
            if name not in out and not kind.is_nested()
        ]

    @property
    def label(self) -> str:
        """The label's column, or all of them."""
        return ", ".join(self.labels)


@dataclass(frozen=True)
class Terms:
    """How to assess: levels of intervals, the cut-off, the seed, and what is kept between runs.

    `threshold` is a probability, or that of each row, shape (n,).
    """

    threshold: float | np.ndarray | None = None
    level: float = 0.95
    levels: Mapping[tuple[str, str], float] = field(default_factory=dict)
    seed: int = 0
    recall: Recall | None = None
    cancelled: Callable[[], bool] = never
    progress: Callable[[str], None] = lambda note: None


def kind_asked(signature: Signature, query: str | None) -> Kind:
    """Return the kind of task of a model with this signature.

    Raises:
        InputError: it answers in text, or a query is named and it does not rank.
    """
    if signature.output == "text":
        raise InputError("the model answers in text", hint="ask it questions, not rows of a table")
    if signature.output == "number":
        return "number" if query is None else "ranking"
    kind: Kind = "classes" if signature.positive is None else "decision"
    if signature.output == "labels":
        kind = "labels"
    refuse_unread(kind, query=query)
    return kind


def assess_asked(
    model: Model, table: Table, probes: Sequence[Probe], terms: Terms = Terms()
) -> Assessed:
    """Assess a model on rows that it has not seen; what it is asked for its signature says.

    Attributions compare with at most 200 of these rows, as training rows are not at hand; nothing
    is known of which changes of a row a person could make. Rows without a label are left out, and
    a finding says how many.

    So are rows whose label or answer cannot be used: what is measured on the others is then
    inconclusive.

    Raises:
        DataError: a column is absent, no label is the model's, or all are of one class.
        InputError: the threshold is not between 0 and 1, threshold or query is given where the
            task knows no such thing, or the model answers in text.
    """
    sieve = table.sieve()
    case, cut = asked_case(model, table, terms, sieve)
    oracle = Oracle(model, terms.recall, cancelled=terms.cancelled)
    findings = run_answerable(oracle, probes, case, seed=terms.seed, progress=terms.progress)
    findings = sieve.told(findings)
    kind, positive = kind_asked(model.signature, table.query), model.signature.positive or ""
    return Assessed(case, cut, positive, findings, kind, table.label, table.protected)


def asked_case(
    model: Model, table: Table, terms: Terms = Terms(), sieve: Sieve | None = None
) -> tuple[Case, float | None]:
    """Return the case that an assessment of `model` on `table` is about, and its one threshold.

    Rows whose label is none of the model's are left out, and noted in `sieve`.

    Raises:
        DataError, InputError: as `assess_asked`.
    """
    kind = kind_asked(model.signature, table.query)
    refuse_unread(kind, threshold=terms.threshold)
    for feature in model.signature.inputs:
        column(table.frame, feature.name)
    rows = table.rows([feature.name for feature in model.signature.inputs])
    sieve = sieve or table.sieve()
    shared = _Shared(rows, people(table.frame, table.protected), model, terms, sieve)
    makers = {
        "decision": _decision, "classes": _classes, "labels": _labels,
        "number": _number, "ranking": _ranking,
    }  # fmt: skip
    case, cut = makers[kind](table, shared)
    usable = sieve.usable[table.origin]
    return case if usable.all() else without(case, ~usable), cut


@dataclass(frozen=True, eq=False)
class _Shared:
    """What every case is made of."""

    rows: Rows
    protected: Mapping[str, np.ndarray]
    model: Model
    terms: Terms
    sieve: Sieve

    @property
    def refuse(self) -> Refuse:
        """Notes the rows that cannot be used."""
        return self.sieve.refuse

    def keywords(self) -> dict[str, Any]:
        """As a case takes it."""
        terms = self.terms
        return {
            "rows": self.rows, "protected": self.protected, "model": self.model,
            "level": terms.level, "levels": terms.levels,
        }  # fmt: skip


def _decision(table: Table, shared: _Shared) -> tuple[Case, float | None]:
    signature, terms, rows = shared.model.signature, shared.terms, shared.rows
    target = read_target(table.frame[table.labels[0]], signature, table.origin, shared.sieve)
    if isinstance(terms.threshold, np.ndarray):
        cut, each = None, terms.threshold
    else:
        cut = cut_off(terms.threshold)
        each = np.full(len(rows), cut)
    case = decision_case(rows, target, 0.5, shared.protected, terms.level, terms.levels)
    whole = replace(
        case,
        threshold=each,
        positive=signature.classes.index(str(signature.positive)),
        model=shared.model,
        background=compared(rows),
    )
    return whole, cut


def _classes(table: Table, shared: _Shared) -> tuple[Case, float | None]:
    classes = shared.model.signature.classes
    told = read_classes(table.frame[table.labels[0]], classes, table.origin, shared.refuse)
    place = {name: at for at, name in enumerate(classes)}
    target = told.replace_strict(place, default=0, return_dtype=pl.Int64).to_numpy()
    return ClassesCase(target=target, classes=classes, **shared.keywords()), None


def _labels(table: Table, shared: _Shared) -> tuple[Case, float | None]:
    names = shared.model.signature.classes
    labels = [table.frame[one] for one in table.labels]
    target = read_flags(labels, table.origin, shared.refuse)
    threshold = shared.terms.threshold
    cut = cut_off(None if isinstance(threshold, np.ndarray) else threshold)
    each = np.full(len(names), cut)
    return LabelsCase(target=target, labels=names, threshold=each, **shared.keywords()), cut


def _number(table: Table, shared: _Shared) -> tuple[Case, float | None]:
    label = table.frame[table.labels[0]]
    target = read_numbers(label, "the true number", table.origin, shared.refuse)
    return NumberCase(target=target, **shared.keywords()), None


def _ranking(table: Table, shared: _Shared) -> tuple[Case, float | None]:
    target = read_relevance(table.frame[table.labels[0]], table.origin, shared.refuse)
    query = queries(table.frame[str(table.query)], table.origin, shared.refuse)
    return RankingCase(target=target, query=query, **shared.keywords()), None
