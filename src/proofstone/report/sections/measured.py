"""What was measured on an assistant, as rows of one table: for all, then for each part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from proofstone.core.finding import Finding
from proofstone.core.i18n import _
from proofstone.report.charts.interval import axis_chart, row_chart
from proofstone.report.charts.scale import Scale
from proofstone.report.measures import MEASURES, Part
from proofstone.report.numbers import count, kind_of, show, span
from proofstone.report.record import Record
from proofstone.report.sections.gates import tick_text
from proofstone.report.sections.section import View
from proofstone.report.sentences import sentence
from proofstone.report.terms import metric_name, subject_name, verdict_name

UNIT = Scale(0.0, 1.0)


def of_part(record: Record, part: Part) -> list[Finding]:
    """The findings with a value that a section shows, by metric in the order of `MEASURES`."""
    return [
        finding
        for metric, one in MEASURES.items()
        if one.part == part
        for finding in record.findings
        if finding.metric == metric and finding.value is not None
    ]


def table(record: Record, findings: Sequence[Finding]) -> View:
    """A table of `findings` on one scale from 0 to 1; what lies on no such scale has no chart."""
    drawn = any(_on_unit(one.metric) for one in findings)
    axis = axis_chart(_("Scale"), UNIT, lambda tick: tick_text("accuracy", tick)) if drawn else None
    return {"rows": [_row(record, one) for one in findings], "axis": axis}


def _row(record: Record, finding: Finding) -> dict[str, Any]:
    first = finding.subject == "all"
    gate = record.gate_of(finding.metric, finding.subject)
    value = show(finding.metric, finding.value)
    interval = span(finding.metric, finding.low, finding.high)
    return {
        "first": first,
        "name": metric_name(finding.metric) if first else subject_name(finding.subject),
        "note": sentence(record, finding.judged(low=None, high=None)) if first else "",
        "n": count(finding.n),
        "value": value,
        "interval": interval,
        "verdict": str(gate.finding.verdict) if gate else "",
        "word": verdict_name(gate.finding.verdict) if gate else "",
        "chart": _chart(finding, f"{value} ({interval})" if interval else value, gate is not None),
    }


def _chart(finding: Finding, description: str, gated: bool) -> Any:
    if not _on_unit(finding.metric):
        return None
    return row_chart(
        title=f"{metric_name(finding.metric)}, {subject_name(finding.subject)}",
        description=description,
        value=finding.value,
        low=finding.low,
        high=finding.high,
        scale=UNIT,
        limit=finding.limit if gated else None,
        greatest=finding.direction != "min",
    )


def _on_unit(metric: str) -> bool:
    """Whether values of `metric` lie between 0 and 1 by what they are."""
    return kind_of(metric) in ("rate", "score")
