"""Assessments of a live model, whatever it is and wherever it runs, on a table with labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from proofstone.assess.foreign.columns import read_numbers
from proofstone.assess.foreign.recorded import people, queries
from proofstone.assess.labels import column, read_labels, texts
from proofstone.assess.predictions import Assessed, cut_off, decision_case
from proofstone.assess.remembered import Remembered
from proofstone.checks.cases import Case, ClassesCase, LabelsCase, NumberCase, RankingCase
from proofstone.checks.memory import never
from proofstone.checks.oracle import Oracle
from proofstone.checks.probe import Probe
from proofstone.core.errors import DataError, InputError
from proofstone.core.finding import Finding, Verdict
from proofstone.core.i18n import message
from proofstone.core.project.known import Kind
from proofstone.core.step import Recall
from proofstone.models.contract import Model, Signature
from proofstone.models.rows import Rows

_BACKGROUND = 200


@dataclass(frozen=True, eq=False)
class Table:
    """Rows with their labels: those without any are left out, and counted.

    `labels` and `protected` name columns; `query` says what is ranked together.
    """

    frame: pl.DataFrame
    labels: tuple[str, ...]
    protected: tuple[str, ...] = ()
    query: str | None = None
    unlabelled: int = 0

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
        names = tuple(label) if not isinstance(label, str) else _split(label, frame)
        if not names:
            raise DataError("no label column is named", hint="name it (--label y)")
        for name in (*names, *protected, *filter(None, [query])):
            column(frame, name)
        known = np.logical_and.reduce(
            [texts(frame[name]).is_not_null().to_numpy() for name in names]
        )
        if not known.any():
            raise DataError(
                f"column {', '.join(names)}: no row has a label", hint="fill the labels in"
            )
        kept = frame.filter(pl.Series(known))
        unlabelled = frame.height - kept.height
        return cls(kept, names, tuple(dict.fromkeys(protected)), query, unlabelled)

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
        InputError: it answers in text.
    """
    if signature.output == "text":
        raise InputError("the model answers in text", hint="ask it questions, not rows of a table")
    if signature.output == "number":
        return "number" if query is None else "ranking"
    if signature.output == "labels":
        return "labels"
    return "classes" if signature.positive is None else "decision"


def assess_asked(
    model: Model, table: Table, probes: Sequence[Probe], terms: Terms = Terms()
) -> Assessed:
    """Assess a model on rows that it has not seen; what it is asked for its signature says.

    Attributions compare with at most 200 of these rows, as training rows are not at hand; nothing
    is known of which changes of a row a person could make. Rows without a label are left out, and
    a finding says how many.

    Raises:
        DataError: a column is absent, or labels are none of the model's, or all of one class.
        InputError: the threshold is not between 0 and 1, or the model answers in text.
    """
    case, cut = asked_case(model, table, terms)
    oracle = Oracle(model, terms.recall, cancelled=terms.cancelled)
    findings = oracle.run(probes, case, seed=terms.seed, progress=terms.progress)
    if table.unlabelled:
        findings.append(_left_out(table))
    kind, positive = kind_asked(model.signature, table.query), model.signature.positive or ""
    return Assessed(case, cut, positive, findings, kind, table.label, table.protected)


def asked_case(model: Model, table: Table, terms: Terms = Terms()) -> tuple[Case, float | None]:
    """Return the case that an assessment of `model` on `table` is about, and its one threshold.

    Raises:
        DataError, InputError: as `assess_asked`.
    """
    kind = kind_asked(model.signature, table.query)
    for feature in model.signature.inputs:
        column(table.frame, feature.name)
    frame = table.frame.select(feature.name for feature in model.signature.inputs)
    asked = model
    if getattr(model, "costly", False):
        asked = Remembered(model, terms.recall, terms.cancelled)
    shared = _Shared(Rows.of(frame), people(table.frame, table.protected), asked, terms)
    makers = {
        "decision": _decision, "classes": _classes, "labels": _labels,
        "number": _number, "ranking": _ranking,
    }  # fmt: skip
    return makers[kind](table, shared)


