"""How the model treats groups: each rate of each group with its interval."""

from __future__ import annotations

from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _
from proofstone.report.charts.interval import axis_chart, row_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.language import say
from proofstone.report.numbers import base_of, count, kind_of, show, span
from proofstone.report.record import Record, mapping
from proofstone.report.sections.gates import tick_text
from proofstone.report.sections.section import View
from proofstone.report.sentences import Group, compares_groups, groups_of, limit_text, sentence
from proofstone.report.terms import meaning, metric_name, verdict_name

FIRST = ("false_positive_rate", "true_positive_rate", "selection_rate", "precision")
MOST = 40


def view(record: Record) -> View | None:
    """One part per protected column; None without a table of groups."""
    columns: dict[str, list[Finding]] = {}
    others: dict[str, list[Finding]] = {}
    for finding in record.findings:
        if not compares_groups(finding):
            continue
        if finding.metric.endswith("_difference") and groups_of(finding):
            columns.setdefault(finding.subject, []).append(finding)
        else:
            others.setdefault(finding.subject, []).append(finding)
    if not columns and not others:
        return None
    parts = [
        _column(record, name, columns.get(name, []), others.get(name, []))
        for name in dict.fromkeys([*columns, *others])
    ]
    return {"columns": parts}


def _column(
    record: Record, name: str, tables: list[Finding], others: list[Finding]
) -> dict[str, Any]:
    def place(finding: Finding) -> tuple[bool, int]:
        base = base_of(finding.metric)
        judged = record.gate_of(finding.metric, finding.subject) is not None
        return not judged, FIRST.index(base) if base in FIRST else len(FIRST)

    tables = sorted(tables, key=place)
    shown = [one for one in tables if place(one)[1] < len(FIRST) or not place(one)[0]]
    rest = [one for one in tables if one not in shown]
    return {
        "name": name,
        "meaning": _meaning(record, name),
        "tables": [_table(record, one) for one in shown],
        "rest": [_table(record, one) for one in rest],
        "others": [_other(record, one) for one in others],
    }


def _meaning(record: Record, name: str) -> str:
    """What the data dictionary says of the column, if it does."""
    columns = mapping(mapping(record.project.get("data")).get("columns"))
    return say(mapping(columns.get(name)).get("meaning"))


def _other(record: Record, finding: Finding) -> dict[str, str]:
    return {
        "name": metric_name(finding.metric),
        "value": show(finding.metric, finding.value),
        "interval": span(finding.metric, finding.low, finding.high),
        "sentence": sentence(record, finding),
    }


def _table(record: Record, finding: Finding) -> dict[str, Any]:
    base = base_of(finding.metric)
    groups = groups_of(finding)
    ends = [end for group in groups for end in (group.value, group.low, group.high)]
    bounded = kind_of(base) == "rate"
    scale = Scale.around(
        ends,
        zero=bounded,
        floor=0.0 if bounded else None,
        ceiling=1.0 if bounded else None,
        pad=0.08,
    )
    gate = record.gate_of(finding.metric, finding.subject)
    return {
        "name": metric_name(base),
        "meaning": meaning(base),
        "sentence": sentence(record, finding),
        "limit": limit_text(gate.finding) if gate else "",
        "verdict": str(gate.finding.verdict) if gate else "",
        "word": verdict_name(gate.finding.verdict) if gate else "",
        "rows": [_group(base, group, scale) for group in groups[:MOST]],
        "left_out": max(0, len(groups) - MOST),
        "axis": axis_chart(_("Scale"), scale, lambda tick: tick_text(base, tick)),
    }


def _group(base: str, group: Group, scale: Scale) -> dict[str, Any]:
    value, interval = show(base, group.value), span(base, group.low, group.high)
    return {
        "name": group.name,
        "n": count(group.n),
        "value": value,
        "interval": interval,
        "chart": row_chart(
            title=group.name,
            description=f"{value} ({interval})" if interval else value,
            value=group.value,
            low=group.low,
            high=group.high,
            scale=scale,
        ),
    }
