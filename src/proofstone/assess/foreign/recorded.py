"""Recorded predictions of each kind of task, as a case and the model that replays them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from proofstone.assess.foreign.columns import fitted, read_numbers, read_relevance, row_of
from proofstone.assess.foreign.kind import Found
from proofstone.assess.labels import column, grouped, read_groups, read_scores, texts
from proofstone.checks.cases import Case, ClassesCase, LabelsCase, NumberCase, RankingCase
from proofstone.core.errors import DataError
from proofstone.models.contract import Feature, Output, Signature
from proofstone.models.predictions import Recorded
from proofstone.models.rows import Rows

MOST_CLASSES = 1000
"""More different labels than this are no classes."""

_AWAY = 0.02
"""How far scores of a row may sum from one: rounding to two places, some of them."""


@dataclass(frozen=True)
class About:
    """What holds for a case of any kind: protected columns, cut-off, levels."""

    protected: Mapping[str, np.ndarray] = field(default_factory=dict)
    threshold: float = 0.5
    level: float = 0.95
    levels: Mapping[tuple[str, str], float] = field(default_factory=dict)


def recorded_case(frame: pl.DataFrame, found: Found, about: About) -> tuple[Case, Recorded]:
    """Return the case and the replaying model of any kind of task but decisions.

    Columns that are neither label, score nor query are the inputs.

    Raises:
        DataError: a value does not fit; the message names column and row.
    """
    named = {*found.labels.values(), *found.scores.values(), *filter(None, [found.query])}
    rows = Rows.of(inputs(frame.drop(named)))
    makers = {"classes": _classes, "labels": _labels, "number": _number, "ranking": _ranking}
    shared = {"rows": rows, "level": about.level, "levels": about.levels}
    return makers[found.kind](frame, found, about, shared | {"protected": about.protected})


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


def _model(
    rows: Rows, answers: np.ndarray, output: Output, classes: tuple[str, ...] = ()
) -> Recorded:
    return Recorded(rows, answers, Signature(features(rows.frame), output, classes))


def _classes(
    frame: pl.DataFrame, found: Found, about: About, shared: Mapping[str, Any]
) -> tuple[Case, Recorded]:
    (label,) = found.labels.values()
    told = _complete(frame[label])
    if len(found.scores) == 1:
        (score,) = found.scores.values()
        given = _complete(frame[score])
        classes = tuple(sorted(set(told.unique()) | set(given.unique())))
        _few(label, classes)
        if not given.is_in(told.unique().to_list()).any():
            raise DataError(
                f"column {score}: holds none of the labels of column {label}",
                hint=f"decided labels are wanted, such as {told[0]!r}, or a score for each class",
            )
        answers = np.zeros((len(told), len(classes)))
        answers[np.arange(len(told)), _places(given, classes)] = 1.0
    else:
        scores = fitted(found.scores, told.unique().to_list())
        classes = tuple(scores)
        _few(label, classes)
        answers = _normal(np.stack([read_scores(frame[one]) for one in scores.values()], axis=1))
    if len(classes) < 2:
        raise DataError(
            f"column {label}: all {len(told)} labels and decisions are {classes[0]!r}",
            hint="two classes are needed at least",
        )
    case = ClassesCase(target=_places(told, classes), classes=classes, **shared)
    return case, _model(case.rows, answers, "probabilities", classes)


def _few(label: str, classes: tuple[str, ...]) -> None:
    if len(classes) > MOST_CLASSES:
        raise DataError(
            f"column {label}: {len(classes)} different labels are too many for classes",
            hint=f"at most {MOST_CLASSES}; where labels are numbers, the task is number",
        )


def _complete(series: pl.Series) -> pl.Series:
    """The labels as texts, none of them missing."""
    found = texts(series)
    if found.has_nulls():
        row = int(found.is_null().arg_max() or 0)
        more = found.null_count() - 1
        others = f" (nor have {more} more)" if more else ""
        raise DataError(
            f"column {series.name}, row {row}: has no label{others}",
            hint="drop the row or fill the label in",
        )
    return found


def _places(series: pl.Series, classes: tuple[str, ...]) -> np.ndarray:
    """The place of each label in `classes`, int64 (n,)."""
    place = {name: at for at, name in enumerate(classes)}
    codes = series.replace_strict(place, default=-1, return_dtype=pl.Int64).to_numpy()
    if (codes < 0).any():
        row = int((codes < 0).argmax())
        raise DataError(
            f"column {series.name}, row {row}: there is no score column for {series[row]!r}",
            hint=f"the score columns are of {', '.join(classes[:10])}",
        )
    return np.asarray(codes)


def _normal(answers: np.ndarray) -> np.ndarray:
    """Scores that sum to one; what rounding left over is shared out."""
    sums = answers.sum(axis=1)
    odd = np.abs(sums - 1.0) > _AWAY
    if odd.any():
        row = int(odd.argmax())
        more = int(odd.sum()) - 1
        others = f" (nor do those of {more} more rows)" if more else ""
        raise DataError(
            f"row {row}: the scores of its classes sum to {sums[row]:.4g}, not to 1{others}",
            hint="give probabilities; where a row may have several labels, the task is labels",
        )
    return np.asarray(answers / sums[:, None])


def _labels(
    frame: pl.DataFrame, found: Found, about: About, shared: Mapping[str, Any]
) -> tuple[Case, Recorded]:
    target = np.stack([_flags(frame[one]) for one in found.labels.values()], axis=1)
    answers = np.stack([read_scores(frame[one]) for one in found.scores.values()], axis=1)
    labels = tuple(found.labels)
    cut = np.full(len(labels), about.threshold)
    case = LabelsCase(target=target, labels=labels, threshold=cut, **shared)
    return case, _model(case.rows, answers, "labels", labels)


def _flags(series: pl.Series) -> np.ndarray:
    """A column of 0 and 1 (or false and true) as bool (n,)."""
    found = _complete(series)
    true = found.str.to_lowercase().is_in(["1", "true", "yes", "y", "t"])
    other = ~true & ~found.str.to_lowercase().is_in(["0", "false", "no", "n", "f"])
    if other.any():
        row = int(other.arg_max() or 0)
        raise DataError(
            f"column {series.name}, row {row}: {series[row]!r} is neither 0 nor 1",
            hint="a label column says with 1 or 0 whether a row has the label",
        )
    return true.to_numpy()


def _number(
    frame: pl.DataFrame, found: Found, about: About, shared: Mapping[str, Any]
) -> tuple[Case, Recorded]:
    (label,), (score,) = found.labels.values(), found.scores.values()
    case = NumberCase(target=read_numbers(frame[label], "the true number"), **shared)
    estimate = read_numbers(frame[score], "the estimate")
    return case, _model(case.rows, estimate, "number")


def _ranking(
    frame: pl.DataFrame, found: Found, about: About, shared: Mapping[str, Any]
) -> tuple[Case, Recorded]:
    (label,), (score,) = found.labels.values(), found.scores.values()
    target = read_relevance(frame[label])
    query = queries(frame[str(found.query)])
    case = RankingCase(target=target, query=query, **shared)
    return case, _model(case.rows, read_numbers(frame[score], "the score"), "number")


def queries(series: pl.Series, origin: np.ndarray | None = None) -> np.ndarray:
    """The number of each row's query, int64 (n,); `origin` says which row of the file each is.

    Raises:
        DataError: a row has none.
    """
    found = texts(series)
    if found.has_nulls():
        row = row_of(int(found.is_null().arg_max() or 0), origin)
        raise DataError(
            f"column {series.name}, row {row}: has no query", hint="say which query each row is of"
        )
    return grouped(found.to_numpy()).codes
