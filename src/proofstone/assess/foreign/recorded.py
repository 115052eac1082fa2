"""Recorded predictions of each kind of task, as a case and the model that replays them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.foreign.columns import (
    STRANGE,
    fitted,
    read_numbers,
    read_relevance,
    read_truths,
)
from proofstone.assess.foreign.kind import Found
from proofstone.assess.labels import column, complete, grouped, read_groups, read_scores, texts
from proofstone.assess.usable import Fault, Refuse, Sieve, more, strictly
from proofstone.checks.cases import Case, ClassesCase, LabelsCase, NumberCase, RankingCase
from proofstone.core.errors import DataError
from proofstone.core.i18n import message
from proofstone.models.contract import Feature, Output, Signature
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows

MOST_CLASSES = 1000
"""More different labels than this are no classes."""

_UNDECIDED = message(
    "{bad} of {rows} rows have no decision, and were left out; "
    "no gate opens on the rest (column {column}, row {places})"
)
_SUMS = message(
    "{bad} of {rows} rows have scores of classes that do not sum to one, and were left out; "
    "no gate opens on the rest (column {column}, row {places})"
)
_NO_QUERY = message(
    "{bad} of {rows} rows have no query, and were left out; "
    "no gate opens on the rest (column {column}, row {places})"
)

_AWAY = 0.02
"""How far scores of a row may sum from one: rounding to two places, some of them."""


@dataclass(frozen=True)
class About:
    """What holds for a case of any kind: protected columns, cut-off, levels."""

    protected: Mapping[str, np.ndarray] = field(default_factory=dict)
    threshold: float = 0.5
    level: float = 0.95
    levels: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Answered:
    """What was read for a kind of task: `target` and `answers`, of one entry a row; the rest.

    `made` makes the case of them; `classes` are those of the answers.
    """

    made: Callable[..., Case]
    target: np.ndarray
    answers: np.ndarray
    output: Output
    classes: tuple[str, ...] = ()
    query: np.ndarray | None = None

    def of(self, shared: Mapping[str, Any], sieve: Sieve) -> Case:
        """The case of the rows that can be used."""
        asked = {} if self.query is None else {"query": sieve.kept(self.query)}
        return self.made(target=sieve.kept(self.target), **asked, **shared)


def recorded_case(
    frame: pl.DataFrame, found: Found, about: About, sieve: Sieve
) -> tuple[Case, Recorded]:
    """Return the case and the replaying model of any kind of task but decisions.

    Columns that are neither label, score nor query are the inputs. Rows that cannot be used are
    left out, and noted in `sieve`.

    Raises:
        DataError: no row can be used, or columns do not fit; the message names column and row.
    """
    named = {*found.labels.values(), *found.scores.values(), *filter(None, [found.query])}
    makers = {"classes": _classes, "labels": _labels, "number": _number, "ranking": _ranking}
    read = makers[found.kind](frame, found, about, sieve.refuse)
    rows = kept_rows(inputs(frame.drop(named)), sieve)
    protected = {name: sieve.kept(groups) for name, groups in about.protected.items()}
    shared = {"rows": rows, "protected": protected, "level": about.level, "levels": about.levels}
    signature = Signature(features(rows.frame), read.output, read.classes)
    return read.of(shared, sieve), Recorded(rows, sieve.kept(read.answers), signature)


def kept_rows(frame: pl.DataFrame, sieve: Sieve) -> Rows:
    """The rows that can be used, each its own origin in the file."""
    rows = Rows.of(frame)
    return rows if sieve.whole else rows.take(sieve.usable)


def inputs(frame: pl.DataFrame) -> pl.DataFrame:
    """The columns that hold single values; where there are none, the number of each row."""
    plain = [name for name, kind in frame.schema.items() if not kind.is_nested()]
    height = frame.height
    return frame.select(plain) if plain else pl.DataFrame({"row": np.arange(height)})


def people(frame: pl.DataFrame, protected: Any) -> dict[str, np.ndarray]:
    """The groups of each protected column."""
    return {name: read_groups(column(frame, name)) for name in dict.fromkeys(protected)}


def features(frame: pl.DataFrame) -> tuple[Feature, ...]:
    """The inputs as a signature has them."""
    return tuple(
        Feature(name, "number" if kind.is_numeric() else "category")
        for name, kind in frame.schema.items()
    )


def _classes(frame: pl.DataFrame, found: Found, about: About, refuse: Refuse) -> Answered:
    (label,) = found.labels.values()
    told = complete(frame[label], refuse)
    known = told.drop_nulls().unique().to_list()
    if len(found.scores) == 1:
        (score,) = found.scores.values()
        given = complete(frame[score], refuse, _UNDECIDED)
        classes = tuple(sorted({*known, *given.drop_nulls().unique()}))
        _few(label, classes)
        if not given.is_in(known).any():
            raise DataError(
                f"column {score}: holds none of the labels of column {label}",
                hint=f"decided labels are wanted, such as {known[0]!r}, or a score for each class",
            )
        places = _places(given, classes)
        answers = np.zeros((len(told), len(classes)))
        answers[np.arange(len(told)), places] = 1.0
        target = _places(told, classes)
    else:
        scores = fitted(found.scores, known)
        classes = tuple(scores)
        _few(label, classes)
        target = _places(told, classes, refuse)
        each = [read_scores(frame[one], refuse) for one in scores.values()]
        answers = _normal(np.stack(each, axis=1), tuple(scores.values()), refuse)
    if len(classes) < 2:
        raise DataError(
            f"column {label}: all {len(told)} labels and decisions are {classes[0]!r}",
            hint="two classes are needed at least",
        )
    made = partial(ClassesCase, classes=classes)
    return Answered(made, target, answers, "probabilities", classes)


def _few(label: str, classes: tuple[str, ...]) -> None:
    if len(classes) > MOST_CLASSES:
        raise DataError(
            f"column {label}: {len(classes)} different labels are too many for classes",
            hint=f"at most {MOST_CLASSES}; where labels are numbers, the task is number",
        )


def _places(series: pl.Series, classes: tuple[str, ...], refuse: Refuse = strictly) -> np.ndarray:
    """The place of each label in `classes`, int64 (n,); 0 for one that cannot be used."""
    place = {name: at for at, name in enumerate(classes)}
    codes = series.replace_strict(place, default=-1, return_dtype=pl.Int64)
    strange = (series.is_not_null() & (codes < 0)).to_numpy()
    if strange.any():
        hint = f"the score columns are of {', '.join(classes[:10])}"
        refuse(
            Fault(
                series.name,
                strange,
                STRANGE,
                lambda at: f"there is no score column for {series[at]!r}",
                hint,
            )
        )
    return np.asarray(codes.fill_null(0).clip(0).to_numpy())


def _normal(answers: np.ndarray, columns: tuple[str, ...], refuse: Refuse) -> np.ndarray:
    """Scores that sum to one; what rounding left over is shared out."""
    sums = answers.sum(axis=1)
    odd = np.abs(sums - 1.0) > _AWAY
    if odd.any():
        others = more(odd, "nor do those of")

        def told(at: int) -> str:
            return f"the scores of its classes sum to {sums[at]:.4g}, not to 1{others}"

        hint = "give probabilities; where a row may have several labels, the task is labels"
        refuse(Fault(", ".join(columns[:3]), odd, _SUMS, told, hint, across=True))
    sums[odd] = 1.0
    return np.asarray(answers / sums[:, None])


def _labels(frame: pl.DataFrame, found: Found, about: About, refuse: Refuse) -> Answered:
    target = [read_truths(frame[one], refuse) for one in found.labels.values()]
    answers = [read_scores(frame[one], refuse) for one in found.scores.values()]
    labels = tuple(found.labels)
    made = partial(LabelsCase, labels=labels, threshold=np.full(len(labels), about.threshold))
    return Answered(made, np.stack(target, axis=1), np.stack(answers, axis=1), "labels", labels)


def _number(frame: pl.DataFrame, found: Found, about: About, refuse: Refuse) -> Answered:
    (label,), (score,) = found.labels.values(), found.scores.values()
    complete(frame[label], refuse)
    target = read_numbers(frame[label], "the true number", refuse=refuse)
    estimate = read_numbers(frame[score], "the estimate", refuse=refuse)
    return Answered(NumberCase, target, estimate, "number")


def _ranking(frame: pl.DataFrame, found: Found, about: About, refuse: Refuse) -> Answered:
    (label,), (score,) = found.labels.values(), found.scores.values()
    complete(frame[label], refuse)
    target = read_relevance(frame[label], refuse=refuse)
    query = queries(frame[str(found.query)], refuse=refuse)
    scores = read_numbers(frame[score], "the score", refuse=refuse)
    return Answered(RankingCase, target, scores, "number", query=query)


def queries(
    series: pl.Series, origin: np.ndarray | None = None, refuse: Refuse = strictly
) -> np.ndarray:
    """The number of each row's query, int64 (n,); `origin` says which row of the file each is.

    Raises:
        DataError: what `refuse` raises where a row has none.
    """
    found = texts(series)
    if found.has_nulls():
        hint = "say which query each row is of"
        bad = found.is_null().to_numpy()
        refuse(Fault(series.name, bad, _NO_QUERY, lambda at: "has no query", hint, origin))
    return grouped(found.to_numpy()).codes
