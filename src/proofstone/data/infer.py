"""A project file for a stranger's table: a start that runs, meant to be read and changed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from proofstone.core.errors import DataError
from proofstone.core.i18n import message
from proofstone.core.project.nearest import nearest
from proofstone.core.project.schema import Column
from proofstone.data.guesses import entry, positive, protected, role
from proofstone.data.kinds import Kind, typed, written
from proofstone.data.sources.files import files
from proofstone.data.sources.source import Source

_FOLDS = 5
_MANY_ROWS = 50_000
_SHOWN = 5
_FAMILIES = ("logistic", "tree", "lightgbm", "ebm")
_BASE_RATE = message(
    "As many positive decisions as positive outcomes. "
    "A starting point that init wrote: replace it with what the decision calls for."
)
_RANKS = message(
    "Below it the score hardly ranks better than chance. "
    "A starting point that init wrote: replace it with what the decision calls for."
)
_HONEST = message(
    "Beyond it a score cannot be read as a probability. "
    "A starting point that init wrote: replace it with what the decision calls for."
)
_EVEN = message(
    "Beyond it errors fall on one group far more often; about the least limit that a gap of ten "
    "points could be shown to keep with these rows. "
    "A starting point that init wrote: replace it with what the decision calls for."
)

Draft = dict[str, Any]


def draft_project(
    uri: str | Path,
    label: str,
    *,
    directory: Path | None = None,
    source: Source = files,
    encoding: str | None = None,
) -> Draft:
    """Return a project file, as for `DecisionProject.model_validate`, for the table at `uri`.

    The dictionary has types and the values of categories; ids, constants and free text are not
    features; columns that name a group of people are protected. Gates are modest and say so.

    Raises:
        DataError: the table cannot be read; it has no column `label`, or one that has not exactly
            two values.
    """
    uri = str(uri)
    reading = source.read(uri, directory or Path(), encoding)
    frame, kinds = typed(reading.frame, {})
    draft = draft_of(frame, kinds, label, name=project_name(Path(uri).stem))
    draft["data"]["source"] = uri
    if encoding is not None:
        draft["data"]["encoding"] = encoding
    return draft


def draft_of(
    frame: pl.DataFrame, kinds: Mapping[str, Kind], label: str, *, name: str = "project"
) -> Draft:
    """Return the same for a table in memory; its `data.source` is left to be filled in."""
    outcome = _label(frame, label)
    columns = {series.name: _entry(series, kinds[series.name], label) for series in frame}
    groups = [column for column, one in columns.items() if one.role == "protected"]
    if not any(one.role == "feature" for one in columns.values()):
        raise DataError(
            "no column is left to predict from: the others are ids, constants, free text or "
            "groups of people",
            hint="name a table that has features",
        )
    unlabelled = outcome.null_count() / len(outcome)
    return {
        "version": 1,
        "name": name,
        "task": {"label": label, "positive": positive(outcome), "protected": groups},
        "data": {
            "source": "",
            "columns": {column: _entry_json(one) for column, one in columns.items()},
            "quarantine": min(1.0, max(0.05, math.ceil(unlabelled * 100) / 100 + 0.01)),
        },
        "split": _split(outcome),
        "train": {
            "candidates": [{"name": family, "family": family} for family in _FAMILIES],
            "threshold": {
                "rule": "base_rate",
                "reason": _BASE_RATE,
            },
        },
        "assess": {"gates": _gates(frame, label, groups)},
    }


def project_name(text: str) -> str:
    """Return `text` as a project's name: lower-case letters, digits and hyphens."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return slug[:63] if re.match(r"[a-z]", slug) else f"project-{slug}".strip("-")[:63]


def _label(frame: pl.DataFrame, label: str) -> pl.Series:
    if label not in frame.columns:
        raise DataError(f'the table has no column "{label}"', hint=nearest(label, frame.columns))
    outcome = written(frame[label])
    values = outcome.drop_nulls().unique().sort().to_list()
    shown = ", ".join(f'"{value}"' for value in values[:_SHOWN])
    if len(values) < 2:
        said = f"every row is {shown}" if values else "every row is missing"
        raise DataError(
            f"the label {label} has one class only: {said}",
            hint="take rows of another class into the table, or name another label",
        )
    if len(values) > 2:
        raise DataError(
            f"the label {label} has {len(values)} values ({shown}, …): only labels of two values "
            "are supported for now",
            hint="name a label of two values, or bring this one into two",
        )
    return outcome


def _entry(series: pl.Series, kind: Kind, label: str) -> Column:
    if series.name == label:
        return entry(series, kind, "label")
    if protected(series.name, series):
        return entry(series, kind, "protected")
    return entry(series, kind, role(series.name, series, kind))


def _entry_json(column: Column) -> dict[str, Any]:
    return column.model_dump(mode="json", exclude_defaults=True) | {"type": column.type}


def _split(outcome: pl.Series) -> Draft:
    rows = outcome.drop_nulls()
    fewest = int((rows == rows[0]).sum())
    fewest = min(fewest, len(rows) - fewest)
    if len(rows) >= _MANY_ROWS:
        reason = message(
            "There are rows enough to judge the released model itself on a share held out."
        )
        return {"estimator": "hold_out", "reason": reason}
    reason = message("Each row is judged by a model that never saw it, so that all rows count.")
    folds = max(2, min(_FOLDS, fewest))
    return {"estimator": "cross_fitted", "folds": folds, "reason": reason}


_GAP = 0.1
_QUANTILE = 2.5
"""Of the normal distribution: 98.75 % two-sided, as one gate of four candidates asks for."""


def _gates(frame: pl.DataFrame, label: str, groups: list[str]) -> list[Draft]:
    gates: list[Draft] = [
        {
            "metric": "roc_auc",
            "min": 0.6,
            "reason": _RANKS,
        },
        {
            "metric": "expected_calibration_error",
            "max": 0.1,
            "reason": _HONEST,
        },
    ]
    for group in groups:
        gates.append(  # noqa: PERF401
            {
                "metric": "equalized_odds_difference",
                "subject": group,
                "max": _decidable(frame, label, group),
                "reason": _EVEN,
            }
        )
    return gates


def _decidable(frame: pl.DataFrame, label: str, group: str) -> float:
    """About the least limit of a difference that a true gap of `_GAP` could be shown to keep.

    From counts alone: half an interval of the difference between the two smallest groups within a
    class, at rates of one half, and half as much again for chance. From 0.2 to 0.5, in twentieths.
    """
    counts = frame.drop_nulls([label, group]).group_by(label, group).len()
    widest = 0.0
    for _outcome, cells in counts.group_by(label):
        fewest = cells["len"].sort().head(2).to_list()
        widest = max(widest, math.sqrt(sum(1.0 / n for n in fewest)))
    limit = _GAP + 1.5 * _QUANTILE * 0.5 * widest
    return min(0.5, max(0.2, math.ceil(limit * 20) / 20))
