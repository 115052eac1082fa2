"""The step that describes the checked table: profile, data card and Croissant."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from proofstone.core.artifact import Draft
from proofstone.core.canonical import canonical_json
from proofstone.core.project.schema import Data, Task
from proofstone.core.step import Context, step
from proofstone.data.card import data_card
from proofstone.data.croissant import DataFile, croissant
from proofstone.data.describe import describe
from proofstone.data.kinds import Kind
from proofstone.data.table import Table
from proofstone.measures.intervals import wilson

LEVEL = 0.95
_MOST_GROUPS = 50


@step("data.profile", outputs=("profile",))
def profile(context: Context) -> Mapping[str, Draft]:
    """Describe the clean table and what was set aside; returns `profile`."""
    data = Data.model_validate(context.settings["data"])
    task = Task.model_validate(context.settings["task"])
    name, description = context.settings["name"], context.settings["description"]
    stored = context.inputs["table"]
    table = Table.open(stored)
    problems = json.loads(context.inputs["quarantine"].read("problems.json"))
    quarantined = context.inputs["quarantine"].artifact.meta["rows"]
    found = {
        "name": name,
        **table_profile(table, data, task),
        "quarantined": quarantined,
        "warnings": [one for one in problems if one["severity"] == "warning"],
    }
    found["card"] = data_card(found, description)
    blob = stored.artifact.files["table.parquet"]
    jsonld = croissant(found, description, DataFile("table.parquet", blob.sha256, blob.size))
    files = {
        "profile.json": canonical_json(found),
        "croissant.json": json.dumps(jsonld, ensure_ascii=False, indent=2).encode() + b"\n",
    }
    return {"profile": Draft("profile", files, {"rows": found["rows"]})}


def table_profile(table: Table, data: Data, task: Task) -> dict[str, Any]:
    """Return what is known of a checked table, JSON only.

    `columns` describes each (see `describe`) with its kind, role, meaning and unit; `label` has
    the share of positives; `groups` has that share in each group of each protected column. Shares
    have Wilson's interval (1927) at 95 %.
    """
    frame = table.frame
    return {
        "rows": frame.height,
        "source": data.source,
        "format": table.facts.get("format"),
        "encoding": table.facts.get("encoding"),
        "fingerprint": table.facts.get("fingerprint"),
        "description": data.description,
        "licence": data.licence,
        "citation": data.citation,
        "columns": [_column(table, series, data, task) for series in frame],
        "label": {"name": task.label, "positive": task.positive}
        | _share(frame[task.label] == task.positive),
        "groups": _groups(frame, task),
        "rules": [rule.model_dump(mode="json") for rule in data.rules],
    }


def _column(table: Table, series: pl.Series, data: Data, task: Task) -> dict[str, Any]:
    declared = data.columns.get(series.name)
    role = "feature" if declared is None else declared.role
    if series.name == task.label:
        role = "label"
    elif series.name in task.protected:
        role = "protected"
    return {
        "name": series.name,
        "kind": table.kinds[series.name],
        "role": role,
        "meaning": "" if declared is None else declared.meaning,
        "unit": "" if declared is None else declared.unit,
        **_described(series, table.kinds[series.name]),
    }


def _described(series: pl.Series, kind: Kind) -> dict[str, Any]:
    """What is known of a column; of free text no value is shown, since people wrote it."""
    found = describe(series)
    return {name: value for name, value in found.items() if kind != "text" or name != "top"}


def _groups(frame: pl.DataFrame, task: Task) -> list[dict[str, Any]]:
    found = []
    positive = frame[task.label] == task.positive
    for column in task.protected:
        groups: Sequence[Any] = frame[column].drop_nulls().unique().sort().to_list()
        if len(groups) > _MOST_GROUPS:
            continue
        for group in groups:
            rows = positive.filter(frame[column] == group)
            found.append({"column": column, "group": str(group), **_share(rows)})
    return found


def _share(positive: pl.Series) -> dict[str, Any]:
    n, hits = len(positive), int(positive.sum())
    low, high = wilson(hits, n, LEVEL)
    return {"n": n, "positives": hits, "rate": hits / n, "low": low, "high": high, "level": LEVEL}