@dataclass(frozen=True, eq=False)
class _Shared:
    """What every case is made of."""

    rows: Rows
    protected: Mapping[str, np.ndarray]
    model: Model
    terms: Terms

    def keywords(self) -> dict[str, object]:
        """As a case takes it."""
        terms = self.terms
        return {
            "rows": self.rows, "protected": self.protected, "model": self.model,
            "level": terms.level, "levels": terms.levels,
        }  # fmt: skip


def _decision(table: Table, shared: _Shared) -> tuple[Case, float | None]:
    signature, terms, rows = shared.model.signature, shared.terms, shared.rows
    told = _known(table.frame[table.labels[0]], signature.classes)
    target = read_labels(told, signature.positive).target
    if isinstance(terms.threshold, np.ndarray):
        cut, each = None, terms.threshold
    else:
        cut = cut_off(terms.threshold)
        each = np.full(len(rows), cut)
    case = decision_case(rows, target, 0.5, shared.protected, terms.level, terms.levels)
    kept = np.linspace(0, len(rows) - 1, min(_BACKGROUND, len(rows))).astype(np.int64)
    whole = replace(
        case,
        threshold=each,
        positive=signature.classes.index(str(signature.positive)),
        model=shared.model,
        background=rows.take(kept),
    )
    return whole, cut


def _classes(table: Table, shared: _Shared) -> tuple[Case, float | None]:
    classes = shared.model.signature.classes
    told = _known(table.frame[table.labels[0]], classes)
    place = {name: at for at, name in enumerate(classes)}
    target = told.replace_strict(place, return_dtype=pl.Int64).to_numpy()
    return ClassesCase(target=target, classes=classes, **shared.keywords()), None  # type: ignore[arg-type]


def _labels(table: Table, shared: _Shared) -> tuple[Case, float | None]:
    names = shared.model.signature.classes
    columns = [read_numbers(table.frame[one], "0 or 1") for one in table.labels]
    target = np.stack(columns, axis=1)
    odd = np.argwhere((target != 0) & (target != 1))
    if len(odd):
        row, at = odd[0]
        raise DataError(
            f"column {table.labels[at]}, row {row}: {target[row, at]:g} is neither 0 nor 1",
            hint="a label column says with 1 or 0 whether a row has the label",
        )
    threshold = shared.terms.threshold
    cut = cut_off(None if isinstance(threshold, np.ndarray) else threshold)
    each = np.full(len(names), cut)
    case = LabelsCase(target=target == 1, labels=names, threshold=each, **shared.keywords())  # type: ignore[arg-type]
    return case, cut


def _number(table: Table, shared: _Shared) -> tuple[Case, float | None]:
    target = read_numbers(table.frame[table.labels[0]], "the true number")
    return NumberCase(target=target, **shared.keywords()), None  # type: ignore[arg-type]


def _ranking(table: Table, shared: _Shared) -> tuple[Case, float | None]:
    target = read_numbers(table.frame[table.labels[0]], "the relevance")
    if (target < 0).any():
        row = int((target < 0).argmax())
        raise DataError(
            f"column {table.labels[0]}, row {row}: the relevance {target[row]:g} is below 0",
            hint="relevance starts at 0, which says: not relevant",
        )
    query = queries(table.frame[str(table.query)])
    return RankingCase(target=target, query=query, **shared.keywords()), None  # type: ignore[arg-type]


def _split(label: str, frame: pl.DataFrame) -> tuple[str, ...]:
    if label in frame.columns:
        return (label,)
    return tuple(one.strip() for one in label.split(",") if one.strip())


def _known(series: pl.Series, classes: tuple[str, ...]) -> pl.Series:
    """The labels as texts, all of them classes of the model."""
    told = texts(series)
    strange = ~told.is_in(list(classes))
    if strange.any():
        row = int(strange.arg_max() or 0)
        raise DataError(
            f"column {series.name}, row {row}: {told[row]!r} is no class of the model",
            hint=f"its classes are {', '.join(classes[:10])}; name them in its order (--classes)",
        )
    return told


def _left_out(table: Table) -> Finding:
    reason = message("{missing} of {rows} rows have no label, and were left out").format(
        missing=table.unlabelled, rows=table.frame.height + table.unlabelled
    )
    return Finding(
        probe="labels",
        metric="unlabelled_rows",
        verdict=Verdict.NOT_RUN,
        n=table.unlabelled,
        reason=reason,
    )
